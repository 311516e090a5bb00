// What the conditions of filters mean, case by case, with filters in JSON.
#include "core/query/payload_check.h"

#include <gtest/gtest.h>

#include "core/engine/request/decode_filter.h"

namespace grape::query {
namespace {

class Point : public PointFacts {
  public:
    explicit Point(std::string_view json, base::PointId id = base::PointId::number(1))
        : id_(std::move(id)) {
        const auto tree = base::parse_json(json);
        EXPECT_TRUE(tree.ok()) << json;
        bytes_ = base::encode_payload_value(*tree);
    }
    const base::PointId& id() const override { return id_; }
    bool has_vector(std::string_view name) const override { return name == "image"; }
    base::Result<base::PayloadView> payload() override {
        ++reads;
        if (!failure.ok()) return failure;
        return base::PayloadView(bytes_);
    }

    int reads = 0;
    base::Status failure;

  private:
    const base::PointId id_;
    std::string bytes_;
};

std::shared_ptr<const Filter> filter_of(std::string_view json) {
    const auto tree = base::parse_json(json);
    EXPECT_TRUE(tree.ok()) << json;
    const engine::Place place;
    auto filter = engine::read_filter(*tree, place, {});
    EXPECT_TRUE(filter.ok()) << filter.status().to_string();
    return *filter;
}

std::shared_ptr<const PayloadCheck> check_of(std::string_view json, const TextFields& fields = {}) {
    auto check = PayloadCheck::make(*filter_of(json), fields);
    EXPECT_TRUE(check.ok()) << check.status().to_string();
    return *check;
}

bool matches(std::string_view filter, std::string_view payload, const TextFields& fields = {}) {
    Point point(payload);
    const auto matched = check_of(filter, fields)->matches(point);
    EXPECT_TRUE(matched.ok());
    return *matched;
}

// A condition on the field "a" whose value is `value`; "" is a missing field.
bool holds(std::string_view checks, std::string_view value) {
    return matches(base::cat(R"({"must":{"key":"a",)", checks, "}}"),
                   value.empty() ? "{}" : base::cat(R"({"a":)", value, "}"));
}

struct Case {
    std::string_view checks, value;
    bool expected;
};

void expect_all(std::initializer_list<Case> cases) {
    for (const Case& each : cases) {
        EXPECT_EQ(holds(each.checks, each.value), each.expected)
            << each.checks << " on " << each.value;
    }
}

TEST(PayloadCheck, compares_values_of_the_same_type) {
    expect_all({
        {R"("match":{"value":"x"})", R"("x")", true},
        {R"("match":{"value":"x"})", R"("X")", false},
        {R"("match":{"value":"x"})", R"(["y","x"])", true},
        {R"("match":{"value":"x"})", R"([["x"]])", false},
        {R"("match":{"value":"x"})", "", false},
        {R"("match":{"value":"x"})", "null", false},
        {R"("match":{"value":"1"})", "1", false},
        {R"("match":{"value":1})", "1", true},
        {R"("match":{"value":1})", "1.0", false},
        {R"("match":{"value":1})", "true", false},
        {R"("match":{"value":-1})", "18446744073709551615", false},
        {R"("match":{"value":true})", "true", true},
        {R"("match":{"value":true})", "1", false},
        {R"("match":{"value":false})", "null", false},
    });
}

TEST(PayloadCheck, takes_any_of_a_list) {
    expect_all({
        {R"("match":{"any":["x","y"]})", R"("y")", true},
        {R"("match":{"any":["x","y"]})", R"("z")", false},
        {R"("match":{"any":[1,2]})", "[3,2]", true},
        {R"("match":{"any":[1,2]})", "2.0", false},
        {R"("match":{"any":[1,"x"]})", R"("x")", true},
        {R"("match":{"any":[]})", "1", false},
        {R"("match":{"any":["x"]})", "", false},
    });
}

TEST(PayloadCheck, takes_any_value_outside_of_a_list) {
    expect_all({
        {R"("match":{"except":["x"]})", R"("y")", true},
        {R"("match":{"except":["x"]})", R"("x")", false},
        {R"("match":{"except":["x"]})", R"(["x","y"])", true},
        {R"("match":{"except":["x"]})", R"(["x","x"])", false},
        {R"("match":{"except":["x"]})", "", false},
        {R"("match":{"except":["x"]})", "null", false},
        {R"("match":{"except":["x"]})", "[null]", false},
        {R"("match":{"except":["x"]})", "[]", false},
        {R"("match":{"except":["x"]})", "true", true},
        {R"("match":{"except":["x"]})", "1.5", true},
        {R"("match":{"except":["x"]})", "{}", true},
        {R"("match":{"except":[1]})", "1", false},
        {R"("match":{"except":[1]})", "1.0", true},
        {R"("match":{"except":[]})", "0", true},
        {R"("match":{"except":[]})", "null", false},
        {R"("match":{"except":[]})", "", false},
    });
}

TEST(PayloadCheck, compares_texts_by_bytes_without_an_index) {
    expect_all({
        {R"("match":{"text":"Fox"})", R"("the Foxes")", true},
        {R"("match":{"text":"fox"})", R"("the Foxes")", false},
        {R"("match":{"text":"x t"})", R"("fox trot")", true},
        {R"("match":{"text":"x"})", "1", false},
        {R"("match":{"text":"b"})", R"(["a","abc"])", true},
        {R"("match":{"text_any":"dog  fox"})", R"("a foxy cat")", true},
        {R"("match":{"text_any":"dog Fox"})", R"("a foxy cat")", false},
        {R"("match":{"text_any":" "})", R"("a b")", false},
        {R"("match":{"phrase":"quick fox"})", R"("a quick fox")", true},
        {R"("match":{"phrase":"quick  fox"})", R"("a quick fox")", false},
        {R"("match":{"prefix":"ab"})", R"("abc")", true},
        {R"("match":{"prefix":"Ab"})", R"("abc")", false},
        {R"("match":{"prefix":"bc"})", R"("abc")", false},
        {R"("match":{"prefix":""})", R"("abc")", true},
        {R"("match":{"prefix":""})", "7", false},
        {R"("match":{"substring":"bc"})", R"(["x","abcd"])", true},
        {R"("match":{"substring":"cb"})", R"("abcd")", false},
    });
}

TextFields indexed(bool phrase) {
    index::TextOptions options;
    options.stemmer = "english";
    options.phrase_matching = phrase;
    auto tokenizer = index::Tokenizer::make(options);
    EXPECT_TRUE(tokenizer.ok());
    return [tokenizer = *tokenizer, phrase](const base::JsonPath& path) {
        const std::string text = path.to_string();
        if (text != "t" && text != "n[].t") return std::optional<TextField>();
        return std::optional<TextField>(TextField{tokenizer, phrase});
    };
}

bool text_matches(std::string_view match, std::string_view value, bool phrase = true) {
    return matches(base::cat(R"({"must":[{"key":"t","match":)", match, "}]}"),
                   base::cat(R"({"t":")", value, "\"}"), indexed(phrase));
}

TEST(PayloadCheck, compares_tokens_where_there_is_a_text_index) {
    EXPECT_TRUE(text_matches(R"({"text":"foxes RUN"})", "the fox was running"));
    EXPECT_FALSE(text_matches(R"({"text":"fox dog"})", "the fox was running"));
    EXPECT_FALSE(text_matches(R"({"text":"fo"})", "the fox was running"));
    EXPECT_FALSE(text_matches(R"({"text":" "})", "the fox was running"));
    EXPECT_TRUE(text_matches(R"({"text_any":"dog fox"})", "the fox was running"));
    EXPECT_FALSE(text_matches(R"({"text_any":"dog cat"})", "the fox was running"));
    EXPECT_TRUE(text_matches(R"({"phrase":"fox was"})", "the fox, was running"));
    EXPECT_FALSE(text_matches(R"({"phrase":"fox running"})", "the fox was running"));
    EXPECT_TRUE(text_matches(R"({"phrase":"a a b"})", "a a a b"));
    EXPECT_TRUE(text_matches(R"({"phrase":"a b a c"})", "a b a b a c"));
    EXPECT_FALSE(text_matches(R"({"phrase":""})", "a"));
    EXPECT_FALSE(text_matches(R"({"phrase":"Foxes"})", "the fox", false));
    EXPECT_TRUE(text_matches(R"({"phrase":"e f"})", "the fox", false));
    EXPECT_TRUE(text_matches(R"({"substring":"e f"})", "the fox"));
    EXPECT_TRUE(matches(R"({"must":{"nested":{"key":"n","filter":{"must":
                           {"key":"t","match":{"text":"RUNS"}}}}}})",
                        R"({"n":[{"t":"running"}]})", indexed(true)));
}

