#include "core/engine/request/filter_rules.h"

#include <algorithm>
#include <cmath>

#include "core/base/datetime.h"

namespace grape::engine {

using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

Status check_coordinate(double value, double most, std::string_view field, std::string_view name) {
    if (std::abs(value) <= most) return {};
    return Status::make_invalid(field, ".", name, ": ", value, " is not within -", most, " and ",
                                most);
}

}  // namespace

Status take_conditions(FilterBudget& budget, uint64_t count, std::string_view field) {
    if (count > budget.conditions_left) {
        return Status::make_limit(field, ": a filter has at most ", limits::filter_conditions_max,
                                  " conditions");
    }
    budget.conditions_left -= count;
    return {};
}

Status take_values(FilterBudget& budget, uint64_t count, std::string_view field) {
    if (count > budget.values_left) {
        return Status::make_limit(field, ": the lists of a filter have at most ",
                                  limits::filter_values_max, " values together");
    }
    budget.values_left -= count;
    return {};
}

Status check_depth(const FilterBudget& budget, std::string_view field) {
    if (budget.depth < limits::filter_depth_max) return {};
    // Only the beginning of the place: it is as deep as the filter.
    return Status::make_limit(field.substr(0, 80), "...: filters are nested more than ",
                              limits::filter_depth_max, " levels deep");
}

Status check_not_nested(const FilterBudget& budget, std::string_view field) {
    if (!budget.in_nested) return {};
    return Status::make_invalid(field,
                                ": has no meaning in a nested filter, which is about the "
                                "elements of an array");
}

Status check_geo_point(const index::GeoPoint& point, std::string_view field) {
    GRAPE_TRY(check_coordinate(point.lon, 180, field, "lon"));
    return check_coordinate(point.lat, 90, field, "lat");
}

Status check_radius(double radius_m, std::string_view field) {
    if (radius_m >= 0 && std::isfinite(radius_m)) return {};
    return Status::make_invalid(field, ".radius: must be a number of metres from 0");
}

Status check_ring(std::span<const index::GeoPoint> ring, std::string_view field) {
    if (ring.size() < 4) {
        return Status::make_invalid(field, ": a ring has at least 4 points, got ", ring.size());
    }
    for (size_t i = 0; i < ring.size(); ++i) {
        const std::string here = base::cat(field, ".points[", i, "]");
        GRAPE_TRY(check_coordinate(ring[i].lon, 360, here, "lon"));
        GRAPE_TRY(check_coordinate(ring[i].lat, 90, here, "lat"));
    }
    const bool closed = ring.front().lon == ring.back().lon && ring.front().lat == ring.back().lat;
    if (closed) return {};
    return Status::make_invalid(field, ": a ring is closed: its last point is its first one");
}

Status check_slice(const query::Slice& slice, std::string_view field) {
    if (slice.total == 0) return Status::make_invalid(field, ".total: must be at least 1");
    if (slice.index < slice.total) return {};
    return Status::make_invalid(field, ".index: must be less than total, which is ", slice.total);
}

Result<int64_t> parse_moment(std::string_view text, std::string_view field) {
    const std::optional<int64_t> moment = base::parse_datetime_us(text);
    if (moment) return *moment;
    return Status::make_invalid(field, ": \"", text.substr(0, 64),
                                "\" is no date; dates look like 2024-02-29T12:30:00Z, "
                                "2024-02-29 12:30 and 2024-02-29");
}

void finish_ids(query::HasId& condition) {
    std::sort(condition.ids.begin(), condition.ids.end());
    condition.ids.erase(std::unique(condition.ids.begin(), condition.ids.end()),
                        condition.ids.end());
}

Status check_order(const ScrollPoints& scroll, std::string_view field) {
    if (!scroll.order_by || !scroll.offset) return {};
    return Status::make_invalid(field, field.empty() ? "" : ".",
                                "offset: not with order_by; go on with order_by.start_from");
}

Result<query::Condition> join_checks(FieldChecks checks, std::string_view field) {
    using query::Condition;
    if (checks.values_count) {
        return Condition(query::FieldCondition{std::move(checks.key), *checks.values_count});
    }
    if (checks.is_empty) return Condition(query::IsEmpty{std::move(checks.key), *checks.is_empty});
    if (checks.is_null) return Condition(query::IsNull{std::move(checks.key), *checks.is_null});
    if (checks.others.empty()) {
        return Status::make_invalid(field,
                                    ": a condition on a field needs match, range, "
                                    "geo_bounding_box, geo_radius, geo_polygon, values_count, "
                                    "is_empty or is_null");
    }
    if (checks.others.size() == 1) return std::move(checks.others.front());
    auto any = std::make_shared<query::Filter>();
    any->should = std::move(checks.others);
    return Condition(query::SubFilter{std::move(any)});
}

}  // namespace grape::engine
