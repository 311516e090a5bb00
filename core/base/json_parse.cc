// The strict JSON parser: RapidJSON's reader feeds a builder of JsonValue trees. Threads: pure.
#include <unordered_map>

#include "core/base/json.h"
#include "core/base/json_reader.h"

namespace grape::base {
namespace {

// Below this many members a scan is faster than a hash table.
constexpr size_t kFewMembers = 16;

using Members = std::vector<JsonValue::Member>;

// Sets `key` in `out`, whose keys differ. `places` is filled once there are many members.
void put_member(Members& out, std::unordered_map<std::string, size_t>& places, std::string&& key,
                JsonValue&& value) {
    if (out.size() < kFewMembers) {
        for (JsonValue::Member& member : out) {
            if (member.first == key) {
                member.second = std::move(value);
                return;
            }
        }
    } else {
        for (size_t i = places.size(); i < out.size(); ++i) places.emplace(out[i].first, i);
        const auto found = places.find(key);
        if (found != places.end()) {
            out[found->second].second = std::move(value);
            return;
        }
    }
    out.emplace_back(std::move(key), std::move(value));
}

// RapidJSON's handler: open containers keep their values on one stack and are built, with their
// final size, when they close. Returning false stops the parser.
class Builder : public JsonHandler {
  public:
    using JsonHandler::JsonHandler;

    bool Null() { return add(JsonValue()); }
    bool Bool(bool value) { return add(JsonValue::of(value)); }
    bool Int(int value) { return add(JsonValue::of_integer(value)); }
    bool Uint(unsigned value) { return add(JsonValue::of_integer(value)); }
    bool Int64(int64_t value) { return add(JsonValue::of_integer(value)); }
    bool Uint64(uint64_t value) { return add(JsonValue::of_unsigned(value)); }
    bool Double(double rough) {
        double value = 0;
        too_big_ = !read_real(rough, &value);
        return !too_big_ && add(JsonValue::of_real(value));
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return is_sound(text, size) && add(JsonValue::of_string(std::string(text, size)));
    }
    bool Key(const char* text, rapidjson::SizeType size, bool) {
        if (!is_sound(text, size)) return false;
        keys_.emplace_back(text, size);
        return true;
    }
    bool StartObject() { return enter(); }
    bool StartArray() { return enter(); }
    bool EndObject(rapidjson::SizeType count) {
        JsonValue object = JsonValue::make_object();
        Members& members = object.members();
        members.reserve(count);
        std::unordered_map<std::string, size_t> places;
        const size_t first_value = values_.size() - count;
        const size_t first_key = keys_.size() - count;
        for (size_t i = 0; i < count; ++i) {
            put_member(members, places, std::move(keys_[first_key + i]),
                       std::move(values_[first_value + i]));
        }
        keys_.resize(first_key);
        return close(first_value, std::move(object));
    }
    bool EndArray(rapidjson::SizeType count) {
        JsonValue array = JsonValue::make_array();
        std::vector<JsonValue>& items = array.items();
        const size_t first = values_.size() - count;
        items.reserve(count);
        for (size_t i = first; i < values_.size(); ++i) items.push_back(std::move(values_[i]));
        return close(first, std::move(array));
    }

    JsonValue take() { return std::move(values_.front()); }

  private:
    bool add(JsonValue&& value) {
        values_.push_back(std::move(value));
        return true;
    }
    bool close(size_t first_value, JsonValue&& container) {
        leave();
        values_.resize(first_value);
        return add(std::move(container));
    }

    std::vector<JsonValue> values_;
    std::vector<std::string> keys_;
};

}  // namespace

std::string_view describe(rapidjson::ParseErrorCode code) {
    switch (code) {
        case rapidjson::kParseErrorDocumentEmpty:
            return "the text is empty";
        case rapidjson::kParseErrorDocumentRootNotSingular:
            return "something follows the value";
        case rapidjson::kParseErrorObjectMissName:
            return "expected a member's name in quotes";
        case rapidjson::kParseErrorObjectMissColon:
            return "expected ':' after a member's name";
        case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
            return "expected ',' or '}'";
        case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
            return "expected ',' or ']'";
        case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
            return "expected four hexadecimal digits after \\u";
        case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
        case rapidjson::kParseErrorTermination:
            return "half of a surrogate pair in a string";
        case rapidjson::kParseErrorStringEscapeInvalid:
            return "an unknown escape or a raw control character in a string";
        case rapidjson::kParseErrorStringMissQuotationMark:
            return "a string does not end";
        case rapidjson::kParseErrorStringInvalidEncoding:
            return "a string is not UTF-8";
        case rapidjson::kParseErrorNumberTooBig:
            return "a number is out of the range of a double";
        case rapidjson::kParseErrorNumberMissFraction:
            return "expected a digit after '.'";
        case rapidjson::kParseErrorNumberMissExponent:
            return "expected a digit in the exponent";
        default:
            return "expected a value";
    }
}

Result<JsonValue> parse_json(std::string_view text) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    Builder builder(stream);
    GRAPE_TRY(read_json(text, stream, builder));
    return builder.take();
}

}  // namespace grape::base
