// Filters in requests: every condition, every refusal with its place, hostile trees.
#include "core/base/datetime.h"
#include "core/base/limits.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

using query::Condition;
using query::FieldCondition;
namespace limits = base::limits;

std::string with_filter(std::string_view filter) {
    return base::cat(R"({"count_points":{"collection_name":"c","filter":)", filter, "}}");
}
FilterPtr filter(std::string_view json) {
    return body_of<CountPoints>(with_filter(json)).filter;
}
std::string error(std::string_view json) {
    return error_of(with_filter(json));
}
// The error of one condition in `must`.
std::string condition_error(std::string_view json) {
    return error(base::cat(R"({"must":[)", json, "]}"));
}
Condition condition(std::string_view json) {
    return filter(base::cat(R"({"must":)", json, "}"))->must.at(0);
}
template <typename T>
T check(std::string_view checks) {
    const Condition made = condition(base::cat(R"({"key":"a.b",)", checks, "}"));
    const auto& field = std::get<FieldCondition>(made);
    EXPECT_EQ(field.key.to_string(), "a.b");
    return std::get<T>(field.check);
}

TEST(DecodeFilter, takes_one_condition_or_a_list) {
    const FilterPtr made = filter(
        R"({"must":{"has_id":[1]},"should":[{"has_id":[2]},{"has_id":[3]}],"must_not":[],
            "min_should":{"conditions":[{"has_vector":""}],"min_count":1}})");
    EXPECT_EQ(made->must.size(), 1u);
    EXPECT_EQ(made->should.size(), 2u);
    EXPECT_TRUE(made->must_not.empty());
    EXPECT_EQ(made->min_should->conditions.size(), 1u);
    EXPECT_EQ(made->min_should->min_count, 1u);
    EXPECT_EQ(filter("{}"), nullptr);
    EXPECT_EQ(filter("null"), nullptr);
    EXPECT_EQ(filter(R"({"must":[],"should":null})"), nullptr);
}

TEST(DecodeFilter, reads_matches) {
    using query::MatchText;
    EXPECT_EQ(std::get<std::string>(check<query::MatchValue>(R"("match":{"value":"x"})").value),
              "x");
    EXPECT_EQ(std::get<int64_t>(check<query::MatchValue>(R"("match":{"value":-7})").value), -7);
    EXPECT_TRUE(std::get<bool>(check<query::MatchValue>(R"("match":{"value":true})").value));
    EXPECT_EQ(check<query::MatchAny>(R"("match":{"any":["x",3]})").values.size(), 2u);
    EXPECT_TRUE(check<query::MatchExcept>(R"("match":{"except":[]})").values.empty());
    for (const auto& [name, kind] : {std::pair{"text", MatchText::Kind::text},
                                     {"text_any", MatchText::Kind::text_any},
                                     {"phrase", MatchText::Kind::phrase},
                                     {"prefix", MatchText::Kind::prefix},
                                     {"substring", MatchText::Kind::substring}}) {
        const auto match = check<MatchText>(base::cat(R"("match":{")", name, R"(":"w"})"));
        EXPECT_EQ(match.kind, kind);
        EXPECT_EQ(match.text, "w");
    }
}

TEST(DecodeFilter, reads_ranges_of_numbers_and_dates) {
    const auto range = check<query::Range>(R"("range":{"gt":1,"lte":2.5,"lt":null})");
    EXPECT_EQ(range.gt, 1.0);
    EXPECT_EQ(range.lte, 2.5);
    EXPECT_FALSE(range.lt.has_value() || range.gte.has_value());
    const auto dates = check<query::DatetimeRange>(R"("range":{"gte":"2024-01-02"})");
    EXPECT_EQ(dates.gte, base::parse_datetime_us("2024-01-02"));
    const auto count = check<query::ValuesCount>(R"("values_count":{"lt":3})");
    EXPECT_EQ(count.lt, 3u);
}

TEST(DecodeFilter, reads_areas) {
    const auto box = check<index::GeoBox>(
        R"("geo_bounding_box":{"top_left":{"lon":170,"lat":5},"bottom_right":{"lon":-170,"lat":-5}})");
    EXPECT_EQ(box.top_left.lon, 170);
    EXPECT_EQ(box.bottom_right.lat, -5);
    const auto circle =
        check<index::GeoRadius>(R"("geo_radius":{"center":{"lon":1,"lat":2},"radius":30.5})");
    EXPECT_EQ(circle.radius_m, 30.5);
    const auto polygon = check<index::GeoPolygon>(
        R"("geo_polygon":{"exterior":{"points":[{"lon":170,"lat":0},{"lon":190,"lat":0},
            {"lon":190,"lat":9},{"lon":170,"lat":0}]},"interiors":[{"points":[{"lon":180,"lat":1},
            {"lon":181,"lat":1},{"lon":181,"lat":2},{"lon":180,"lat":1}]}]})");
    EXPECT_EQ(polygon.exterior.size(), 4u);
    EXPECT_EQ(polygon.interiors.size(), 1u);
}

