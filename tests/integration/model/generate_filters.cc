// Filters over the payloads that are there, and requests that have them. Threads: pure functions.
#include "tests/integration/model/generator.h"

namespace grape::model {

using base::JsonKind;
using base::JsonValue;

// A path to a field, mostly at the top; now and then through others.
base::JsonPath Generator::field() {
    if (random_.chance(20)) return path();
    return base::JsonPath::parse(random_.chance(85) ? key() : key() + "." + key(), "path").value();
}

// A value that some point has at the key, or any.
JsonValue Generator::known_value(const std::string& name, const base::JsonPath& at) {
    const ModelCollection* found = collection(name);
    if (found == nullptr || found->points.empty() || random_.chance(15)) return payload_value(0);
    for (int i = 0; i < 6; ++i) {
        const auto point = found->points.find(present_id(name));
        if (point == found->points.end()) continue;
        const JsonValue* value = point->second->payload.find(at.steps().front().key);
        while (value != nullptr && (value->is(JsonKind::array) || value->is(JsonKind::object))) {
            const bool array = value->is(JsonKind::array);
            if (array ? value->items().empty() : value->members().empty()) break;
            value = array ? &random_.pick(value->items()) : &random_.pick(value->members()).second;
        }
        if (value != nullptr) return *value;
    }
    return payload_value(0);
}

query::MatchScalar Generator::scalar(const std::string& name, const base::JsonPath& at) {
    const JsonValue value = known_value(name, at);
    if (value.is(JsonKind::string)) return value.as_string();
    if (value.is(JsonKind::boolean)) return value.as_bool();
    if (value.is(JsonKind::integer)) return value.as_integer();
    return "word " + std::to_string(random_.below(100));
}

query::Condition Generator::condition(const std::string& name, int depth, bool nested) {
    const base::JsonPath at = field();
    const auto list = [&] {
        std::vector<query::MatchScalar> out;
        for (uint64_t i = random_.below(5); i > 0; --i) {
            query::MatchScalar value = scalar(name, at);
            if (!std::holds_alternative<bool>(value)) out.push_back(std::move(value));
        }
        return out;
    };
    switch (random_.below(12)) {
        case 0:
        case 1:
        case 2:
            return query::FieldCondition{at, query::MatchValue{scalar(name, at)}};
        case 3:
            return query::FieldCondition{at, query::MatchAny{list()}};
        case 4:
            return query::FieldCondition{at, query::MatchExcept{list()}};
        case 5:
        case 6: {
            query::Range range;
            const double bound = known_value(name, at).as_real();
            (random_.chance(50) ? range.gt : range.gte) = bound;
            if (random_.chance(40)) range.lte = bound * 4;
            return query::FieldCondition{at, range};
        }
        case 7: {
            query::ValuesCount count;
            (random_.chance(50) ? count.gte : count.lt) = random_.between(1, 3);
            return query::FieldCondition{at, count};
        }
        case 8:
            return query::IsEmpty{at, random_.chance(50)};
        case 9:
            return query::IsNull{at, random_.chance(60)};
        case 10:
            if (depth > 0 && random_.chance(50))
                return query::SubFilter{filter(name, depth - 1, nested)};
            if (depth > 0)
                return query::Nested{base::JsonPath::parse(key(), "key").value(),
                                     filter(name, depth - 1, true)};
            [[fallthrough]];
        default:
            break;
    }
    if (nested) return query::IsNull{at, true};
    const ModelCollection* found = collection(name);
    if (found != nullptr && random_.chance(30)) {
        return query::HasVector{random_.pick(found->config.vectors).name};
    }
    query::HasId ids;
    for (uint64_t i = random_.below(10); i > 0; --i) ids.ids.push_back(present_id(name));
    std::sort(ids.ids.begin(), ids.ids.end());
    ids.ids.erase(std::unique(ids.ids.begin(), ids.ids.end()), ids.ids.end());
    return ids;
}

engine::FilterPtr Generator::filter(const std::string& name, int depth, bool nested) {
    auto out = std::make_shared<query::Filter>();
    const auto some = [&](std::vector<query::Condition>& list, uint64_t most) {
        for (uint64_t i = random_.between(1, most); i > 0; --i) {
            list.push_back(condition(name, depth, nested));
        }
    };
    if (random_.chance(50)) some(out->must, 2);
    if (random_.chance(35)) some(out->should, 3);
    if (random_.chance(35)) some(out->must_not, 2);
    if (random_.chance(15)) {
        out->min_should.emplace();
        some(out->min_should->conditions, 4);
        out->min_should->min_count = random_.between(1, 3);
    }
    return out;
}

// By a filter that lets few points through.
engine::PointSelection Generator::filtered_selection(const std::string& name) {
    engine::PointSelection out;
    const ModelCollection* found = collection(name);
    for (int i = 0; i < 4; ++i) {
        out.filter = filter(name, 1, false);
        size_t count = 0;
        if (found == nullptr) return out;
        for (const auto& [id, point] : found->points) count += matches(id, *point, out.filter);
        if (count <= 20 || count <= found->points.size() / 10) return out;
    }
    auto few = std::make_shared<query::Filter>();
    few->must.push_back(query::HasId{{present_id(name)}});
    out.filter = std::move(few);
    return out;
}

engine::RequestBody Generator::field_index(Kind kind) {
    static const std::vector<index::FieldKind> kIndexed = {
        index::FieldKind::keyword, index::FieldKind::keyword, index::FieldKind::integer,
        index::FieldKind::integer, index::FieldKind::boolean, index::FieldKind::floating};
    const std::string name = any_collection();
    if (kind == Kind::drop_index) return engine::DeleteFieldIndex{name, indexed_field(name)};
    engine::CreateFieldIndex out;
    out.collection = name;
    out.field = field();
    out.schema.kind = random_.pick(kIndexed);
    return out;
}

base::JsonPath Generator::indexed_field(const std::string& name) {
    const ModelCollection* found = collection(name);
    if (found == nullptr || found->fields.empty() || random_.chance(10)) return field();
    auto at = found->fields.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.below(found->fields.size())));
    return base::JsonPath::parse(at->first, "path").value();
}

engine::RequestBody Generator::filtered_read(Kind kind) {
    const std::string name = any_collection();
    const engine::FilterPtr by = filter(name, 2, false);
    switch (kind) {
        case Kind::count_filter:
            return engine::CountPoints{name, by};
        case Kind::query_filter: {
            engine::QueryPoints out = query(name, false);
            out.filter = by;
            return out;
        }
        case Kind::facet: {
            engine::FacetPoints out;
            out.collection = name;
            out.key = indexed_field(name);
            out.limit = random_.between(1, 20);
            if (random_.chance(70)) out.filter = by;
            return out;
        }
        default: {
            engine::ScrollPoints out;
            out.collection = name;
            out.limit = random_.between(1, 60);
            out.with_payload = with_payload();
            if (random_.chance(80)) out.filter = by;
            if (kind == Kind::scroll_filter) {
                if (random_.chance(40)) out.offset = id(name);
                return out;
            }
            out.order_by.emplace();
            out.order_by->key = indexed_field(name);
            out.order_by->descending = random_.chance(50);
            if (random_.chance(40)) {
                out.order_by->start_from = known_value(name, out.order_by->key).as_integer();
            }
            return out;
        }
    }
}

}  // namespace grape::model
