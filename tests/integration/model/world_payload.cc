// What changes of payloads mean, written a second time, in the simplest way: always a copy, never
// in place. Threads: pure functions.
#include "tests/integration/model/world.h"

namespace grape::model {

using base::JsonKind;
using base::JsonValue;
using Kind = base::JsonPath::Step::Kind;

void merge(JsonValue& object, const JsonValue& values) {
    std::map<std::string, JsonValue> members;
    for (const auto& [key, value] : object.members()) members[key] = value;
    for (const auto& [key, value] : values.members()) {
        if (value.is(JsonKind::null)) {
            members.erase(key);
        } else {
            members[key] = value;
        }
    }
    JsonValue merged = JsonValue::make_object();
    for (const auto& [key, value] : members) merged.members().emplace_back(key, value);
    object = merged;
}

namespace {

bool names_item(const base::JsonPath::Step& step, size_t index) {
    return step.kind == Kind::every || step.index == index;
}

}  // namespace

void set_at(JsonValue& target, const Path& path, size_t step, const JsonValue& values) {
    const bool wants_array = step < path.size() && path[step].kind != Kind::key;
    if (wants_array) {
        JsonValue out = JsonValue::make_array();
        if (target.is(JsonKind::array)) out.items() = std::as_const(target).items();
        for (size_t i = 0; i < out.items().size(); ++i) {
            if (names_item(path[step], i)) set_at(out.items()[i], path, step + 1, values);
        }
        target = out;
        return;
    }
    JsonValue out = target.is(JsonKind::object) ? target : JsonValue::make_object();
    if (step == path.size()) {
        merge(out, values);
    } else {
        const JsonValue* old = std::as_const(out).find(path[step].key);
        JsonValue below = old == nullptr ? JsonValue() : *old;
        set_at(below, path, step + 1, values);
        if (old != nullptr) {
            *out.find(path[step].key) = below;
        } else {
            out.members().emplace_back(path[step].key, below);
        }
    }
    target = out;
}

void remove_at(JsonValue& target, const Path& path, size_t step) {
    const bool last = step + 1 == path.size();
    if (path[step].kind == Kind::key) {
        if (!target.is(JsonKind::object)) return;
        JsonValue out = JsonValue::make_object();
        for (const auto& [key, value] : std::as_const(target).members()) {
            JsonValue kept = value;
            if (key == path[step].key && last) continue;
            if (key == path[step].key) remove_at(kept, path, step + 1);
            out.members().emplace_back(key, kept);
        }
        target = out;
        return;
    }
    if (!target.is(JsonKind::array)) return;
    if (last) {
        // An index at the end of a path removes nothing.
        if (path[step].kind == Kind::every) target = JsonValue::make_array();
        return;
    }
    JsonValue out = target;
    for (size_t i = 0; i < out.items().size(); ++i) {
        if (names_item(path[step], i)) remove_at(out.items()[i], path, step + 1);
    }
    target = out;
}

}  // namespace grape::model