TEST(PayloadCheck, compares_numbers_as_doubles) {
    expect_all({
        {R"("range":{"gt":1,"lt":3})", "2", true},
        {R"("range":{"gt":1,"lt":3})", "2.5", true},
        {R"("range":{"gt":1,"lt":3})", "1", false},
        {R"("range":{"gte":1,"lte":3})", "[7,3]", true},
        {R"("range":{"gt":1,"lt":3})", "[0,4]", false},
        {R"("range":{"gte":0})", R"("1")", false},
        {R"("range":{"gte":0})", "true", false},
        {R"("range":{"gte":0})", "", false},
        {R"("range":{})", "1", true},
        {R"("range":{})", "null", false},
        {R"("range":{"gt":1e19})", "18446744073709551615", true},
        {R"("range":{"lt":0})", "18446744073709551615", false},
    });
}

TEST(PayloadCheck, compares_dates_as_moments) {
    expect_all({
        {R"("range":{"gte":"2024-01-01"})", R"("2024-01-01T00:00:00Z")", true},
        {R"("range":{"gt":"2024-01-01"})", R"("2024-01-01T00:00:00Z")", false},
        {R"("range":{"lt":"2024-01-01T01:00:00+01:00"})", R"("2023-12-31 23:59")", true},
        {R"("range":{"gte":"2024-01-01"})", R"("no date")", false},
        {R"("range":{"gte":"2024-01-01"})", "9999999999999999", false},
        {R"("range":{"gte":"2024-01-01"})", R"(["x","2025-05-05"])", true},
    });
}

