#include "core/engine/request/decode_checks.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;
using query::FieldCondition;
using query::MatchScalar;

namespace {

using Check = decltype(FieldCondition::check);

Result<double> read_real(const JsonValue& value, const Place& at) {
    if (!value.is_number()) return wrong_kind(value, "a number", at);
    return value.as_real();
}

Result<MatchScalar> read_scalar(const JsonValue& value, const Place& at) {
    if (value.is(JsonKind::string)) return MatchScalar(value.as_string());
    if (value.is(JsonKind::integer)) return MatchScalar(value.as_integer());
    if (value.is(JsonKind::boolean)) return MatchScalar(value.as_bool());
    return wrong_kind(value, "a string, an integer of 64 bits or a boolean", at);
}

Result<std::vector<MatchScalar>> read_scalars(const JsonValue& value, const Place& at,
                                              FilterBudget& budget) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    const std::vector<JsonValue>& items = value.items();
    GRAPE_TRY(take_values(budget, items.size(), at.text()));
    std::vector<MatchScalar> out;
    out.reserve(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
        if (!items[i].is(JsonKind::string) && !items[i].is(JsonKind::integer)) {
            return wrong_kind(items[i], "a string or an integer of 64 bits", Place(at, i));
        }
        GRAPE_ASSIGN(MatchScalar scalar, read_scalar(items[i], Place(at, i)));
        out.push_back(std::move(scalar));
    }
    return out;
}

Result<Check> read_text_match(std::string_view name, const JsonValue& value, const Place& at) {
    using Kind = query::MatchText::Kind;
    query::MatchText out;
    out.kind = name == "text"       ? Kind::text
               : name == "text_any" ? Kind::text_any
               : name == "phrase"   ? Kind::phrase
               : name == "prefix"   ? Kind::prefix
                                    : Kind::substring;
    GRAPE_ASSIGN(out.text, read_string(value, at));
    return Check(std::move(out));
}

Result<Check> read_match(const JsonValue& value, const Place& at, FilterBudget& budget) {
    GRAPE_TRY(check_members(
        value, at,
        {"value", "any", "except", "text", "text_any", "phrase", "prefix", "substring"}));
    const JsonValue::Member* only = nullptr;
    for (const JsonValue::Member& member : value.members()) {
        if (member.second.is(JsonKind::null)) continue;
        if (only != nullptr) {
            return Status::make_invalid(
                at.say("one of ", only->first, " and ", member.first, " must be there, not both"));
        }
        only = &member;
    }
    if (only == nullptr) {
        return Status::make_invalid(at.say(
            "one of value, any, except, text, text_any, phrase, prefix, substring is required"));
    }
    const Place here(at, only->first);
    if (only->first == "value") {
        GRAPE_ASSIGN(MatchScalar scalar, read_scalar(only->second, here));
        return Check(query::MatchValue{std::move(scalar)});
    }
    if (only->first == "any" || only->first == "except") {
        GRAPE_ASSIGN(auto scalars, read_scalars(only->second, here, budget));
        if (only->first == "any") return Check(query::MatchAny{std::move(scalars)});
        return Check(query::MatchExcept{std::move(scalars)});
    }
    return read_text_match(only->first, only->second, here);
}

// Reads the four bounds with `read`, where they are there.
template <typename Bounds, typename Read>
Result<Bounds> read_bounds(const JsonValue& value, const Place& at, Read&& read) {
    Bounds out;
    for (const auto& [name, bound] :
         {std::pair{"lt", &out.lt}, {"gt", &out.gt}, {"lte", &out.lte}, {"gte", &out.gte}}) {
        const JsonValue* member = find_member(value, name);
        if (member == nullptr) continue;
        GRAPE_ASSIGN(*bound, read(*member, Place(at, name)));
    }
    return out;
}

Result<Check> read_range(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"lt", "gt", "lte", "gte"}));
    bool dates = false;
    for (const auto& [name, bound] : value.members()) dates |= bound.is(JsonKind::string);
    if (dates) {
        const auto read = [](const JsonValue& bound, const Place& here) -> Result<int64_t> {
            GRAPE_ASSIGN(const std::string text, read_string(bound, here));
            return parse_moment(text, here.text());
        };
        GRAPE_ASSIGN(const auto range, read_bounds<query::DatetimeRange>(value, at, read));
        return Check(range);
    }
    GRAPE_ASSIGN(const auto range, read_bounds<query::Range>(value, at, read_real));
    return Check(range);
}

Result<query::ValuesCount> read_values_count(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"lt", "gt", "lte", "gte"}));
    return read_bounds<query::ValuesCount>(
        value, at,
        [](const JsonValue& bound, const Place& here) { return read_integer(bound, here); });
}

// {"lon": number, "lat": number}; the caller checks the range.
Result<index::GeoPoint> read_coordinates(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"lon", "lat"}));
    GRAPE_ASSIGN(const JsonValue* lon, require_member(value, "lon", at));
    GRAPE_ASSIGN(const JsonValue* lat, require_member(value, "lat", at));
    index::GeoPoint out;
    GRAPE_ASSIGN(out.lon, read_real(*lon, Place(at, "lon")));
    GRAPE_ASSIGN(out.lat, read_real(*lat, Place(at, "lat")));
    return out;
}

