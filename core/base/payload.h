// The binary form of payloads: a JSON object that can be read without a JSON parser.
//
// A payload is a tree of tagged values with offsets, object keys sorted by bytes, so that a field is
// found by binary search and untouched parts are skipped. Equal objects have equal bytes. Layout:
// docs/formats/payload.md. Readers take hostile bytes: validate_payload() checks a whole tree once
// (depth, offsets, order, UTF-8), and PayloadView afterwards trusts it.
// Threads: a PayloadView is a borrowed view; everything else is a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace grape::base {

class PayloadView {
  public:
    PayloadView() = default;
    explicit PayloadView(std::string_view encoded) : data_(encoded) {}

    JsonKind kind() const;
    bool as_bool() const;
    int64_t as_integer() const;
    uint64_t as_unsigned() const;
    double as_real() const;
    std::string_view as_string() const;
    size_t size() const;                          // items of an array, members of an object
    PayloadView item(size_t index) const;         // of an array
    std::string_view key(size_t index) const;     // of an object, in order
    PayloadView member(size_t index) const;       // its value
    std::optional<PayloadView> find(std::string_view key) const;  // binary search
    std::string_view encoded() const { return data_; }

  private:
    std::string_view data_;
};

// The bytes of the empty object.
std::string_view empty_payload();
// From a JSON object. Code::limit when it is over limits::payload_bytes_max; `field` is named.
Result<std::string> encode_payload(const JsonValue& object, std::string_view field);
std::string encode_payload_value(const JsonValue& value);  // any value; no limit check
JsonValue decode_payload(PayloadView view);
void write_payload_json(PayloadView view, JsonWriter& out);
// Code::corrupt when the bytes are not exactly one well-formed payload object.
Status validate_payload(std::string_view encoded);

// A path into a payload as Qdrant writes it: key, a.b, a[].b (every element), a[3], "a b".c
class JsonPath {
  public:
    struct Step {
        enum class Kind : uint8_t { key, index, every } kind;
        std::string key;
        size_t index = 0;
    };
    static Result<JsonPath> parse(std::string_view text, std::string_view field);
    const std::vector<Step>& steps() const { return steps_; }
    std::string to_string() const;

  private:
    std::vector<Step> steps_;
};

// Changes of a payload tree, with Qdrant's meaning.
// Merges the members of `values` into `payload` (top level: existing keys are replaced).
void merge_payload(JsonValue& payload, const JsonValue& values);
// Sets `values` under `path`: merges into the object there; makes missing objects on the way; replaces what is no object.
void set_payload_at(JsonValue& payload, const JsonPath& path, const JsonValue& values);
// Removes what the path names; true when something was removed.
bool remove_payload_at(JsonValue& payload, const JsonPath& path);
// The tree with only (include) or without (exclude) what the paths name; objects on the way stay, empty ones do not.
JsonValue select_payload(PayloadView payload, const std::vector<JsonPath>& include,
                         const std::vector<JsonPath>& exclude);

}  // namespace grape::base