TEST(DecodeFilter, reads_conditions_on_points) {
    const auto ids = std::get<query::HasId>(condition(R"({"has_id":[3,1,"w",1]})")).ids;
    ASSERT_EQ(ids.size(), 3u);
    EXPECT_EQ(ids[0].as_number(), 1u);
    EXPECT_EQ(ids[2].as_string(), "w");
    EXPECT_EQ(std::get<query::HasId>(condition(R"({"has_id":{"blob":1}})")).ids.size(), 3u);
    EXPECT_EQ(std::get<query::HasVector>(condition(R"({"has_vector":"image"})")).name, "image");
    EXPECT_TRUE(std::get<query::IsEmpty>(condition(R"({"is_empty":{"key":"a"}})")).wanted);
    EXPECT_FALSE(std::get<query::IsNull>(condition(R"({"key":"a","is_null":false})")).wanted);
    EXPECT_EQ(std::get<query::Slice>(condition(R"({"slice":{"total":4,"index":3}})")).index, 3u);
    const auto nested = std::get<query::Nested>(
        condition(R"({"nested":{"key":"a[]","filter":{"must":{"is_null":{"key":"b"}}}}})"));
    EXPECT_EQ(nested.key.to_string(), "a[]");
    EXPECT_EQ(nested.filter->must.size(), 1u);
    EXPECT_EQ(std::get<query::SubFilter>(condition(R"({"should":[{},{}]})")).filter->should.size(),
              2u);
}

TEST(DecodeFilter, joins_several_checks_of_a_field) {
    const auto any = std::get<query::SubFilter>(
        condition(R"({"key":"a","match":{"value":1},"range":{"gt":5}})"));
    EXPECT_EQ(any.filter->should.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<query::IsNull>(
        condition(R"({"key":"a","match":{"value":1},"is_null":true})")));
    EXPECT_TRUE(std::holds_alternative<query::IsEmpty>(
        condition(R"({"key":"a","is_null":true,"is_empty":true})")));
    const auto count = condition(R"({"key":"a","is_empty":true,"values_count":{"gt":1}})");
    EXPECT_TRUE(std::holds_alternative<query::ValuesCount>(std::get<FieldCondition>(count).check));
    // What loses is checked nevertheless.
    EXPECT_EQ(condition_error(R"({"key":"a","is_empty":true,"match":{"value":1.5}})"),
              "GRAPE_E_INVALID: filter.must[0].match.value: expected a string, an integer of 64 "
              "bits or a boolean, got 1.5");
}

