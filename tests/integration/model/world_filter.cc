// Which points a filter lets through, facets and orders, over payload trees: written a second time,
// in the simplest way. Knows the conditions that the generator makes. Threads: pure functions.
#include <algorithm>

#include "tests/integration/model/world.h"

namespace grape::model {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;

namespace {

using Values = std::vector<const JsonValue*>;

void values_at(const JsonValue& at, const Path& path, size_t step, Values& out) {
    using Kind = base::JsonPath::Step::Kind;
    if (step == path.size()) {
        out.push_back(&at);
    } else if (path[step].kind == Kind::key) {
        const JsonValue* member = at.is(JsonKind::object) ? at.find(path[step].key) : nullptr;
        if (member != nullptr) values_at(*member, path, step + 1, out);
    } else if (at.is(JsonKind::array)) {
        const bool every = path[step].kind == Kind::every;
        for (size_t i = 0; i < at.items().size(); ++i) {
            if (every || i == path[step].index) values_at(at.items()[i], path, step + 1, out);
        }
    }
}
Values values_of(const JsonValue& payload, const base::JsonPath& path) {
    Values out;
    values_at(payload, path.steps(), 0, out);
    return out;
}
// Arrays taken apart, one level.
Values elements_of(const JsonValue& payload, const base::JsonPath& path) {
    Values out;
    for (const JsonValue* value : values_of(payload, path)) {
        if (!value->is(JsonKind::array)) out.push_back(value);
        for (const JsonValue& item : value->items()) out.push_back(&item);
    }
    return out;
}

bool equals(const JsonValue& value, const query::MatchScalar& wanted) {
    if (const auto* text = std::get_if<std::string>(&wanted)) {
        return value.is(JsonKind::string) && value.as_string() == *text;
    }
    if (const auto* number = std::get_if<int64_t>(&wanted)) {
        return value.is(JsonKind::integer) && value.as_integer() == *number;
    }
    return value.is(JsonKind::boolean) && value.as_bool() == std::get<bool>(wanted);
}
bool is_in(const JsonValue& value, const std::vector<query::MatchScalar>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&value](const auto& each) { return equals(value, each); });
}
template <typename T, typename Bounds>
bool is_within(T value, const Bounds& bounds) {
    return (!bounds.lt || value < *bounds.lt) && (!bounds.gt || value > *bounds.gt) &&
           (!bounds.lte || value <= *bounds.lte) && (!bounds.gte || value >= *bounds.gte);
}

// A point, or an element of an array that a nested filter is about.
struct Subject {
    const base::PointId* id = nullptr;
    const ModelPoint* point = nullptr;
    const JsonValue& payload;
};

bool matches(const Subject& subject, const query::Filter& filter);

struct Matcher {
    const Subject& subject;

    template <typename Holds>
    bool any(const base::JsonPath& key, Holds holds) const {
        const Values all = elements_of(subject.payload, key);
        return std::any_of(all.begin(), all.end(), [&](const auto* each) { return holds(*each); });
    }
    bool operator()(const query::FieldCondition& of) const {
        const base::JsonPath& key = of.key;
        if (const auto* match = std::get_if<query::MatchValue>(&of.check)) {
            return any(key, [&](const JsonValue& each) { return equals(each, match->value); });
        }
        if (const auto* match = std::get_if<query::MatchAny>(&of.check)) {
            return any(key, [&](const JsonValue& each) { return is_in(each, match->values); });
        }
        if (const auto* match = std::get_if<query::MatchExcept>(&of.check)) {
            return any(key, [&](const JsonValue& each) {
                return !each.is(JsonKind::null) && !is_in(each, match->values);
            });
        }
        if (const auto* range = std::get_if<query::Range>(&of.check)) {
            return any(key, [&](const JsonValue& each) {
                return each.is_number() && is_within(each.as_real(), *range);
            });
        }
        return counts(key, std::get<query::ValuesCount>(of.check));
    }
    bool counts(const base::JsonPath& key, const query::ValuesCount& wanted) const {
        const Values all = values_of(subject.payload, key);
        if (all.empty()) return is_within(uint64_t{0}, wanted);
        return std::any_of(all.begin(), all.end(), [&](const JsonValue* each) {
            const uint64_t count = each->is(JsonKind::null)    ? 0
                                   : each->is(JsonKind::array) ? each->items().size()
                                                               : 1;
            return is_within(count, wanted);
        });
    }
    bool operator()(const query::IsEmpty& of) const {
        const Values all = values_of(subject.payload, of.key);
        const bool empty = std::all_of(all.begin(), all.end(), [](const JsonValue* each) {
            return each->is(JsonKind::null) || (each->is(JsonKind::array) && each->items().empty());
        });
        return empty == of.wanted;
    }
    bool operator()(const query::IsNull& of) const {
        return any(of.key, [](const JsonValue& each) { return each.is(JsonKind::null); }) ==
               of.wanted;
    }
    bool operator()(const query::HasId& of) const {
        return std::count(of.ids.begin(), of.ids.end(), *subject.id) != 0;
    }
    bool operator()(const query::HasVector& of) const {
        return subject.point->vectors.contains(of.name);
    }
    bool operator()(const query::Nested& of) const {
        for (const JsonValue* value : values_of(subject.payload, of.key)) {
            for (const JsonValue& item : value->items()) {
                if (!item.is(JsonKind::object)) continue;
                if (matches(Subject{nullptr, nullptr, item}, *of.filter)) return true;
            }
        }
        return false;
    }
    bool operator()(const query::SubFilter& of) const { return matches(subject, *of.filter); }
    bool operator()(const query::Slice&) const { return false; }  // not generated
};