Result<index::GeoPoint> read_geo_point(const JsonValue& parent, std::string_view name,
                                       const Place& at) {
    GRAPE_ASSIGN(const JsonValue* value, require_member(parent, name, at));
    const Place here(at, name);
    GRAPE_ASSIGN(const index::GeoPoint point, read_coordinates(*value, here));
    GRAPE_TRY(check_geo_point(point, here.text()));
    return point;
}

Result<Check> read_box(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"top_left", "bottom_right"}));
    index::GeoBox out;
    GRAPE_ASSIGN(out.top_left, read_geo_point(value, "top_left", at));
    GRAPE_ASSIGN(out.bottom_right, read_geo_point(value, "bottom_right", at));
    return Check(out);
}

Result<Check> read_radius(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"center", "radius"}));
    index::GeoRadius out;
    GRAPE_ASSIGN(out.center, read_geo_point(value, "center", at));
    GRAPE_ASSIGN(const JsonValue* radius, require_member(value, "radius", at));
    GRAPE_ASSIGN(out.radius_m, read_real(*radius, Place(at, "radius")));
    GRAPE_TRY(check_radius(out.radius_m, at.text()));
    return Check(out);
}

Result<std::vector<index::GeoPoint>> read_ring(const JsonValue& value, const Place& at,
                                               FilterBudget& budget) {
    GRAPE_TRY(check_members(value, at, {"points"}));
    GRAPE_ASSIGN(const JsonValue* points, require_member(value, "points", at));
    const Place here(at, "points");
    GRAPE_TRY(expect_kind(*points, JsonKind::array, here));
    GRAPE_TRY(take_values(budget, points->items().size(), here.text()));
    std::vector<index::GeoPoint> out;
    for (size_t i = 0; i < points->items().size(); ++i) {
        GRAPE_ASSIGN(const auto point, read_coordinates(points->items()[i], Place(here, i)));
        out.push_back(point);
    }
    GRAPE_TRY(check_ring(out, at.text()));
    return out;
}

Result<Check> read_polygon(const JsonValue& value, const Place& at, FilterBudget& budget) {
    GRAPE_TRY(check_members(value, at, {"exterior", "interiors"}));
    GRAPE_ASSIGN(const JsonValue* exterior, require_member(value, "exterior", at));
    index::GeoPolygon out;
    GRAPE_ASSIGN(out.exterior, read_ring(*exterior, Place(at, "exterior"), budget));
    if (const JsonValue* interiors = find_member(value, "interiors")) {
        const Place here(at, "interiors");
        GRAPE_TRY(expect_kind(*interiors, JsonKind::array, here));
        for (size_t i = 0; i < interiors->items().size(); ++i) {
            GRAPE_ASSIGN(auto ring, read_ring(interiors->items()[i], Place(here, i), budget));
            out.interiors.push_back(std::move(ring));
        }
    }
    return Check(std::move(out));
}

Status read_checks(const JsonValue& value, const Place& at, FilterBudget& budget,
                   FieldChecks& out) {
    const auto add = [&](std::string_view name, auto&& read) -> Status {
        const JsonValue* body = find_member(value, name);
        if (body == nullptr) return {};
        GRAPE_ASSIGN(Check check, read(*body, Place(at, name)));
        out.others.emplace_back(FieldCondition{out.key, std::move(check)});
        return {};
    };
    using Value = const JsonValue&;
    using At = const Place&;
    GRAPE_TRY(add("match", [&](Value v, At here) { return read_match(v, here, budget); }));
    GRAPE_TRY(add("range", read_range));
    GRAPE_TRY(add("geo_bounding_box", read_box));
    GRAPE_TRY(add("geo_radius", read_radius));
    GRAPE_TRY(add("geo_polygon", [&](Value v, At here) { return read_polygon(v, here, budget); }));
    if (const JsonValue* count = find_member(value, "values_count")) {
        GRAPE_ASSIGN(out.values_count, read_values_count(*count, Place(at, "values_count")));
    }
    if (const JsonValue* empty = find_member(value, "is_empty")) {
        GRAPE_ASSIGN(out.is_empty, read_bool(*empty, Place(at, "is_empty")));
    }
    if (const JsonValue* null = find_member(value, "is_null")) {
        GRAPE_ASSIGN(out.is_null, read_bool(*null, Place(at, "is_null")));
    }
    return {};
}

}  // namespace

Result<query::Condition> read_field_condition(const JsonValue& value, const Place& at,
                                              FilterBudget& budget) {
    GRAPE_TRY(check_members(value, at,
                            {"key", "match", "range", "geo_bounding_box", "geo_radius",
                             "geo_polygon", "values_count", "is_empty", "is_null"}));
    GRAPE_ASSIGN(const JsonValue* key, require_member(value, "key", at));
    FieldChecks checks;
    GRAPE_ASSIGN(checks.key, read_path(*key, Place(at, "key")));
    GRAPE_TRY(read_checks(value, at, budget, checks));
    return join_checks(std::move(checks), at.text());
}

}  // namespace grape::engine
