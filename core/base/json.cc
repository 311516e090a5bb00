#include "core/base/json.h"

#include <algorithm>

#include "core/base/check.h"

namespace grape::base {
namespace {

// An object that is never destroyed: statics with destructors run code when the library unloads.
template <typename T>
union Immortal {
    T value;
    constexpr Immortal() : value() {}
    constexpr ~Immortal() {}
};

template <typename T>
const T& empty_of() {
    static const Immortal<T> empty;
    return empty.value;
}

}  // namespace

static_assert(sizeof(JsonValue) == 16);

JsonValue::JsonValue(const JsonValue& other) : slot_(other.slot_) {
    switch (other.kind_) {
        case JsonKind::string:
            slot_.text = new std::string(*other.slot_.text);
            break;
        case JsonKind::array:
            slot_.items = new std::vector<JsonValue>(*other.slot_.items);
            break;
        case JsonKind::object:
            slot_.members = new std::vector<Member>(*other.slot_.members);
            break;
        default:
            break;
    }
    kind_ = other.kind_;
}

void JsonValue::release() {
    if (kind_ == JsonKind::string) delete slot_.text;
    if (kind_ == JsonKind::array) delete slot_.items;
    if (kind_ == JsonKind::object) delete slot_.members;
    kind_ = JsonKind::null;
}

JsonValue JsonValue::of(bool value) {
    JsonValue out;
    out.kind_ = JsonKind::boolean;
    out.slot_.integer = value ? 1 : 0;
    return out;
}

JsonValue JsonValue::of_integer(int64_t value) {
    JsonValue out;
    out.kind_ = JsonKind::integer;
    out.slot_.integer = value;
    return out;
}

JsonValue JsonValue::of_unsigned(uint64_t value) {
    JsonValue out = of_integer(static_cast<int64_t>(value));
    if (out.slot_.integer < 0) out.kind_ = JsonKind::unsigned_integer;
    return out;
}

JsonValue JsonValue::of_real(double value) {
    JsonValue out;
    out.kind_ = JsonKind::real;
    out.slot_.real = value;
    return out;
}

JsonValue JsonValue::of_string(std::string value) {
    JsonValue out;
    out.slot_.text = new std::string(std::move(value));
    out.kind_ = JsonKind::string;
    return out;
}

JsonValue JsonValue::make_array() {
    JsonValue out;
    out.slot_.items = new std::vector<JsonValue>();
    out.kind_ = JsonKind::array;
    return out;
}

JsonValue JsonValue::make_object() {
    JsonValue out;
    out.slot_.members = new std::vector<Member>();
    out.kind_ = JsonKind::object;
    return out;
}

const std::string& JsonValue::as_string() const {
    return kind_ == JsonKind::string ? *slot_.text : empty_of<std::string>();
}

const std::vector<JsonValue>& JsonValue::items() const {
    return kind_ == JsonKind::array ? *slot_.items : empty_of<std::vector<JsonValue>>();
}

const std::vector<JsonValue::Member>& JsonValue::members() const {
    return kind_ == JsonKind::object ? *slot_.members : empty_of<std::vector<Member>>();
}

std::vector<JsonValue>& JsonValue::items() {
    if (GRAPE_NEVER(kind_ != JsonKind::array)) *this = make_array();
    return *slot_.items;
}

std::vector<JsonValue::Member>& JsonValue::members() {
    if (GRAPE_NEVER(kind_ != JsonKind::object)) *this = make_object();
    return *slot_.members;
}

const JsonValue* JsonValue::find(std::string_view name) const {
    for (const Member& member : members()) {
        if (member.first == name) return &member.second;
    }
    return nullptr;
}

JsonValue* JsonValue::find(std::string_view name) {
    return const_cast<JsonValue*>(std::as_const(*this).find(name));
}

std::string_view name_of(JsonKind kind) {
    switch (kind) {
        case JsonKind::null:
            return "null";
        case JsonKind::boolean:
            return "a boolean";
        case JsonKind::integer:
        case JsonKind::unsigned_integer:
            return "an integer";
        case JsonKind::real:
            return "a number";
        case JsonKind::string:
            return "a string";
        case JsonKind::array:
            return "an array";
        case JsonKind::object:
            return "an object";
    }
    return "nothing";
}

size_t JsonValue::depth() const {
    size_t below = 0;
    for (const JsonValue& item : items()) below = std::max(below, item.depth());
    for (const Member& member : members()) below = std::max(below, member.second.depth());
    return kind_ >= JsonKind::array ? below + 1 : 0;
}

}  // namespace grape::base