TEST(DecodeFilter, refuses_wrong_conditions_by_their_place) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"5", "must[0]: expected an object, got 5"},
        {R"({"key":"a"})", "must[0]: a condition on a field needs match, range, "},
        {R"({"match":{"value":1}})", "must[0].key: is required"},
        {R"({"key":"a","foo":1})", R"(must[0]: unknown member "foo"; known are key, match,)"},
        {R"({"key":"a[","match":{"value":1}})", R"(must[0].key: "a[" is not a JSON path)"},
        {R"({"key":"a","match":{}})", "must[0].match: one of value, any, except,"},
        {R"({"key":"a","match":{"value":1,"any":[1]}})",
         "must[0].match: one of value and any must be there, not both"},
        {R"({"key":"a","match":{"value":18446744073709551615}})", "must[0].match.value: expected"},
        {R"({"key":"a","match":{"any":[1,true]}})", "must[0].match.any[1]: expected a string or"},
        {R"({"key":"a","match":{"any":"x"}})", "must[0].match.any: expected an array"},
        {R"({"key":"a","match":{"text":1}})", "must[0].match.text: expected a string, got 1"},
        {R"({"key":"a","range":{"gt":"2024-01-01","lt":5}})",
         "must[0].range.lt: expected a string"},
        {R"({"key":"a","range":{"gt":"soon"}})", R"(must[0].range.gt: "soon" is no date;)"},
        {R"({"key":"a","range":{"gt":true}})", "must[0].range.gt: expected a number"},
        {R"({"key":"a","values_count":{"gt":-1}})", "must[0].values_count.gt: expected an integer"},
        {R"({"key":"a","geo_radius":{"center":{"lon":1,"lat":91},"radius":1}})",
         "must[0].geo_radius.center.lat: 91 is not within -90 and 90"},
        {R"({"key":"a","geo_radius":{"center":{"lon":1,"lat":9},"radius":-1}})",
         "must[0].geo_radius.radius: must be"},
        {R"({"key":"a","geo_bounding_box":{"top_left":{"lon":1,"lat":9}}})",
         "must[0].geo_bounding_box.bottom_right: is required"},
        {R"({"key":"a","geo_polygon":{"exterior":{"points":[{"lon":1,"lat":9}]}}})",
         "must[0].geo_polygon.exterior: a ring has at least 4 points, got 1"},
        {R"({"key":"a","geo_polygon":{"exterior":{"points":[{"lon":0,"lat":0},{"lon":1,"lat":0},
             {"lon":1,"lat":1},{"lon":0,"lat":1}]}}})",
         "must[0].geo_polygon.exterior: a ring is closed"},
        {R"({"has_id":5})", "must[0].has_id: expected an array"},
        {R"({"has_id":[1],"has_vector":""})", R"(must[0]: unknown member "has_vector"; known)"},
        {R"({"has_vector":"a/b"})", "must[0].has_vector: a name has no '/'"},
        {R"({"is_empty":{}})", "must[0].is_empty.key: is required"},
        {R"({"slice":{"total":0,"index":0}})", "must[0].slice.total: must be at least 1"},
        {R"({"slice":{"total":2,"index":2}})", "must[0].slice.index: must be less than total"},
        {R"({"nested":{"key":"a"}})", "must[0].nested.filter: is required"},
        {R"({"nested":{"key":"a","filter":{"must":{"has_id":[1]}}}})",
         "must[0].nested.filter.must.has_id: has no meaning in a nested filter"},
        {R"({"nested":{"key":"a","filter":{"must":{"must":{"has_vector":""}}}}})",
         "must[0].nested.filter.must.must.has_vector: has no meaning"},
    };
    for (const auto& [json, message] : cases) {
        const std::string wanted = base::cat("GRAPE_E_INVALID: filter.", message);
        EXPECT_EQ(condition_error(json).substr(0, wanted.size()), wanted) << json;
    }
    EXPECT_EQ(error(R"({"any":[]})"),
              "GRAPE_E_INVALID: filter: unknown member \"any\"; known are must, should, must_not, "
              "min_should");
    EXPECT_EQ(error(R"({"min_should":{"conditions":[]}})"),
              "GRAPE_E_INVALID: filter.min_should.min_count: is required");
    EXPECT_EQ(error(R"({"min_should":{"conditions":[],"min_count":0}})").substr(0, 46),
              "GRAPE_E_INVALID: filter.min_should.min_count: ");
    // A nested filter ends where it ends.
    EXPECT_EQ(condition_error(R"({"nested":{"key":"a","filter":{}}},{"has_id":[1]})"), "ok");
}

std::string deep(size_t levels) {
    std::string json;
    for (size_t i = 1; i < levels; ++i) json += R"({"must":)";
    json += "{}";
    return json + std::string(levels - 1, '}');
}

TEST(DecodeFilter, bounds_the_depth) {
    EXPECT_EQ(error(deep(limits::filter_depth_max)), "ok");
    const std::string message = error(deep(limits::filter_depth_max + 1));
    EXPECT_EQ(message.substr(0, 20), "GRAPE_E_LIMIT: filte");
    EXPECT_NE(message.find("more than 32 levels"), std::string::npos) << message;
    EXPECT_EQ(error(deep(1000)).substr(0, 20), "GRAPE_E_LIMIT: JSON:");
}

TEST(DecodeFilter, bounds_what_a_filter_holds) {
    std::string conditions = "{}";
    for (size_t i = 1; i < limits::filter_conditions_max; ++i) conditions += ",{}";
    EXPECT_EQ(error(base::cat(R"({"must":[)", conditions, "]}")), "ok");
    EXPECT_EQ(error(base::cat(R"({"must":[)", conditions, R"(],"should":{}})")),
              "GRAPE_E_LIMIT: filter.should: a filter has at most 10000 conditions");
    std::string values = "1";
    for (size_t i = 1; i < limits::filter_values_max; ++i) values += ",1";
    const std::string any = base::cat(R"({"key":"a","match":{"any":[)", values, "]}}");
    EXPECT_EQ(condition_error(any), "ok");
    EXPECT_EQ(condition_error(base::cat(any, R"(,{"has_id":[1]})")),
              "GRAPE_E_LIMIT: filter.must[1].has_id: the lists of a filter have at most 1000000 "
              "values together");
}

}  // namespace
}  // namespace grape::engine
