#include <array>
#include <charconv>
#include <cmath>

#include "core/base/json.h"
#include "core/base/utf8.h"

namespace grape::base {
namespace {

constexpr size_t kNumberBytesMax = 32;

// Appends `digits`; one that looks like an integer gets ".0", so that it is read as a real again.
void append_real(std::string& out, std::string_view digits) {
    out.append(digits);
    if (digits.find_first_of(".e") == std::string_view::npos) out.append(".0");
}

template <typename Number>
std::string_view print(std::array<char, kNumberBytesMax>& buffer, Number number) {
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return {buffer.data(), static_cast<size_t>(result.ptr - buffer.data())};
}

void append_escaped(std::string& out, unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::string_view letters = "\bb\ff\nn\rr\tt\"\"\\\\";
    out.push_back('\\');
    for (size_t i = 0; i < letters.size(); i += 2) {
        if (letters[i] == static_cast<char>(c)) {
            out.push_back(letters[i + 1]);
            return;
        }
    }
    out.append("u00");
    out.push_back(digits[c >> 4]);
    out.push_back(digits[c & 15]);
}

void append_string(std::string& out, std::string_view text) {
    const bool sound = is_utf8(text);
    out.push_back('"');
    size_t copied = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool replace = c >= 0x80 && !sound;
        if (c >= 0x20 && c != '"' && c != '\\' && !replace) continue;
        out.append(text, copied, i - copied);
        copied = i + 1;
        if (replace) {
            out.append("\xEF\xBF\xBD");
        } else {
            append_escaped(out, c);
        }
    }
    out.append(text, copied);
    out.push_back('"');
}

}  // namespace

void JsonWriter::separate() {
    if (needs_comma_) out_.push_back(',');
    needs_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
    separate();
    out_.push_back('{');
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    out_.push_back('}');
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    separate();
    out_.push_back('[');
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    out_.push_back(']');
    needs_comma_ = true;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_string(out_, name);
    out_.push_back(':');
    needs_comma_ = false;
    return *this;
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::value(bool value) {
    return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::value(int64_t value) {
    std::array<char, kNumberBytesMax> buffer;
    return raw(print(buffer, value));
}

JsonWriter& JsonWriter::value(uint64_t value) {
    std::array<char, kNumberBytesMax> buffer;
    return raw(print(buffer, value));
}

JsonWriter& JsonWriter::value(double value) {
    if (!std::isfinite(value)) return null();
    std::array<char, kNumberBytesMax> buffer;
    separate();
    append_real(out_, print(buffer, value));
    return *this;
}

JsonWriter& JsonWriter::value(float value) {
    if (!std::isfinite(value)) return null();
    std::array<char, kNumberBytesMax> buffer;
    const std::string_view digits = print(buffer, value);
    // Readers (ours too) parse a double and round it again. Once in some hundred million numbers
    // that gives the neighbour of the float that the shortest digits mean; then all digits are
    // written.
    double read = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), read);
    if (static_cast<float>(read) != value) return this->value(static_cast<double>(value));
    separate();
    append_real(out_, digits);
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view value) {
    separate();
    append_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_.append(json);
    return *this;
}

JsonWriter& JsonWriter::value(const JsonValue& tree) {
    switch (tree.kind()) {
        case JsonKind::null:
            return null();
        case JsonKind::boolean:
            return value(tree.as_bool());
        case JsonKind::integer:
            return value(tree.as_integer());
        case JsonKind::unsigned_integer:
            return value(tree.as_unsigned());
        case JsonKind::real:
            return value(tree.as_real());
        case JsonKind::string:
            return value(std::string_view(tree.as_string()));
        case JsonKind::array:
            begin_array();
            for (const JsonValue& item : tree.items()) value(item);
            return end_array();
        case JsonKind::object:
            begin_object();
            for (const JsonValue::Member& member : tree.members()) {
                key(member.first).value(member.second);
            }
            return end_object();
    }
    return *this;
}

}  // namespace grape::base
