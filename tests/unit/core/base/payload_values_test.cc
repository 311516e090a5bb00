// What a path finds in a payload.
#include "core/base/payload_values.h"

#include <gtest/gtest.h>

namespace grape::base {
namespace {

std::string encoded(std::string_view json) {
    const auto tree = parse_json(json);
    EXPECT_TRUE(tree.ok()) << json;
    return encode_payload_value(*tree);
}

JsonPath path(std::string_view text) {
    auto parsed = JsonPath::parse(text, "path");
    EXPECT_TRUE(parsed.ok()) << text;
    return std::move(parsed).value();
}

std::string text_of(PayloadView view) {
    std::string out;
    JsonWriter writer(out);
    write_payload_json(view, writer);
    return out;
}

std::string values(std::string_view json, std::string_view key) {
    const std::string payload = encoded(json);
    std::string out;
    for_each_value_at(PayloadView(payload), path(key),
                      [&](PayloadView value) { out += text_of(value) + " "; });
    return out;
}

std::string elements(std::string_view json, std::string_view key) {
    const std::string payload = encoded(json);
    std::string out;
    for_each_element_at(PayloadView(payload), path(key),
                        [&](PayloadView value) { out += text_of(value) + " "; });
    return out;
}

TEST(PayloadValues, follows_keys_and_gives_arrays_whole) {
    EXPECT_EQ(values(R"({"a":1})", "a"), "1 ");
    EXPECT_EQ(values(R"({"a":{"b":"x"}})", "a.b"), "\"x\" ");
    EXPECT_EQ(values(R"({"a":[1,2]})", "a"), "[1,2] ");
    EXPECT_EQ(values(R"({"a":null})", "a"), "null ");
    EXPECT_EQ(values(R"({"a":1})", "b"), "");
    EXPECT_EQ(values(R"({"a":1})", "a.b"), "");
    EXPECT_EQ(values(R"({"a":[]})", "a"), "[] ");
}

TEST(PayloadValues, goes_into_arrays_only_where_the_path_says_so) {
    constexpr std::string_view payload = R"({"a":[{"b":1},{"b":[2,3]},{"c":4},5]})";
    EXPECT_EQ(values(payload, "a.b"), "");
    EXPECT_EQ(values(payload, "a[].b"), "1 [2,3] ");
    EXPECT_EQ(values(payload, "a[].b[]"), "2 3 ");
    EXPECT_EQ(values(payload, "a[1].b"), "[2,3] ");
    EXPECT_EQ(values(payload, "a[4].b"), "");
    EXPECT_EQ(values(payload, "a[3]"), "5 ");
    EXPECT_EQ(values(R"({"a":{"b":1}})", "a[]"), "");
    EXPECT_EQ(values(R"({"a":{"b":1}})", "a[0]"), "");
}

TEST(PayloadValues, takes_one_level_of_arrays_apart) {
    EXPECT_EQ(elements(R"({"a":[1,[2,3],null]})", "a"), "1 [2,3] null ");
    EXPECT_EQ(elements(R"({"a":[1,[2,3],null]})", "a[]"), "1 2 3 null ");
    EXPECT_EQ(elements(R"({"a":7})", "a"), "7 ");
    EXPECT_EQ(elements(R"({"a":[]})", "a"), "");
    EXPECT_EQ(elements(R"({"a":[{"b":[1]},{"b":2}]})", "a[].b"), "1 2 ");
}

TEST(PayloadValues, stops_at_the_first_value_that_holds) {
    const std::string payload = encoded(R"({"a":[1,2,3]})");
    int calls = 0;
    const auto is_two = [&](PayloadView value) {
        ++calls;
        return value.as_integer() == 2;
    };
    EXPECT_TRUE(any_element_at(PayloadView(payload), path("a"), is_two));
    EXPECT_EQ(calls, 2);
    EXPECT_FALSE(any_value_at(PayloadView(payload), path("a"), is_two));
    EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace grape::base
