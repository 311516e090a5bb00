// Merging, setting, removing and selecting parts of payload trees. Threads: pure functions.
#include <algorithm>
#include <span>
#include <unordered_map>

#include "core/base/payload.h"

namespace grape::base {
namespace {

using Step = JsonPath::Step;
using Steps = std::span<const Step>;
using Members = std::vector<JsonValue::Member>;

// From this many comparisons on a merge makes a table of the keys first.
constexpr size_t kManyComparisons = 4096;

void erase_member(Members& members, const std::string& key) {
    std::erase_if(members, [&](const JsonValue::Member& member) { return member.first == key; });
}

// For many members: linear where the plain way would be quadratic. `values` has no key twice.
void merge_large(Members& members, const Members& values) {
    std::unordered_map<std::string_view, const JsonValue*> changes;
    for (const JsonValue::Member& value : values) changes[value.first] = &value.second;
    std::erase_if(members, [&](const JsonValue::Member& member) {
        const auto change = changes.find(member.first);
        return change != changes.end() && change->second->is(JsonKind::null);
    });
    std::unordered_map<std::string, size_t> places;
    for (size_t i = 0; i < members.size(); ++i) places.emplace(members[i].first, i);
    for (const JsonValue::Member& value : values) {
        if (value.second.is(JsonKind::null)) continue;
        const auto place = places.find(value.first);
        if (place != places.end()) {
            members[place->second].second = value.second;
        } else {
            members.push_back(value);
        }
    }
}

void set_at(JsonValue& target, Steps path, const JsonValue& values);

void set_member(JsonValue& target, Steps path, const JsonValue& values) {
    if (!target.is(JsonKind::object)) target = JsonValue::make_object();
    JsonValue* next = target.find(path[0].key);
    if (next == nullptr) {
        next = &target.members().emplace_back(path[0].key, JsonValue()).second;
    }
    set_at(*next, path.subspan(1), values);
}

void set_items(JsonValue& target, Steps path, const JsonValue& values) {
    if (!target.is(JsonKind::array)) target = JsonValue::make_array();
    std::vector<JsonValue>& items = target.items();
    for (size_t i = 0; i < items.size(); ++i) {
        const bool named = path[0].kind == Step::Kind::every || path[0].index == i;
        if (named) set_at(items[i], path.subspan(1), values);
    }
}

void set_at(JsonValue& target, Steps path, const JsonValue& values) {
    if (path.empty()) {
        if (!target.is(JsonKind::object)) target = JsonValue::make_object();
        merge_payload(target, values);
    } else if (path[0].kind == Step::Kind::key) {
        set_member(target, path, values);
    } else {
        set_items(target, path, values);
    }
}

// The last step of a path to remove.
bool remove_here(JsonValue& target, const Step& step) {
    if (step.kind == Step::Kind::key && target.is(JsonKind::object)) {
        const size_t before = target.members().size();
        erase_member(target.members(), step.key);
        return target.members().size() != before;
    }
    if (step.kind == Step::Kind::every && target.is(JsonKind::array)) {
        const bool any = !target.items().empty();
        target.items().clear();
        return any;
    }
    return false;
}

bool remove_at(JsonValue& target, Steps path) {
    if (path.size() == 1) return remove_here(target, path[0]);
    if (path[0].kind == Step::Kind::key) {
        JsonValue* next = target.find(path[0].key);
        return next != nullptr && remove_at(*next, path.subspan(1));
    }
    if (!target.is(JsonKind::array)) return false;
    std::vector<JsonValue>& items = target.items();
    bool removed = false;
    for (size_t i = 0; i < items.size(); ++i) {
        const bool named = path[0].kind == Step::Kind::every || path[0].index == i;
        if (named && remove_at(items[i], path.subspan(1))) removed = true;
    }
    return removed;
}

// The paths that lead to one value or beyond it, each with the steps that are left.
class PathSet {
  public:
    PathSet() = default;
    explicit PathSet(const std::vector<JsonPath>& paths) {
        for (const JsonPath& path : paths) rest_.emplace_back(path.steps());
    }
    bool empty() const { return rest_.empty(); }
    // Some path ends here.
    bool ends() const {
        return std::any_of(rest_.begin(), rest_.end(), [](Steps rest) { return rest.empty(); });
    }
    PathSet below_key(std::string_view key) const {
        return below([&](const Step& s) { return s.kind == Step::Kind::key && s.key == key; });
    }
    PathSet below_item(size_t index) const {
        return below([&](const Step& step) {
            return step.kind == Step::Kind::every ||
                   (step.kind == Step::Kind::index && step.index == index);
        });
    }

  private:
    template <typename Matches>
    PathSet below(const Matches& matches) const {
        PathSet out;
        for (const Steps rest : rest_) {
            if (!rest.empty() && matches(rest[0])) out.rest_.push_back(rest.subspan(1));
        }
        return out;
    }

    std::vector<Steps> rest_;
};

// What is kept below one value. `all`: an included path has ended at it or above it.
struct Selection {
    PathSet include;
    PathSet exclude;
    bool all = false;

    bool keeps() const { return (all || !include.empty()) && !exclude.ends(); }
    bool whole() const { return all && exclude.empty(); }
    Selection below(PathSet include_below, PathSet exclude_below) const {
        const bool all_below = all || include_below.ends();
        return {std::move(include_below), std::move(exclude_below), all_below};
    }
};

JsonValue select(PayloadView value, const Selection& selection);

JsonValue select_members(PayloadView value, const Selection& selection) {
    JsonValue out = JsonValue::make_object();
    for (size_t i = 0, n = value.size(); i < n; ++i) {
        const std::string_view key = value.key(i);
        const Selection below =
            selection.below(selection.include.below_key(key), selection.exclude.below_key(key));
        if (!below.keeps()) continue;
        out.members().emplace_back(key, select(value.member(i), below));
    }
    return out;
}

JsonValue select_items(PayloadView value, const Selection& selection) {
    JsonValue out = JsonValue::make_array();
    for (size_t i = 0, n = value.size(); i < n; ++i) {
        const Selection below =
            selection.below(selection.include.below_item(i), selection.exclude.below_item(i));
        if (below.keeps()) out.items().push_back(select(value.item(i), below));
    }
    return out;
}

JsonValue select(PayloadView value, const Selection& selection) {
    if (selection.whole()) return decode_payload(value);
    if (value.kind() == JsonKind::object) return select_members(value, selection);
    if (value.kind() == JsonKind::array) return select_items(value, selection);
    return decode_payload(value);
}

}  // namespace

void merge_payload(JsonValue& payload, const JsonValue& values) {
    Members& members = payload.members();
    if (members.size() * values.members().size() > kManyComparisons) {
        return merge_large(members, values.members());
    }
    for (const JsonValue::Member& value : values.members()) {
        JsonValue* place = payload.find(value.first);
        if (value.second.is(JsonKind::null)) {
            if (place != nullptr) erase_member(members, value.first);
        } else if (place != nullptr) {
            *place = value.second;
        } else {
            members.push_back(value);
        }
    }
}

void set_payload_at(JsonValue& payload, const JsonPath& path, const JsonValue& values) {
    set_at(payload, path.steps(), values);
}

bool remove_payload_at(JsonValue& payload, const JsonPath& path) {
    return !path.steps().empty() && remove_at(payload, path.steps());
}

JsonValue select_payload(PayloadView payload, const std::vector<JsonPath>& include,
                         const std::vector<JsonPath>& exclude) {
    return select(payload, {PathSet(include), PathSet(exclude), include.empty()});
}

}  // namespace grape::base
