// Z-order codes of points on the globe: longitude and latitude in 32 bits each, interleaved, so
// that what is near is often near in the order, and an area is covered by few ranges of codes.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "core/index/field/geo.h"

namespace grape::index {

// What is out of range counts as on the border; NaN as the smallest.
uint64_t z_order_code(const GeoPoint& point);

struct CodeRange {
    uint64_t first = 0, last = 0;  // both inside
};
// Ranges in order, apart from each other, with the codes of all points in the boxes, borders
// included; other codes too. At most 64 for a box.
std::vector<CodeRange> z_order_cover(const std::vector<GeoBox>& boxes);

}  // namespace grape::index