TEST(PayloadCheck, tests_places) {
    constexpr std::string_view box =
        R"("geo_bounding_box":{"top_left":{"lon":170,"lat":10},"bottom_right":{"lon":-170,"lat":-10}})";
    constexpr std::string_view circle =
        R"("geo_radius":{"center":{"lon":13.4,"lat":52.5},"radius":1000})";
    constexpr std::string_view polygon =
        R"("geo_polygon":{"exterior":{"points":[{"lon":0,"lat":0},{"lon":9,"lat":0},
           {"lon":9,"lat":9},{"lon":0,"lat":0}]}})";
    expect_all({
        {box, R"({"lon":175,"lat":0})", true},
        {box, R"([{"lon":0,"lat":0},{"lon":-175,"lat":0}])", true},
        {box, R"({"lon":0,"lat":0})", false},
        {box, R"("175,0")", false},
        {circle, R"({"lon":13.401,"lat":52.501})", true},
        {circle, R"({"lon":13.5,"lat":52.5})", false},
        {polygon, R"({"lon":6,"lat":3})", true},
        {polygon, R"({"lon":3,"lat":6})", false},
        {polygon, "", false},
    });
}

TEST(PayloadCheck, counts_values) {
    expect_all({
        {R"("values_count":{"lt":1})", "", true},
        {R"("values_count":{"lt":1})", "null", true},
        {R"("values_count":{"lt":1})", "[]", true},
        {R"("values_count":{"gte":1,"lte":1})", "5", true},
        {R"("values_count":{"gte":1,"lte":1})", "{}", true},
        {R"("values_count":{"gte":1,"lte":1})", "[null]", true},
        {R"("values_count":{"gt":1})", "[1,2]", true},
        {R"("values_count":{"gt":2})", "[1,2]", false},
        {R"("values_count":{"gte":1})", "", false},
    });
    // One value must meet all bounds.
    EXPECT_FALSE(matches(R"({"must":{"key":"a[].b","values_count":{"gt":1,"lt":3}}})",
                         R"({"a":[{"b":[1]},{"b":[1,2,3]}]})"));
    EXPECT_TRUE(matches(R"({"must":{"key":"a[].b","values_count":{"gt":1,"lt":3}}})",
                        R"({"a":[{"b":[1]},{"b":[1,2]}]})"));
}

