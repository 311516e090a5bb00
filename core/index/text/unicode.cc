#include "core/index/text/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace grape::index {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
    char32_t first, last;
};

template <size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t character) {
    return std::any_of(ranges.begin(), ranges.end(), [character](const Range& range) {
        return character >= range.first && character <= range.last;
    });
}

utf8proc_int32_t to_utf8proc(char32_t character) {
    return static_cast<utf8proc_int32_t>(character);
}

bool is_ascii_letter(char32_t character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

// Marks that write a vowel are a part of words; accents, viramas and selectors are not.
bool is_vowel_sign(char32_t character) {
    constexpr std::array<Range, 3> never = {{{0x034F, 0x034F}, {0x180B, 0x180F}, {0xFE00, 0xFE0F}}};
    if (character >= 0xE0100 || is_in(never, character)) return false;
    // Signs above and below Arabic and Syriac letters.
    constexpr std::array<Range, 6> always = {{{0x0610, 0x0617},
                                              {0x0653, 0x0657},
                                              {0x0659, 0x065F},
                                              {0x06D6, 0x06DC},
                                              {0x06E1, 0x06E8},
                                              {0x0730, 0x073F}}};
    if (is_in(always, character)) return true;
    // Classes of points and vowels by script: Hebrew to Syriac, Telugu, Thai, Lao.
    const auto marks = utf8proc_get_property(to_utf8proc(character))->combining_class;
    const bool by_script = marks == 84 || marks == 91 || marks == 103 || marks == 118;
    return marks == 0 || (marks >= 10 && marks <= 36) || by_script;
}

// Letters whose ASCII form is no decomposition.
std::string_view special_fold(char32_t character) {
    struct Fold {
        char32_t from;
        std::string_view to;
    };
    static constexpr Fold folds[] = {
        {0x00C6, "AE"}, {0x00D0, "D"},  {0x00D8, "O"}, {0x00DE, "TH"}, {0x00DF, "ss"},
        {0x00E6, "ae"}, {0x00F0, "d"},  {0x00F8, "o"}, {0x00FE, "th"}, {0x0110, "D"},
        {0x0111, "d"},  {0x0126, "H"},  {0x0127, "h"}, {0x0131, "i"},  {0x0138, "q"},
        {0x0141, "L"},  {0x0142, "l"},  {0x014A, "N"}, {0x014B, "n"},  {0x0152, "OE"},
        {0x0153, "oe"}, {0x0166, "T"},  {0x0167, "t"}, {0x0180, "b"},  {0x0189, "D"},
        {0x018F, "A"},  {0x0192, "f"},  {0x0197, "I"}, {0x019A, "l"},  {0x01B5, "Z"},
        {0x01B6, "z"},  {0x01E4, "G"},  {0x01E5, "g"}, {0x0237, "j"},  {0x0243, "B"},
        {0x0244, "U"},  {0x0259, "a"},  {0x0268, "i"}, {0x1E9E, "SS"}, {0x2018, "'"},
        {0x2019, "'"},  {0x201C, "\""}, {0x201D, "\""}};
    const auto* found = std::find_if(std::begin(folds), std::end(folds),
                                     [character](const Fold& f) { return f.from == character; });
    return found == std::end(folds) ? std::string_view() : found->to;
}

}  // namespace

char32_t take_character(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        text.remove_prefix(1);
        return first;
    }
    utf8proc_int32_t character = -1;
    const auto taken = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size(), 4)), &character);
    text.remove_prefix(taken > 0 ? static_cast<size_t>(taken) : 1);
    return taken > 0 && character >= 0 ? static_cast<char32_t>(character) : kReplacement;
}

void append_character(std::string& out, char32_t character) {
    if (character < 0x80) {
        out.push_back(static_cast<char>(character));
        return;
    }
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(to_utf8proc(character), bytes);
    out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

bool is_word_character(char32_t character) {
    if (character < 0x80) {
        return is_ascii_letter(character) || (character >= '0' && character <= '9');
    }
    switch (utf8proc_category(to_utf8proc(character))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return true;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
            return is_vowel_sign(character);
        case UTF8PROC_CATEGORY_SO:  // letters in circles and squares
            return is_in(
                std::array<Range, 4>{
                    {{0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}}},
                character);
        default:
            return false;
    }
}

bool is_white_space(char32_t character) {
    if (character <= 0x20) return character == 0x20 || (character >= 0x09 && character <= 0x0D);
    constexpr std::array<Range, 8> spaces = {{{0x85, 0x85},
                                              {0xA0, 0xA0},
                                              {0x1680, 0x1680},
                                              {0x2000, 0x200A},
                                              {0x2028, 0x2029},
                                              {0x202F, 0x202F},
                                              {0x205F, 0x205F},
                                              {0x3000, 0x3000}}};
    return character >= 0x80 && is_in(spaces, character);
}

bool is_unspaced(char32_t character) {
    if (character < 0x0E00) return false;
    // Thai and Lao, Myanmar, Khmer, Hiragana, Han with its extensions.
    constexpr std::array<Range, 9> scripts = {{{0x0E01, 0x0EDF},
                                               {0x1000, 0x109F},
                                               {0x1780, 0x17DD},
                                               {0x3005, 0x3007},
                                               {0x3041, 0x309F},
                                               {0x3400, 0x4DBF},
                                               {0x4E00, 0x9FFF},
                                               {0xF900, 0xFAFF},
                                               {0x20000, 0x3FFFF}}};
    return is_in(scripts, character) &&
           utf8proc_category(to_utf8proc(character)) != UTF8PROC_CATEGORY_ND;
}

bool is_mark(char32_t character) {
    if (character < 0x0300) return false;
    const auto category = utf8proc_category(to_utf8proc(character));
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

char32_t lower(char32_t character) {
    if (character < 0x80) {
        return character >= 'A' && character <= 'Z' ? character + 32 : character;
    }
    return static_cast<char32_t>(utf8proc_tolower(to_utf8proc(character)));
}

void append_folded(std::string& out, char32_t character) {
    if (character < 0x80) return append_character(out, character);
    const std::string_view special = special_fold(character);
    if (!special.empty()) {
        out.append(special);
        return;
    }
    // Room for the longest decomposition that Unicode has.
    std::array<utf8proc_int32_t, 32> parts{};
    int last_class = 0;
    const auto options =
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK);
    const auto count =
        utf8proc_decompose_char(to_utf8proc(character), parts.data(),
                                static_cast<utf8proc_ssize_t>(parts.size()), options, &last_class);
    const bool fits = count >= 0 && count <= static_cast<utf8proc_ssize_t>(parts.size());
    const utf8proc_int32_t* const begin = parts.data();
    const utf8proc_int32_t* const end = begin + (fits ? count : 0);
    const bool ascii = fits && (count > 0 || is_mark(character)) &&
                       std::all_of(begin, end, [](utf8proc_int32_t c) { return c < 0x80; });
    if (!ascii) return append_character(out, character);
    for (const utf8proc_int32_t* part = begin; part != end; ++part) {
        out.push_back(static_cast<char>(*part));
    }
}

size_t count_characters(std::string_view text) {
    size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
}

std::string_view first_characters(std::string_view text, size_t count) {
    if (text.size() <= count) return text;
    std::string_view rest = text;
    while (count > 0 && !rest.empty()) {
        take_character(rest);
        --count;
    }
    return text.substr(0, text.size() - rest.size());
}

}  // namespace grape::index
