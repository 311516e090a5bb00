// Points and areas on the globe: what geo conditions and geo runs share. Degrees; longitude first.
// Distances are great-circle distances (haversine) on a sphere of 6,371,008.8 m (IUGG mean radius).
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/payload.h"

namespace grape::index {

struct GeoPoint {
    double lon = 0, lat = 0;
};
// Borders are outside. top_left.lon > bottom_right.lon: the box crosses the antimeridian.
struct GeoBox {
    GeoPoint top_left, bottom_right;
};
struct GeoRadius {
    GeoPoint center;
    double radius_m = 0;
};
// Rings are closed: the last point is the first one, at least four points. Edges are straight in
// the plane of longitude and latitude; borders are outside, those of holes too. A polygon across
// the antimeridian goes on beyond it: its longitudes may be from -360 to 360.
struct GeoPolygon {
    std::vector<GeoPoint> exterior;
    std::vector<std::vector<GeoPoint>> interiors;
};

// {"lon": number, "lat": number} within -180..180 and -90..90; anything else is no geo point.
std::optional<GeoPoint> geo_point_of(base::PayloadView value);
double haversine_m(const GeoPoint& a, const GeoPoint& b);
bool contains(const GeoBox& box, const GeoPoint& point);
bool contains(const GeoRadius& circle, const GeoPoint& point);
bool contains(const GeoPolygon& polygon, const GeoPoint& point);
// Boxes that together cover the area, borders included: one, or two across the antimeridian. A
// point on the border of such a box may be inside of the area.
std::vector<GeoBox> bounding_boxes(const GeoRadius& circle);
std::vector<GeoBox> bounding_boxes(const GeoPolygon& polygon);

}  // namespace grape::index