TEST(PayloadCheck, tells_empty_from_null) {
    for (const auto& [value, empty, null] : {std::tuple{"", true, false},
                                             {"null", true, true},
                                             {"[]", true, false},
                                             {"[null]", false, true},
                                             {"[1,null]", false, true},
                                             {"[[]]", false, false},
                                             {"0", false, false},
                                             {"{}", false, false},
                                             {R"("")", false, false}}) {
        const std::string payload =
            *value == '\0' ? std::string("{}") : base::cat(R"({"a":)", value, "}");
        EXPECT_EQ(matches(R"({"must":{"is_empty":{"key":"a"}}})", payload), empty) << value;
        EXPECT_EQ(matches(R"({"must":{"is_null":{"key":"a"}}})", payload), null) << value;
        EXPECT_EQ(holds(R"("is_empty":true)", value), empty) << value;
        EXPECT_EQ(holds(R"("is_empty":false)", value), !empty) << value;
        EXPECT_EQ(holds(R"("is_null":true)", value), null) << value;
        EXPECT_EQ(holds(R"("is_null":false)", value), !null) << value;
    }
    EXPECT_TRUE(matches(R"({"must":{"is_empty":{"key":"a[].b"}}})", R"({"a":[{"b":[]},{}]})"));
    EXPECT_FALSE(
        matches(R"({"must":{"is_empty":{"key":"a[].b"}}})", R"({"a":[{"b":[]},{"b":1}]})"));
}

TEST(PayloadCheck, joins_the_checks_of_one_condition) {
    expect_all({
        {R"("match":{"value":1},"range":{"gt":10})", "1", true},
        {R"("match":{"value":1},"range":{"gt":10})", "11", true},
        {R"("match":{"value":1},"range":{"gt":10})", "5", false},
        {R"("match":{"value":1},"is_null":false)", "5", true},
        {R"("is_empty":false,"is_null":true)", "5", true},
        {R"("values_count":{"gt":1},"is_empty":false,"match":{"value":5})", "5", false},
    });
}

TEST(PayloadCheck, joins_conditions) {
    constexpr std::string_view payload = R"({"a":1,"b":2})";
    const std::string yes = R"({"key":"a","match":{"value":1}})";
    const std::string no = R"({"key":"b","match":{"value":1}})";
    using base::cat;
    EXPECT_TRUE(matches("{}", payload));
    EXPECT_TRUE(matches(R"({"must":[],"should":[],"must_not":[]})", payload));
    EXPECT_TRUE(matches(R"({"min_should":{"conditions":[],"min_count":2}})", payload));
    EXPECT_TRUE(matches(cat(R"({"must":[)", yes, "]}"), payload));
    EXPECT_FALSE(matches(cat(R"({"must":[)", yes, ",", no, "]}"), payload));
    EXPECT_TRUE(matches(cat(R"({"should":[)", no, ",", yes, "]}"), payload));
    EXPECT_FALSE(matches(cat(R"({"should":)", no, "}"), payload));
    EXPECT_TRUE(matches(cat(R"({"must_not":[)", no, "]}"), payload));
    EXPECT_FALSE(matches(cat(R"({"must_not":[)", no, ",", yes, "]}"), payload));
    EXPECT_FALSE(matches(cat(R"({"must":)", yes, R"(,"should":)", no, "}"), payload));
    EXPECT_TRUE(matches(cat(R"({"must":{"must_not":{"must":)", no, "}}}"), payload));
    for (const auto& [count, expected] : {std::pair{1, true}, {2, true}, {3, false}}) {
        EXPECT_EQ(matches(cat(R"({"min_should":{"conditions":[)", yes, ",", no, ",", yes,
                              R"(],"min_count":)", count, "}}"),
                          payload),
                  expected);
    }
}

