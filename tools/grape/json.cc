#include "tools/grape/json.h"

#include <charconv>
#include <cstdlib>

namespace grape::cli {
namespace {

constexpr size_t kDepthMax = 64;
constexpr std::string_view kBlanks = " \t\r\n";

bool digit(char c) {
    return c >= '0' && c <= '9';
}

// The value of a hexadecimal digit, -1 for anything else.
int hex(char c) {
    if (digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Checks a text from left to right; the first wrong character ends it.
class Checker {
  public:
    explicit Checker(std::string_view text) : text_(text) {}

    std::optional<JsonError> run() {
        blanks();
        if (!value(0)) return error();
        blanks();
        if (at_ != text_.size()) fail("something follows the value");
        return error();
    }

  private:
    std::optional<JsonError> error() const { return error_; }
    bool fail(const char* what) {
        if (!error_) error_ = JsonError{at_, what};
        return false;
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (peek() != c || at_ >= text_.size()) return false;
        ++at_;
        return true;
    }
    void blanks() {
        while (at_ < text_.size() && kBlanks.find(text_[at_]) != std::string_view::npos) ++at_;
    }
    bool word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return fail("no JSON value begins here");
        at_ += word.size();
        return true;
    }

    bool value(size_t depth) {
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }
    bool object(size_t depth) {
        if (depth == kDepthMax) return fail("more than 64 levels deep");
        take('{');
        blanks();
        if (take('}')) return true;
        while (true) {
            blanks();
            if (peek() != '"') return fail("expected a name in quotes");
            if (!string()) return false;
            blanks();
            if (!take(':')) return fail("expected ':'");
            blanks();
            if (!value(depth + 1)) return false;
            blanks();
            if (take('}')) return true;
            if (!take(',')) return fail("expected ',' or '}'");
        }
    }
    bool array(size_t depth) {
        if (depth == kDepthMax) return fail("more than 64 levels deep");
        take('[');
        blanks();
        if (take(']')) return true;
        while (true) {
            blanks();
            if (!value(depth + 1)) return false;
            blanks();
            if (take(']')) return true;
            if (!take(',')) return fail("expected ',' or ']'");
        }
    }
    bool string() {
        take('"');
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return fail("a raw control character");
            ++at_;
            if (c == '\\' && !escape()) return false;
        }
        return fail("a string does not end");
    }
    bool escape() {
        const char c = peek();
        if (c == 'u') {
            ++at_;
            for (int i = 0; i < 4; ++i, ++at_) {
                if (hex(peek()) < 0) return fail("expected four hexadecimal digits");
            }
            return true;
        }
        if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
            return fail("an unknown escape");
        }
        ++at_;
        return true;
    }
    bool digits() {
        if (!digit(peek())) return fail("no JSON value begins here");
        while (digit(peek())) ++at_;
        return true;
    }
    bool number() {
        take('-');
        if (take('0')) {
            if (digit(peek())) return fail("a number does not begin with 0");
        } else if (!digits()) {
            return false;
        }
        if (take('.') && !digits()) return false;
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            return digits();
        }
        return true;
    }

    std::string_view text_;
    size_t at_ = 0;
    std::optional<JsonError> error_;
};

size_t skip_blanks(std::string_view text, size_t at) {
    const size_t found = text.find_first_not_of(kBlanks, at);
    return found == std::string_view::npos ? text.size() : found;
}

// Behind the string that begins at `at`.
size_t string_end(std::string_view text, size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
    }
    return at < text.size() ? at + 1 : text.size();
}

// Behind the value that begins at `at`.
size_t value_end(std::string_view text, size_t at) {
    size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = string_end(text, at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
        } else if (c == '}' || c == ']') {
            if (depth-- <= 1) return at + 1;
            ++at;
        } else if (depth == 0) {
            const size_t end = text.find_first_of(",]} \t\r\n", at);
            return end == std::string_view::npos ? text.size() : end;
        } else {
            ++at;
        }
        if (depth == 0) return at;
    }
    return text.size();
}

void append_utf8(uint32_t code, std::string& out) {
    const auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

uint32_t four_digits(std::string_view text, size_t at) {
    uint32_t code = 0;
    for (size_t i = at; i < at + 4 && i < text.size(); ++i) {
        code = code << 4 | static_cast<uint32_t>(hex(text[i]) & 15);
    }
    return code;
}

// The escape whose letter is at `at`; moves to its last character.
void append_escape(std::string_view text, size_t& at, std::string& out) {
    constexpr std::string_view kLetters = "bfnrt";
    constexpr std::string_view kMeant = "\b\f\n\r\t";
    if (text[at] != 'u') {
        const size_t letter = kLetters.find(text[at]);
        out.push_back(letter == std::string_view::npos ? text[at] : kMeant[letter]);
        return;
    }
    uint32_t code = four_digits(text, at + 1);
    at += 4;
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && text.substr(at + 1, 2) == "\\u") {
        const uint32_t low = four_digits(text, at + 3);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
        }
    }
    append_utf8(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, out);
}

