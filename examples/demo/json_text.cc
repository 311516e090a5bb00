#include "json_text.h"

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace demo {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at])) at++;
    return at;
}

// Behind the closing quote of the string that begins at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) {
    for (at++; at < text.size() && text[at] != '"'; at++) {
        if (text[at] == '\\') at++;
    }
    return at < text.size() ? at + 1 : text.size();
}

// Behind the value that begins at `at`: a string, a nested object or array, or a bare word.
std::size_t skip_value(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        }
        if (depth == 0 && (c == ',' || is_blank(c))) return at;
        at++;
    }
    return text.size();
}

// Behind blanks, and behind one comma among them.
std::size_t skip_comma(std::string_view text, std::size_t at) {
    at = skip_blanks(text, at);
    return at < text.size() && text[at] == ',' ? skip_blanks(text, at + 1) : at;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

// Appends the escape whose letter is at `at`; returns how many characters it has.
std::size_t append_escape(std::string& out, std::string_view text, std::size_t at) {
    static constexpr std::string_view kLetters = "bfnrt";
    static constexpr std::string_view kMeaning = "\b\f\n\r\t";
    const char letter = text[at];
    if (letter == 'u') {
        std::uint32_t code = '?';
        const std::string_view digits = text.substr(at + 1, 4);
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        append_utf8(out, code);
        return 1 + digits.size();
    }
    const std::size_t place = kLetters.find(letter);
    out += place == std::string_view::npos ? letter : kMeaning[place];
    return 1;
}

}  // namespace

std::string_view member(std::string_view object, std::string_view name) {
    std::size_t at = skip_blanks(object, 0);
    if (at == object.size() || object[at] != '{') return {};
    at = skip_blanks(object, at + 1);
    while (at < object.size() && object[at] == '"') {
        const std::size_t key_end = skip_string(object, at);
        const std::string_view key = object.substr(at + 1, key_end - at - 2);
        at = skip_blanks(object, key_end);
        if (at == object.size() || object[at] != ':') return {};
        at = skip_blanks(object, at + 1);
        const std::size_t value_end = skip_value(object, at);
        if (key == name) return object.substr(at, value_end - at);
        at = skip_comma(object, value_end);
    }
    return {};
}

std::vector<std::string_view> elements(std::string_view array) {
    std::vector<std::string_view> found;
    std::size_t at = skip_blanks(array, 0);
    if (at == array.size() || array[at] != '[') return found;
    at = skip_blanks(array, at + 1);
    while (at < array.size() && array[at] != ']') {
        const std::size_t end = skip_value(array, at);
        if (end == at) break;
        found.push_back(array.substr(at, end - at));
        at = skip_comma(array, end);
    }
    return found;
}

std::string as_text(std::string_view value) {
    std::string out;
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return out;
    value = value.substr(1, value.size() - 2);
    for (std::size_t i = 0; i < value.size(); i++) {
        if (value[i] != '\\' || i + 1 == value.size()) {
            out += value[i];
        } else {
            i += append_escape(out, value, i + 1);
        }
    }
    return out;
}

double as_number(std::string_view value) {
    double number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
}

}  // namespace demo
