// The only door to RapidJSON: a strict parser (RFC 8259, UTF-8, full-precision numbers, a limit on
// depth and size) that makes a plain tree, and a writer that appends to a string.
//
// JsonValue is what the decoders of requests and payloads read. Numbers keep their kind: an integer
// literal that fits i64 is `integer`, one above that fits u64 is `unsigned_integer`, every other one is `real` (it must be
// finite). Duplicate keys of an object: the last one wins, as in Qdrant. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace grape::base {

enum class JsonKind : uint8_t { null, boolean, integer, unsigned_integer, real, string, array, object };

class JsonValue {
  public:
    using Member = std::pair<std::string, JsonValue>;

    JsonValue() = default;
    static JsonValue of(bool value);
    static JsonValue of_integer(int64_t value);
    static JsonValue of_unsigned(uint64_t value);
    static JsonValue of_real(double value);
    static JsonValue of_string(std::string value);
    static JsonValue make_array();
    static JsonValue make_object();

    JsonKind kind() const { return kind_; }
    bool is(JsonKind kind) const { return kind_ == kind; }
    bool is_number() const {
        return kind_ == JsonKind::integer || kind_ == JsonKind::unsigned_integer || kind_ == JsonKind::real;
    }
    bool as_bool() const { return integer_ != 0; }
    int64_t as_integer() const { return integer_; }
    uint64_t as_unsigned() const { return static_cast<uint64_t>(integer_); }
    double as_real() const;  // any kind of number
    const std::string& as_string() const { return string_; }
    const std::vector<JsonValue>& items() const { return items_; }
    std::vector<JsonValue>& items() { return items_; }
    const std::vector<Member>& members() const { return members_; }
    std::vector<Member>& members() { return members_; }
    // The member of that name, or null.
    const JsonValue* find(std::string_view name) const;
    // "null", "a boolean", "an integer", "a number", "a string", "an array", "an object".
    std::string_view kind_name() const;

  private:
    JsonKind kind_ = JsonKind::null;
    int64_t integer_ = 0;  // boolean, integer, bits of unsigned_integer
    double real_ = 0;
    std::string string_;
    std::vector<JsonValue> items_;
    std::vector<Member> members_;
};

// Errors say the byte where the text stops being JSON: "JSON: byte 17: ...".
Result<JsonValue> parse_json(std::string_view text);

// Appends JSON text: compact, UTF-8, numbers in their shortest form that reads back the same.
// Commas are placed by the writer.
class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) {}
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& null();
    JsonWriter& value(bool value);
    JsonWriter& value(int64_t value);
    JsonWriter& value(uint64_t value);
    JsonWriter& value(double value);   // finite
    JsonWriter& value(float value);    // finite; the shortest form that reads back as this float
    JsonWriter& value(std::string_view value);
    JsonWriter& value(const char* value) { return this->value(std::string_view(value)); }
    // Text that is JSON already.
    JsonWriter& raw(std::string_view json);
    JsonWriter& value(const JsonValue& tree);

  private:
    void separate();
    std::string& out_;
    bool needs_comma_ = false;
};

}  // namespace grape::base
