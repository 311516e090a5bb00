// The only door to RapidJSON: a strict parser (RFC 8259, UTF-8, full-precision numbers, a limit on
// depth and size) that makes a plain tree, and a writer that appends to a string.
//
// JsonValue is what the decoders of requests and payloads read. Numbers keep their kind: an integer
// literal that fits i64 is `integer`, one above that fits u64 is `unsigned_integer`, every other
// one is `real` (it must be finite). Duplicate keys of an object: the last one wins, as in Qdrant.
// A value is 16 bytes (a request may hold millions of numbers): strings, arrays and objects lie
// behind a pointer that the value owns. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace grape::base {

enum class JsonKind : uint8_t {
    null,
    boolean,
    integer,
    unsigned_integer,
    real,
    string,
    array,
    object
};

// "null", "a boolean", "an integer", "a number", "a string", "an array", "an object".
std::string_view name_of(JsonKind kind);

class JsonValue {
  public:
    using Member = std::pair<std::string, JsonValue>;

    JsonValue() = default;
    JsonValue(const JsonValue& other);
    JsonValue(JsonValue&& other) noexcept : kind_(other.kind_), slot_(other.slot_) {
        other.kind_ = JsonKind::null;
    }
    JsonValue& operator=(JsonValue other) noexcept {
        std::swap(kind_, other.kind_);
        std::swap(slot_, other.slot_);
        return *this;
    }
    ~JsonValue() {
        if (kind_ >= JsonKind::string) release();
    }

    static JsonValue of(bool value);
    static JsonValue of_integer(int64_t value);
    // A value that fits i64 becomes `integer`, so that equal numbers have one kind.
    static JsonValue of_unsigned(uint64_t value);
    static JsonValue of_real(double value);
    static JsonValue of_string(std::string value);
    static JsonValue make_array();
    static JsonValue make_object();

    JsonKind kind() const { return kind_; }
    bool is(JsonKind kind) const { return kind_ == kind; }
    bool is_number() const { return kind_ >= JsonKind::integer && kind_ <= JsonKind::real; }
    bool is_integer() const {
        return kind_ == JsonKind::integer || kind_ == JsonKind::unsigned_integer;
    }
    // Of another kind than asked for: false, 0, the empty string, no items, no members.
    bool as_bool() const { return kind_ == JsonKind::boolean && slot_.integer != 0; }
    int64_t as_integer() const { return is_integer() ? slot_.integer : 0; }
    uint64_t as_unsigned() const { return static_cast<uint64_t>(as_integer()); }
    double as_real() const {  // any kind of number
        if (kind_ == JsonKind::real) return slot_.real;
        if (kind_ == JsonKind::unsigned_integer) return static_cast<double>(as_unsigned());
        return static_cast<double>(as_integer());
    }
    const std::string& as_string() const;
    const std::vector<JsonValue>& items() const;
    const std::vector<Member>& members() const;
    // To change them; the value must be an array, or an object.
    std::vector<JsonValue>& items();
    std::vector<Member>& members();
    // The member of that name, or null.
    const JsonValue* find(std::string_view name) const;
    JsonValue* find(std::string_view name);
    std::string_view kind_name() const { return name_of(kind_); }
    // How many arrays and objects lie in one another: 0 for a scalar, 1 for [] and for {"a": 1}.
    size_t depth() const;

  private:
    union Slot {
        int64_t integer;  // boolean, integer, bits of unsigned_integer
        double real;
        std::string* text;
        std::vector<JsonValue>* items;
        std::vector<Member>* members;
    };

    void release();

    JsonKind kind_ = JsonKind::null;
    Slot slot_{0};
};

// How many bytes a JSON text of a caller may have is the caller's limit (json_request_bytes_max
// for requests); the depth is limited here (limits::json_depth_max).
// Errors say the byte where the text stops being JSON: "JSON: byte 17: ...".
Result<JsonValue> parse_json(std::string_view text);

// A value as it stands in a text, without the blanks around it.
struct JsonText {
    JsonKind kind = JsonKind::null;
    std::string_view text = "null";
};

// A value and what lies directly in it: the members of an object (of equal names all are there) or
// the elements of an array, whose names are empty.
struct JsonParts {
    struct Part {
        std::string name;
        JsonText value;
    };
    JsonText value;
    std::vector<Part> parts;
};

// For who passes values on: checks all of the text as parse_json() does (but not each number
// against the range of a double) and makes no tree. `text` must outlive the parts.
Result<JsonParts> split_json(std::string_view text);

// Appends JSON text: compact, UTF-8, numbers in their shortest form that reads back the same.
// Commas are placed by the writer. A real keeps being a real: 1.0 is written 1.0. What JSON cannot
// say is not written: a number that is not finite becomes null, a byte that is not UTF-8 U+FFFD.
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
    JsonWriter& value(double value);  // finite
    JsonWriter& value(float value);   // finite; the shortest form that reads back as this float
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
