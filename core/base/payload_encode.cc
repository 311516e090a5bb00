// Between JSON trees, JSON text and the binary form of payloads. Threads: pure functions.
#include <algorithm>

#include "core/base/limits.h"
#include "core/base/payload.h"
#include "core/base/payload_append.h"

namespace grape::base {

namespace {

void append_value(std::string& out, const JsonValue& value);

void append_array(std::string& out, const std::vector<JsonValue>& items) {
    std::string values;
    std::vector<size_t> ends;
    ends.reserve(items.size());
    for (const JsonValue& item : items) {
        append_value(values, item);
        ends.push_back(values.size());
    }
    const uint8_t bits = offset_bits(std::max(items.size(), values.size()));
    append_head(out, kTagArray, items.size(), bits);
    for (const size_t end : ends) append_offset(out, end, bits);
    out.append(values);
}

// The members in the order of their keys; of equal keys the last.
std::vector<const JsonValue::Member*> sorted_members(const std::vector<JsonValue::Member>& all) {
    std::vector<const JsonValue::Member*> sorted;
    sorted.reserve(all.size());
    for (const JsonValue::Member& member : all) sorted.push_back(&member);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return a->first < b->first; });
    size_t kept = 0;
    for (size_t i = 0; i < sorted.size(); ++i) {
        if (i + 1 < sorted.size() && sorted[i]->first == sorted[i + 1]->first) continue;
        sorted[kept++] = sorted[i];
    }
    sorted.resize(kept);
    return sorted;
}

void append_object(std::string& out, const std::vector<JsonValue::Member>& all) {
    const std::vector<const JsonValue::Member*> members = sorted_members(all);
    std::string keys;
    std::string values;
    std::vector<size_t> ends(2 * members.size());
    for (size_t i = 0; i < members.size(); ++i) {
        keys.append(members[i]->first);
        ends[i] = keys.size();
        append_value(values, members[i]->second);
        ends[members.size() + i] = values.size();
    }
    const uint8_t bits = offset_bits(std::max({members.size(), keys.size(), values.size()}));
    append_head(out, kTagObject, members.size(), bits);
    for (const size_t end : ends) append_offset(out, end, bits);
    out.append(keys);
    out.append(values);
}

void append_value(std::string& out, const JsonValue& value) {
    switch (value.kind()) {
        case JsonKind::null:
            return append_tag(out, kTagNull);
        case JsonKind::boolean:
            return append_tag(out, value.as_bool() ? kTagTrue : kTagFalse);
        case JsonKind::integer:
            return append_integer(out, value.as_integer());
        case JsonKind::unsigned_integer:
            return append_unsigned(out, value.as_unsigned());
        case JsonKind::real:
            return append_real(out, value.as_real());
        case JsonKind::string:
            return append_text(out, value.as_string());
        case JsonKind::array:
            return append_array(out, value.items());
        case JsonKind::object:
            return append_object(out, value.members());
    }
}

}  // namespace

std::string_view empty_payload() {
    return {"\x18\x00", 2};
}

std::string encode_payload_value(const JsonValue& value) {
    std::string out;
    append_value(out, value);
    return out;
}

Result<std::string> encode_payload(const JsonValue& object, std::string_view field) {
    if (!object.is(JsonKind::object)) {
        return Status::make_invalid(field, ": expected an object, got ", object.kind_name());
    }
    if (object.depth() > limits::payload_depth_max) {
        return Status::make_limit(field, ": nested ", object.depth(), " levels deep; the limit is ",
                                  limits::payload_depth_max);
    }
    std::string out = encode_payload_value(object);
    if (out.size() > limits::payload_bytes_max) {
        return Status::make_limit(field, ": ", out.size(),
                                  " bytes in the binary form; the limit is ",
                                  limits::payload_bytes_max);
    }
    return out;
}

JsonValue decode_payload(PayloadView view) {
    switch (view.kind()) {
        case JsonKind::null:
            return {};
        case JsonKind::boolean:
            return JsonValue::of(view.as_bool());
        case JsonKind::integer:
            return JsonValue::of_integer(view.as_integer());
        case JsonKind::unsigned_integer:
            return JsonValue::of_unsigned(view.as_unsigned());
        case JsonKind::real:
            return JsonValue::of_real(view.as_real());
        case JsonKind::string:
            return JsonValue::of_string(std::string(view.as_string()));
        case JsonKind::array: {
            JsonValue array = JsonValue::make_array();
            const size_t count = view.size();
            array.items().reserve(count);
            for (size_t i = 0; i < count; ++i)
                array.items().push_back(decode_payload(view.item(i)));
            return array;
        }
        case JsonKind::object: {
            JsonValue object = JsonValue::make_object();
            const size_t count = view.size();
            object.members().reserve(count);
            for (size_t i = 0; i < count; ++i) {
                object.members().emplace_back(view.key(i), decode_payload(view.member(i)));
            }
            return object;
        }
    }
    return {};
}

void write_payload_json(PayloadView view, JsonWriter& out) {
    switch (view.kind()) {
        case JsonKind::null:
            out.null();
            return;
        case JsonKind::boolean:
            out.value(view.as_bool());
            return;
        case JsonKind::integer:
            out.value(view.as_integer());
            return;
        case JsonKind::unsigned_integer:
            out.value(view.as_unsigned());
            return;
        case JsonKind::real:
            out.value(view.as_real());
            return;
        case JsonKind::string:
            out.value(view.as_string());
            return;
        case JsonKind::array:
            out.begin_array();
            for (size_t i = 0, n = view.size(); i < n; ++i) write_payload_json(view.item(i), out);
            out.end_array();
            return;
        case JsonKind::object:
            out.begin_object();
            for (size_t i = 0, n = view.size(); i < n; ++i) {
                out.key(view.key(i));
                write_payload_json(view.member(i), out);
            }
            out.end_object();
            return;
    }
}

}  // namespace grape::base