// The length of the UTF-8 character at `at`; 0 when there is none.
size_t utf8_length(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const uint32_t first = byte(at);
    if (first < 0x80) return 1;
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
    uint32_t code = first & (0x7Fu >> length);
    for (size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0u) != 0x80u) return 0;
        code = code << 6 | (byte(at + i) & 0x3Fu);
    }
    constexpr uint32_t kFirstOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return code < kFirstOfLength[length] || surrogate || code > 0x10FFFF ? 0 : length;
}

void append_quoted(std::string_view character, std::string& out) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto first = static_cast<unsigned char>(character[0]);
    if (first == '"' || first == '\\') {
        out.push_back('\\');
    } else if (first < 0x20 || first == 0x7F) {
        out += "\\u00";
        out.push_back(kDigits[first >> 4]);
        out.push_back(kDigits[first & 15]);
        return;
    }
    out += character;
}

}  // namespace

std::optional<JsonError> check_json(std::string_view text) {
    return Checker(text).run();
}

Json Json::at(std::string_view text) {
    const size_t begin = skip_blanks(text, 0);
    return Json(text.substr(begin, value_end(text, begin) - begin));
}

Json::Kind Json::kind() const {
    switch (text_.empty() ? 'n' : text_[0]) {
        case '{':
            return Kind::object;
        case '[':
            return Kind::array;
        case '"':
            return Kind::string;
        case 't':
        case 'f':
            return Kind::boolean;
        case 'n':
            return Kind::null;
        default:
            return Kind::number;
    }
}

std::vector<Json> Json::elements() const {
    std::vector<Json> found;
    if (!is(Kind::array)) return found;
    size_t at = skip_blanks(text_, 1);
    while (at < text_.size() && text_[at] != ']') {
        const size_t end = value_end(text_, at);
        found.push_back(Json(text_.substr(at, end - at)));
        at = skip_blanks(text_, end);
        if (at < text_.size() && text_[at] == ',') at = skip_blanks(text_, at + 1);
    }
    return found;
}

std::vector<std::pair<std::string, Json>> Json::members() const {
    std::vector<std::pair<std::string, Json>> found;
    if (!is(Kind::object)) return found;
    size_t at = skip_blanks(text_, 1);
    while (at < text_.size() && text_[at] != '}') {
        size_t end = string_end(text_, at);
        std::string name = Json(text_.substr(at, end - at)).text();
        at = skip_blanks(text_, skip_blanks(text_, end) + 1);  // behind the colon
        end = value_end(text_, at);
        found.emplace_back(std::move(name), Json(text_.substr(at, end - at)));
        at = skip_blanks(text_, end);
        if (at < text_.size() && text_[at] == ',') at = skip_blanks(text_, at + 1);
    }
    return found;
}

std::optional<Json> Json::find(std::string_view name) const {
    std::optional<Json> found;
    for (const auto& [key, value] : members()) {
        if (key == name) found = value;
    }
    return found;
}

Json Json::operator[](std::string_view name) const {
    return find(name).value_or(Json());
}

std::string Json::text() const {
    if (!is(Kind::string)) return std::string(text_);
    const std::string_view inside = text_.substr(1, text_.size() < 2 ? 0 : text_.size() - 2);
    std::string out;
    out.reserve(inside.size());
    for (size_t at = 0; at < inside.size(); ++at) {
        if (inside[at] == '\\' && at + 1 < inside.size()) {
            append_escape(inside, ++at, out);
        } else {
            out.push_back(inside[at]);
        }
    }
    return out;
}

uint64_t Json::number() const {
    uint64_t value = 0;
    const auto end = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    return end.ec == std::errc() && end.ptr == text_.data() + text_.size() ? value : 0;
}

double Json::real() const {
    double value = 0;
    std::from_chars(text_.data(), text_.data() + text_.size(), value);
    return value;
}

bool is_utf8(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        const size_t length = utf8_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (size_t at = 0; at < text.size(); ++at) append_quoted(text.substr(at, 1), out);
    return out + "\"";
}

std::string quote_any(std::string_view text) {
    std::string out = "\"";
    for (size_t at = 0; at < text.size();) {
        const size_t length = utf8_length(text, at);
        append_quoted(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(at, length),
                      out);
        at += length == 0 ? 1 : length;
    }
    return out + "\"";
}

}  // namespace grape::cli