bool matches(const Subject& subject, const query::Filter& filter) {
    const auto holds = [&subject](const query::Condition& each) {
        return std::visit(Matcher{subject}, each);
    };
    const auto& [must, should, must_not, min_should] = filter;
    if (!std::all_of(must.begin(), must.end(), holds)) return false;
    if (!should.empty() && std::none_of(should.begin(), should.end(), holds)) return false;
    if (std::any_of(must_not.begin(), must_not.end(), holds)) return false;
    if (!min_should || min_should->conditions.empty()) return true;
    const auto met =
        std::count_if(min_should->conditions.begin(), min_should->conditions.end(), holds);
    return static_cast<uint64_t>(met) >= min_should->min_count;
}

bool has_index(const ModelCollection& collection, const base::JsonPath& path,
               std::initializer_list<index::FieldKind> kinds) {
    const auto found = collection.fields.find(path.to_string());
    return found != collection.fields.end() &&
           std::count(kinds.begin(), kinds.end(), found->second) != 0;
}

// What an index of the kind counts.
bool is_of_kind(const JsonValue& value, index::FieldKind kind) {
    if (kind == index::FieldKind::keyword) return value.is(JsonKind::string);
    if (kind == index::FieldKind::integer) return value.is(JsonKind::integer);
    return kind == index::FieldKind::boolean && value.is(JsonKind::boolean);
}
// A number that a double holds exactly.
bool is_double(const JsonValue& value) {
    const auto exact = [](auto number) {
        return static_cast<long double>(static_cast<double>(number)) ==
               static_cast<long double>(number);
    };
    if (value.is(JsonKind::integer)) return exact(value.as_integer());
    if (value.is(JsonKind::unsigned_integer)) return exact(value.as_unsigned());
    return value.is(JsonKind::real);
}
query::MatchScalar scalar_of(const JsonValue& value) {
    if (value.is(JsonKind::string)) return value.as_string();
    if (value.is(JsonKind::boolean)) return value.as_bool();
    return value.as_integer();
}

}  // namespace

bool matches(const base::PointId& id, const ModelPoint& point, const engine::FilterPtr& filter) {
    return filter == nullptr || matches(Subject{&id, &point, point.payload}, *filter);
}

Result<engine::ReplyBody> facet(const ModelCollection& collection,
                                const engine::FacetPoints& request) {
    using Kind = index::FieldKind;
    if (!has_index(collection, request.key, {Kind::keyword, Kind::integer, Kind::boolean})) {
        return Status::make_invalid("no index");
    }
    const Kind kind = collection.fields.at(request.key.to_string());
    std::map<query::MatchScalar, uint64_t> counts;
    for (const auto& [id, point] : collection.points) {
        if (!matches(id, *point, request.filter)) continue;
        std::map<query::MatchScalar, bool> seen;
        for (const JsonValue* each : elements_of(point->payload, request.key)) {
            if (is_of_kind(*each, kind)) seen[scalar_of(*each)] = true;
        }
        for (const auto& [value, yes] : seen) ++counts[value];
    }
    engine::FacetReply out;
    for (const auto& [value, count] : counts) out.hits.push_back({value, count});
    std::stable_sort(out.hits.begin(), out.hits.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    if (out.hits.size() > request.limit) out.hits.resize(request.limit);
    return engine::ReplyBody(std::move(out));
}

Result<Ordered> ordered(const ModelCollection& collection, const engine::ScrollPoints& request) {
    using Kind = index::FieldKind;
    const engine::OrderBy& order = *request.order_by;
    if (!has_index(collection, order.key, {Kind::integer, Kind::floating})) {
        return Status::make_invalid("no index");
    }
    const bool whole = collection.fields.at(order.key.to_string()) == Kind::integer;
    std::vector<std::pair<engine::OrderValue, base::PointId>> all;
    for (const auto& [id, point] : collection.points) {
        if (!matches(id, *point, request.filter)) continue;
        std::map<engine::OrderValue, bool> seen;
        for (const JsonValue* each : elements_of(point->payload, order.key)) {
            if (whole && each->is(JsonKind::integer)) seen[each->as_integer()] = true;
            if (!whole && is_double(*each)) seen[each->as_real()] = true;
        }
        for (const auto& [value, yes] : seen) all.emplace_back(value, id);
    }
    std::sort(all.begin(), all.end(), [&order](const auto& a, const auto& b) {
        if (a.first == b.first) return a.second < b.second;
        return order.descending ? b.first < a.first : a.first < b.first;
    });
    if (order.start_from) {
        engine::OrderValue from = *order.start_from;
        if (!whole) from = static_cast<double>(std::get<int64_t>(from));
        std::erase_if(all, [&](const auto& each) {
            return order.descending ? each.first > from : each.first < from;
        });
    }
    if (all.size() > request.limit)
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(request.limit), all.end());
    return all;
}

}  // namespace grape::model