TEST(PayloadCheck, asks_nested_filters_of_one_element) {
    const auto nested = [](std::string_view key, std::string_view inner) {
        return base::cat(R"({"must":{"nested":{"key":")", key, R"(","filter":)", inner, "}}}");
    };
    constexpr std::string_view both =
        R"({"must":[{"key":"x","match":{"value":1}},{"key":"y","match":{"value":2}}]})";
    EXPECT_TRUE(matches(nested("a", both), R"({"a":[{"x":1,"y":2},{}]})"));
    EXPECT_TRUE(matches(nested("a[]", both), R"({"a":[{"x":1,"y":2},{}]})"));
    EXPECT_FALSE(matches(nested("a", both), R"({"a":[{"x":1},{"y":2}]})"));
    EXPECT_FALSE(matches(nested("a", both), R"({"a":{"x":1,"y":2}})"));
    EXPECT_FALSE(matches(nested("a", "{}"), R"({"a":[1,"x",null,[]]})"));
    EXPECT_FALSE(matches(nested("a", R"({"must_not":{"key":"x","match":{"value":1}}})"), "{}"));
    EXPECT_TRUE(matches(nested("a", R"({"must":{"is_empty":{"key":"x"}}})"), R"({"a":[{}]})"));
    EXPECT_TRUE(matches(nested("a.b", both), R"({"a":{"b":[{"x":1,"y":2}]}})"));
    EXPECT_TRUE(matches(nested("a[].b", both), R"({"a":[{"b":[]},{"b":[{"x":1,"y":2}]}]})"));
    EXPECT_TRUE(matches(nested("a", R"({"must":{"nested":{"key":"b","filter":{"must":
                                 {"key":"x","match":{"value":1}}}}}})"),
                        R"({"a":[{"b":[{"x":1}]}]})"));
}

TEST(PayloadCheck, knows_ids_and_vectors_without_reading_a_payload) {
    const auto check = check_of(R"({"must":[{"key":"a","match":{"value":1}},{"has_id":[2,1,"w"]},
                                            {"has_vector":"image"}]})");
    EXPECT_TRUE(check->needs_payload());
    Point other(R"({"a":1})", base::PointId::number(3));
    EXPECT_FALSE(*check->matches(other));
    EXPECT_EQ(other.reads, 0);
    Point same(R"({"a":1})", *base::PointId::from_text("w"));
    EXPECT_TRUE(*check->matches(same));
    EXPECT_EQ(same.reads, 1);
    Point plain("{}");
    EXPECT_FALSE(*check_of(R"({"must":{"has_vector":""}})")->matches(plain));
    EXPECT_FALSE(check_of(R"({"must":{"has_vector":""}})")->needs_payload());
}

TEST(PayloadCheck, reads_a_payload_once_and_passes_its_failure_on) {
    const auto check = check_of(R"({"must_not":[{"key":"a","match":{"value":1}},
                                                {"key":"b","match":{"value":1}}]})");
    Point point(R"({"c":1})");
    EXPECT_TRUE(*check->matches(point));
    EXPECT_EQ(point.reads, 1);
    Point broken("{}");
    broken.failure = base::Status::make_io("read");
    EXPECT_EQ(check->matches(broken).status().code(), base::Code::io);
}

TEST(PayloadCheck, slices_points_as_qdrant_does) {
    uint64_t sum = 0;
    for (uint64_t slice = 0; slice < 3; ++slice) {
        uint64_t count = 0;
        for (uint64_t id = 0; id < 1000; ++id) {
            count += slice_of(base::PointId::number(id), 3) == slice;
        }
        EXPECT_GT(count, 250u);
        sum += count;
    }
    EXPECT_EQ(sum, 1000u);
    // From the hash of Qdrant's Python client.
    constexpr uint64_t kTotal = 1'000'000'000'000'000'000;
    EXPECT_EQ(slice_of(base::PointId::number(0ull), kTotal), 738165381834614119u);
    EXPECT_EQ(slice_of(base::PointId::number(1ull), kTotal), 224715256000962398u);
    EXPECT_EQ(slice_of(base::PointId::number(2ull), kTotal), 686418376000424449u);
    EXPECT_EQ(slice_of(base::PointId::number(17ull), kTotal), 274017295174881745u);
    EXPECT_EQ(slice_of(base::PointId::number(18446744073709551615ull), kTotal),
              246102839527854430u);
    EXPECT_EQ(slice_of(*base::PointId::from_text("6f9619ff-8b86-d011-b42d-00c04fc964ff"), kTotal),
              907701045917564478u);
}

}  // namespace
}  // namespace grape::query
