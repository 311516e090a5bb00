// Points in areas on the globe, and boxes around areas.
#include "core/index/field/geo.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace grape::index {
namespace {

std::optional<GeoPoint> point_of(std::string_view json) {
    const auto tree = base::parse_json(json);
    EXPECT_TRUE(tree.ok()) << json;
    const std::string bytes = base::encode_payload_value(*tree);
    return geo_point_of(base::PayloadView(bytes));
}

bool is_in_some(const std::vector<GeoBox>& boxes, const GeoPoint& point) {
    for (const GeoBox& box : boxes) {
        if (point.lon >= box.top_left.lon && point.lon <= box.bottom_right.lon &&
            point.lat <= box.top_left.lat && point.lat >= box.bottom_right.lat) {
            return true;
        }
    }
    return false;
}

constexpr GeoPoint kBerlin{13.4050, 52.5200};
constexpr GeoPoint kMoscow{37.6173, 55.7558};

TEST(Geo, reads_points_of_longitude_and_latitude) {
    const auto point = point_of(R"({"lon":13.4,"lat":-52,"more":true})");
    ASSERT_TRUE(point.has_value());
    EXPECT_EQ(point->lon, 13.4);
    EXPECT_EQ(point->lat, -52);
    for (const std::string_view json :
         {R"({"lon":1})", R"({"lat":1})", R"({"lon":"1","lat":1})", R"({"lon":181,"lat":1})",
          R"({"lon":1,"lat":90.5})", R"([1,2])", R"("1,2")", R"(null)", R"({"lon":null,"lat":1})",
          R"({"lon":true,"lat":1})"}) {
        EXPECT_FALSE(point_of(json).has_value()) << json;
    }
}

TEST(Geo, measures_along_great_circles) {
    EXPECT_NEAR(haversine_m(kBerlin, kMoscow), 1'608'900, 1'000);
    EXPECT_EQ(haversine_m(kBerlin, kBerlin), 0);
    EXPECT_NEAR(haversine_m({0, 0}, {180, 0}), std::acos(-1.0) * 6'371'008.8, 1e-6);
    EXPECT_NEAR(haversine_m({0, 0}, {0, 1}), 111'195.08, 0.01);
    EXPECT_NEAR(haversine_m({179.5, 0}, {-179.5, 0}), 111'195.08, 0.01);
}

TEST(Geo, leaves_borders_of_boxes_out) {
    const GeoBox box{{10, 20}, {30, 5}};
    EXPECT_TRUE(contains(box, {20, 10}));
    for (const GeoPoint& border : {GeoPoint{10, 10}, {30, 10}, {20, 20}, {20, 5}}) {
        EXPECT_FALSE(contains(box, border));
    }
    EXPECT_FALSE(contains(box, {31, 10}));
    EXPECT_FALSE(contains(box, {20, 21}));
}

TEST(Geo, lets_boxes_cross_the_antimeridian) {
    const GeoBox box{{170, 10}, {-170, -10}};
    EXPECT_TRUE(contains(box, {175, 0}));
    EXPECT_TRUE(contains(box, {-175, 0}));
    EXPECT_TRUE(contains(box, {180, 0}));
    EXPECT_FALSE(contains(box, {0, 0}));
    EXPECT_FALSE(contains(box, {170, 0}));
    EXPECT_FALSE(contains(box, {175, 11}));
}

TEST(Geo, leaves_the_border_of_circles_out) {
    const double distance = haversine_m(kBerlin, kMoscow);
    EXPECT_TRUE(contains(GeoRadius{kBerlin, distance + 1}, kMoscow));
    EXPECT_FALSE(contains(GeoRadius{kBerlin, distance}, kMoscow));
    EXPECT_FALSE(contains(GeoRadius{kBerlin, 0}, kBerlin));
}

TEST(Geo, tells_the_inside_of_polygons_with_holes) {
    const GeoPolygon polygon{{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}},
                             {{{4, 4}, {6, 4}, {6, 6}, {4, 6}, {4, 4}}}};
    EXPECT_TRUE(contains(polygon, {2, 2}));
    EXPECT_TRUE(contains(polygon, {5, 2}));
    EXPECT_FALSE(contains(polygon, {5, 5}));
    EXPECT_FALSE(contains(polygon, {11, 5}));
    EXPECT_FALSE(contains(polygon, {0, 5}));
    EXPECT_FALSE(contains(polygon, {10, 10}));
    EXPECT_FALSE(contains(polygon, {4, 5}));
    const GeoPolygon arrow{{{0, 0}, {10, 5}, {0, 10}, {5, 5}, {0, 0}}, {}};
    EXPECT_TRUE(contains(arrow, {6, 5}));
    EXPECT_FALSE(contains(arrow, {2, 5}));
    EXPECT_FALSE(contains(arrow, {5, 5}));
}

TEST(Geo, lets_polygons_go_on_beyond_the_antimeridian) {
    const GeoPolygon east{{{170, -10}, {190, -10}, {190, 10}, {170, 10}, {170, -10}},
                          {{{179, -1}, {181, -1}, {181, 1}, {179, 1}, {179, -1}}}};
    EXPECT_TRUE(contains(east, {175, 0}));
    EXPECT_TRUE(contains(east, {-175, 0}));
    EXPECT_FALSE(contains(east, {-179.5, 0}));
    EXPECT_FALSE(contains(east, {179.5, 0}));
    EXPECT_FALSE(contains(east, {-165, 0}));
    EXPECT_FALSE(contains(east, {0, 0}));
    const auto boxes = bounding_boxes(east);
    EXPECT_EQ(boxes.size(), 2u);
    EXPECT_TRUE(is_in_some(boxes, {-175, 0}));
    EXPECT_FALSE(is_in_some(boxes, {0, 0}));
}

TEST(Geo, covers_every_point_of_a_circle_by_its_boxes) {
    constexpr uint64_t seed = 6371008;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> lon(-180, 180);
    std::uniform_real_distribution<double> lat(-90, 90);
    std::uniform_real_distribution<double> power(0, 7.4);
    size_t inside = 0;
    for (int i = 0; i < 2'000; ++i) {
        const GeoRadius circle{{lon(random), lat(random)}, std::pow(10, power(random))};
        const auto boxes = bounding_boxes(circle);
        ASSERT_GE(boxes.size(), 1u);
        for (int j = 0; j < 200; ++j) {
            // Around the centre, as far as the radius goes and a little farther.
            const double reach = circle.radius_m / 111'195 * 1.1;
            const double turn = lon(random) / 90 * reach;
            GeoPoint point{circle.center.lon + turn, circle.center.lat + lat(random) / 90 * reach};
            if (point.lon > 180) point.lon -= 360;
            if (point.lon < -180) point.lon += 360;
            if (std::abs(point.lon) > 180 || std::abs(point.lat) > 90) continue;
            if (!contains(circle, point)) continue;
            ++inside;
            ASSERT_TRUE(is_in_some(boxes, point))
                << circle.center.lon << " " << circle.center.lat << " " << circle.radius_m << " : "
                << point.lon << " " << point.lat;
        }
    }
    EXPECT_GT(inside, 50'000u);
}

TEST(Geo, covers_the_poles) {
    const auto boxes = bounding_boxes(GeoRadius{{30, 89}, 200'000});
    ASSERT_EQ(boxes.size(), 1u);
    EXPECT_TRUE(is_in_some(boxes, {-150, 89.9}));
    EXPECT_FALSE(is_in_some(boxes, {30, 80}));
}

}  // namespace
}  // namespace grape::index
