// The binary form of payloads: a JSON object that can be read without a JSON parser.
//
// A payload is a tree of tagged values with offsets, object keys sorted by bytes, so that a field
// is found by binary search and untouched parts are skipped. Equal objects have equal bytes.
// Layout: docs/formats/payload.md. Readers take hostile bytes: validate_payload() checks a whole
// tree once (depth, offsets, order, UTF-8), and PayloadView afterwards trusts it. A PayloadView
// never reads outside of its bytes, whatever they are; on bytes that were not validated its
// answers, and how deep they nest, mean nothing. Threads: a PayloadView is a borrowed view;
// everything else is a value.
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
    size_t size() const;                       // items of an array, members of an object
    PayloadView item(size_t index) const;      // of an array
    std::string_view key(size_t index) const;  // of an object, in order
    PayloadView member(size_t index) const;    // its value
    std::optional<PayloadView> find(std::string_view key) const;  // binary search
    std::string_view encoded() const { return data_; }

  private:
    std::string_view data_;
};

// The bytes of the empty object.
std::string_view empty_payload();
// From a JSON object. Code::invalid when it is no object, Code::limit when it is over
// limits::payload_bytes_max or payload_depth_max; `field` is named.
Result<std::string> encode_payload(const JsonValue& object, std::string_view field);
// The same from its text, without a tree. What parse_json() says is wrong gets `field` before it.
Result<std::string> encode_payload_text(std::string_view json, std::string_view field);
// Any value; no limits are checked. All strings must be UTF-8 and all numbers finite.
std::string encode_payload_value(const JsonValue& value);
JsonValue decode_payload(PayloadView view);
void write_payload_json(PayloadView view, JsonWriter& out);
// Code::corrupt when the bytes are not exactly one well-formed payload object.
Status validate_payload(std::string_view encoded);

// A path into a payload as Qdrant writes it: key, a.b, a[].b (every element), a[3], "a b".c
// A bare key has letters, digits, '_' and '-' (any character beyond ASCII counts as a letter); a
// quoted one anything but '"' and '\\'.
class JsonPath {
  public:
    struct Step {
        enum class Kind : uint8_t { key, index, every } kind;
        std::string key;
        size_t index = 0;
    };
    // Code::invalid with the byte where the text stops being a path; Code::limit over
    // limits::payload_depth_max steps.
    static Result<JsonPath> parse(std::string_view text, std::string_view field);
    const std::vector<Step>& steps() const { return steps_; }
    std::string to_string() const;

  private:
    std::vector<Step> steps_;
};

// Changes of a payload tree, with Qdrant's meaning. `payload` and `values` are objects. A change
// may make a payload too large or too deep: encode_payload() says so.
//
// Merges the members of `values` into `payload`, top level only: existing keys are replaced, null
// removes a key.
void merge_payload(JsonValue& payload, const JsonValue& values);
// Merges `values` into the object at `path`. Missing objects on the way are made and what is no
// object gives way to one; `[]` touches every element. An index beyond the end changes nothing;
// where a step needs an array and there is none, an empty array takes the place.
void set_payload_at(JsonValue& payload, const JsonPath& path, const JsonValue& values);
// Removes what the path names; true when something was removed. `a[]` empties the array; `a[3]`
// removes nothing: it would shift the other elements, and the same request made twice would remove
// two of them.
bool remove_payload_at(JsonValue& payload, const JsonPath& path);
// The tree with only what the paths include, without what they exclude. An empty `include` means
// everything. Objects and arrays on the way to an included path stay, even when they end up empty,
// and so does a scalar that stands where the path would go on. `a[]` and `a[3]` name elements.
JsonValue select_payload(PayloadView payload, const std::vector<JsonPath>& include,
                         const std::vector<JsonPath>& exclude);

}  // namespace grape::base
