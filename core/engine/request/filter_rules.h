// The checks of filters that both decoders make, so that both refuse the same things in the same
// words. `field` is the place of what is checked: "filter.must[2].range". Threads: pure functions.
#pragma once

#include <span>
#include <string_view>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/engine/request/request.h"

namespace grape::engine {

// What is left of the limits of one filter.
struct FilterBudget {
    uint64_t conditions_left = base::limits::filter_conditions_max;
    uint64_t values_left = base::limits::filter_values_max;
    size_t depth = 0;  // filters around the current one
    // In a nested filter: what belongs to a point and not to an element is refused.
    bool in_nested = false;
};

base::Status take_conditions(FilterBudget& budget, uint64_t count, std::string_view field);
base::Status take_values(FilterBudget& budget, uint64_t count, std::string_view field);
base::Status check_depth(const FilterBudget& budget, std::string_view field);
// has_id, has_vector and slice speak of a point.
base::Status check_not_nested(const FilterBudget& budget, std::string_view field);

base::Status check_geo_point(const index::GeoPoint& point, std::string_view field);
base::Status check_radius(double radius_m, std::string_view field);
// Of a polygon: closed, with room for an area; its longitudes may go beyond the antimeridian.
base::Status check_ring(std::span<const index::GeoPoint> ring, std::string_view field);
base::Status check_slice(const query::Slice& slice, std::string_view field);
base::Result<int64_t> parse_moment(std::string_view text, std::string_view field);
void finish_ids(query::HasId& condition);  // sorted, each once
// A page in the order of a field has no first id.
base::Status check_order(const ScrollPoints& scroll, std::string_view field);

// The checks of one condition on a field, joined: values_count, is_empty and is_null win, in this
// order; else one of them must hold.
struct FieldChecks {
    base::JsonPath key;
    std::optional<query::ValuesCount> values_count;
    std::optional<bool> is_empty, is_null;
    std::vector<query::Condition> others;
};
base::Result<query::Condition> join_checks(FieldChecks checks, std::string_view field);

}  // namespace grape::engine
