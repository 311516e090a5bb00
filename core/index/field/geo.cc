// Plane and sphere: circles are great-circle distances, boxes and polygons lie in the plane of
// longitude and latitude.
#include "core/index/field/geo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace grape::index {
namespace {

constexpr double kEarthRadiusM = 6'371'008.8;
constexpr double kRadian = std::numbers::pi / 180;
// What rounding may add to a border; a hundredth of a millimetre on the ground.
constexpr double kSlackDegrees = 1e-10;

std::optional<double> coordinate(base::PayloadView object, std::string_view key, double most) {
    const std::optional<base::PayloadView> value = object.find(key);
    if (!value) return std::nullopt;
    const base::JsonKind kind = value->kind();
    if (kind < base::JsonKind::integer || kind > base::JsonKind::real) return std::nullopt;
    const double number = value->as_real();
    if (!(std::abs(number) <= most)) return std::nullopt;
    return number;
}

enum class Side : uint8_t { outside, border, inside };

bool between(double value, double a, double b) {
    return value >= std::min(a, b) && value <= std::max(a, b);
}

// Counts the edges that a ray to the east meets; an even number is outside.
Side side_of(const std::vector<GeoPoint>& ring, const GeoPoint& point) {
    bool inside = false;
    for (size_t i = 0; i + 1 < ring.size(); ++i) {
        const GeoPoint& a = ring[i];
        const GeoPoint& b = ring[i + 1];
        const double cross =
            (b.lon - a.lon) * (point.lat - a.lat) - (b.lat - a.lat) * (point.lon - a.lon);
        if (cross == 0 && between(point.lon, a.lon, b.lon) && between(point.lat, a.lat, b.lat)) {
            return Side::border;
        }
        const bool spans = (a.lat > point.lat) != (b.lat > point.lat);
        // East of the point: the sign of the cross product says it without a division.
        if (spans && (cross > 0) == (b.lat > a.lat) && cross != 0) inside = !inside;
    }
    return inside ? Side::inside : Side::outside;
}

bool contains_as_written(const GeoPolygon& polygon, const GeoPoint& point) {
    if (side_of(polygon.exterior, point) != Side::inside) return false;
    return std::all_of(
        polygon.interiors.begin(), polygon.interiors.end(),
        [&](const std::vector<GeoPoint>& hole) { return side_of(hole, point) == Side::outside; });
}

// Puts longitudes that may go beyond the antimeridian back onto the globe.
std::vector<GeoBox> wrap(double west, double east, double south, double north) {
    north = std::min(90.0, north);
    south = std::max(-90.0, south);
    if (east - west >= 360) return {{{-180, north}, {180, south}}};
    std::vector<GeoBox> boxes;
    for (const double turn : {0.0, -360.0, 360.0}) {
        const double left = std::max(-180.0, west + turn);
        const double right = std::min(180.0, east + turn);
        if (left <= right) boxes.push_back({{left, north}, {right, south}});
    }
    return boxes;
}

}  // namespace

std::optional<GeoPoint> geo_point_of(base::PayloadView value) {
    if (value.kind() != base::JsonKind::object) return std::nullopt;
    const std::optional<double> lon = coordinate(value, "lon", 180);
    const std::optional<double> lat = coordinate(value, "lat", 90);
    if (!lon || !lat) return std::nullopt;
    return GeoPoint{*lon, *lat};
}

double haversine_m(const GeoPoint& a, const GeoPoint& b) {
    const double lat = std::sin((b.lat - a.lat) * kRadian / 2);
    const double lon = std::sin((b.lon - a.lon) * kRadian / 2);
    const double h = lat * lat + std::cos(a.lat * kRadian) * std::cos(b.lat * kRadian) * lon * lon;
    return 2 * kEarthRadiusM * std::asin(std::sqrt(std::min(1.0, h)));
}

bool contains(const GeoBox& box, const GeoPoint& point) {
    if (!(point.lat < box.top_left.lat && point.lat > box.bottom_right.lat)) return false;
    const bool east = point.lon > box.top_left.lon;
    const bool west = point.lon < box.bottom_right.lon;
    return box.top_left.lon > box.bottom_right.lon ? east || west : east && west;
}

bool contains(const GeoRadius& circle, const GeoPoint& point) {
    return haversine_m(circle.center, point) < circle.radius_m;
}

bool contains(const GeoPolygon& polygon, const GeoPoint& point) {
    if (contains_as_written(polygon, point)) return true;
    // A ring that crosses the antimeridian has longitudes beyond 180 degrees.
    return contains_as_written(polygon, {point.lon - 360, point.lat}) ||
           contains_as_written(polygon, {point.lon + 360, point.lat});
}

std::vector<GeoBox> bounding_boxes(const GeoRadius& circle) {
    const double angle = circle.radius_m / kEarthRadiusM;
    const double lat_reach = angle / kRadian * (1 + 1e-9) + kSlackDegrees;
    const double north = circle.center.lat + lat_reach;
    const double south = circle.center.lat - lat_reach;
    double lon_reach = 360;  // around a pole
    if (north < 90 && south > -90) {
        const double ratio = std::sin(angle) / std::cos(circle.center.lat * kRadian);
        if (ratio < 1) lon_reach = std::asin(ratio) / kRadian * (1 + 1e-9) + kSlackDegrees;
    }
    return wrap(circle.center.lon - lon_reach, circle.center.lon + lon_reach, south, north);
}

std::vector<GeoBox> bounding_boxes(const GeoPolygon& polygon) {
    if (polygon.exterior.empty()) return {};
    GeoPoint least = polygon.exterior[0];
    GeoPoint most = polygon.exterior[0];
    for (const GeoPoint& point : polygon.exterior) {
        least = {std::min(least.lon, point.lon), std::min(least.lat, point.lat)};
        most = {std::max(most.lon, point.lon), std::max(most.lat, point.lat)};
    }
    return wrap(least.lon, most.lon, least.lat, most.lat);
}

}  // namespace grape::index
