// JsonPath and the changes of payloads. The expected trees are Qdrant 1.19's, where it has the
// case.
#include <gtest/gtest.h>

#include <random>

#include "core/base/limits.h"
#include "core/base/payload.h"

namespace grape::base {
namespace {

JsonValue json(std::string_view text) {
    Result<JsonValue> value = parse_json(text);
    EXPECT_TRUE(value.ok()) << text << value.status().to_string();
    return value.ok() ? std::move(value).value() : JsonValue();
}

std::string text_of(const JsonValue& value) {
    std::string out;
    JsonWriter(out).value(value);
    return out;
}

JsonPath path(std::string_view text) {
    Result<JsonPath> parsed = JsonPath::parse(text, "key");
    EXPECT_TRUE(parsed.ok()) << parsed.status().to_string();
    return parsed.ok() ? *parsed : JsonPath();
}

std::string set(std::string_view payload, std::string_view at, std::string_view values) {
    JsonValue tree = json(payload);
    set_payload_at(tree, path(at), json(values));
    return text_of(tree);
}

std::string merge(std::string_view payload, std::string_view values) {
    JsonValue tree = json(payload);
    merge_payload(tree, json(values));
    return text_of(tree);
}

// The tree afterwards, with "!" before it when something was removed.
std::string remove(std::string_view payload, std::string_view at) {
    JsonValue tree = json(payload);
    const bool removed = remove_payload_at(tree, path(at));
    return cat(removed ? "!" : "", text_of(tree));
}

std::string select(std::string_view payload, const std::vector<std::string_view>& include,
                   const std::vector<std::string_view>& exclude) {
    const auto paths = [](const std::vector<std::string_view>& texts) {
        std::vector<JsonPath> out;
        for (const std::string_view text : texts) out.push_back(path(text));
        return out;
    };
    const std::string encoded = encode_payload_value(json(payload));
    return text_of(select_payload(PayloadView(encoded), paths(include), paths(exclude)));
}

TEST(JsonPath, reads_keys_indexes_and_quotes) {
    const JsonPath parsed = path(R"(foo[1][50].bar-baz[]."qux[.]quux"._9)");
    ASSERT_EQ(parsed.steps().size(), 7u);
    EXPECT_EQ(parsed.steps()[0].key, "foo");
    EXPECT_EQ(parsed.steps()[2].index, 50u);
    EXPECT_EQ(parsed.steps()[3].key, "bar-baz");
    EXPECT_EQ(parsed.steps()[4].kind, JsonPath::Step::Kind::every);
    EXPECT_EQ(parsed.steps()[5].key, "qux[.]quux");
    EXPECT_EQ(path("\"\"").steps()[0].key, "");
    EXPECT_EQ(path("\xC3\xA9t\xC3\xA9").steps()[0].key, "\xC3\xA9t\xC3\xA9");
}

TEST(JsonPath, writes_what_it_reads) {
    for (const std::string_view text :
         {"a", "a.b", "a[].b", "a[3]", "\"a b\".c", "a[][0].\"\"", "a.\"x.y\"[]"}) {
        EXPECT_EQ(path(text).to_string(), text);
    }
    EXPECT_EQ(path("\"plain\"").to_string(), "plain");
}

TEST(JsonPath, refuses_what_is_no_path) {
    for (const std::string_view text : {"",
                                        ".",
                                        "a.",
                                        ".a",
                                        "a..b",
                                        "a[",
                                        "a[1",
                                        "a[x]",
                                        "a[-1]",
                                        "a[1]b",
                                        "[]",
                                        "[0]",
                                        "\"a",
                                        "a b",
                                        "a.\"b",
                                        "a\"b\"",
                                        "a[99999999999999999999]",
                                        "\"a\\\"b\"",
                                        "a[]]",
                                        "a[ ]"}) {
        const Result<JsonPath> parsed = JsonPath::parse(text, "keys[2]");
        ASSERT_FALSE(parsed.ok()) << text;
        EXPECT_EQ(parsed.status().code(), Code::invalid) << text;
        EXPECT_EQ(parsed.status().message().substr(0, 9), "keys[2]: ") << text;
    }
    EXPECT_EQ(JsonPath::parse("a..b", "key").status().message().substr(0, 40),
              "key: \"a..b\" is not a JSON path (byte 2);");
}

TEST(JsonPath, limits_the_steps) {
    std::string text = "a";
    for (size_t i = 1; i < limits::payload_depth_max; ++i) text += ".a";
    EXPECT_TRUE(JsonPath::parse(text, "key").ok());
    EXPECT_EQ(JsonPath::parse(text + "[]", "key").status().code(), Code::limit);
}

TEST(PayloadChange, merge_replaces_keys_of_the_top_level) {
    EXPECT_EQ(merge(R"({"a":{"b":1},"c":2})", R"({"a":{"d":3},"e":4})"),
              R"({"a":{"d":3},"c":2,"e":4})");
    EXPECT_EQ(merge("{}", "{}"), "{}");
}

TEST(PayloadChange, merge_of_null_removes_a_key) {
    EXPECT_EQ(merge(R"({"a":1,"b":2})", R"({"a":null,"x":null})"), R"({"b":2})");
    EXPECT_EQ(merge(R"({"a":1})", R"({"b":{"c":null}})"), R"({"a":1,"b":{"c":null}})");
}

TEST(PayloadChange, large_merges_agree_with_small_ones) {
    const uint64_t seed = 3;
    SCOPED_TRACE(cat("seed ", seed));
    std::mt19937_64 random(seed);
    JsonValue payload = JsonValue::make_object();
    JsonValue values = JsonValue::make_object();
    for (int i = 0; i < 300; ++i) {
        if (random() % 2 == 0)
            payload.members().emplace_back(cat("k", i), JsonValue::of_integer(i));
        if (random() % 2 == 0) continue;
        JsonValue value = random() % 3 == 0 ? JsonValue() : JsonValue::of_integer(-i);
        values.members().emplace_back(cat("k", i), std::move(value));
    }
    JsonValue one_by_one = payload;
    for (const JsonValue::Member& member : values.members()) {
        JsonValue single = JsonValue::make_object();
        single.members().push_back(member);
        merge_payload(one_by_one, single);
    }
    merge_payload(payload, values);
    EXPECT_EQ(text_of(payload), text_of(one_by_one));
}

TEST(PayloadChange, set_merges_into_the_object_at_the_path) {
    constexpr std::string_view tree = R"({"a":{"b":[{"c":1},{"c":2},{"d":{"e":3}}]},"f":3})";
    EXPECT_EQ(set(tree, "a", R"({"b":5})"), R"({"a":{"b":5},"f":3})");
    EXPECT_EQ(set(tree, "a.b[1]", R"({"c":5})"),
              R"({"a":{"b":[{"c":1},{"c":5},{"d":{"e":3}}]},"f":3})");
    EXPECT_EQ(set(tree, "a.b[]", R"({"x":null,"c":9})"),
              R"({"a":{"b":[{"c":9},{"c":9},{"d":{"e":3},"c":9}]},"f":3})");
    EXPECT_EQ(set(tree, "a.b[].d", R"({"e":4})"),
              R"({"a":{"b":[{"c":1,"d":{"e":4}},{"c":2,"d":{"e":4}},{"d":{"e":4}}]},"f":3})");
    EXPECT_EQ(set(R"({"a":{"b":1}})", "a", R"({"b":null})"), R"({"a":{}})");
}

TEST(PayloadChange, set_makes_what_is_missing) {
    EXPECT_EQ(set("{}", "key1.key2", R"({"c":1})"), R"({"key1":{"key2":{"c":1}}})");
    EXPECT_EQ(set("{}", "key1.key2[].key3", R"({"c":1})"), R"({"key1":{"key2":[]}})");
    EXPECT_EQ(set("{}", "a[3]", R"({"c":1})"), R"({"a":[]})");
    EXPECT_EQ(set(R"({"a":[1]})", "a[3]", R"({"c":1})"), R"({"a":[1]})");
    EXPECT_EQ(set(R"({"a":10})", "a.b.c", R"({"x":1})"), R"({"a":{"b":{"c":{"x":1}}}})");
    EXPECT_EQ(set(R"({"a":[1,2]})", "a[]", R"({"x":1})"), R"({"a":[{"x":1},{"x":1}]})");
    EXPECT_EQ(set(R"({"a":{"b":1}})", "a[]", R"({"x":1})"), R"({"a":[]})");
    EXPECT_EQ(set(R"({"a":[1]})", "a", R"({"x":1})"), R"({"a":{"x":1}})");
}

TEST(PayloadChange, remove_takes_keys_and_empties_arrays) {
    constexpr std::string_view tree =
        R"({"a":1,"b":{"c":123,"f":[1,2],"i":[{"j":1,"k":2},{"j":3,"k":4}]}})";
    EXPECT_EQ(remove(tree, "a"), R"(!{"b":{"c":123,"f":[1,2],"i":[{"j":1,"k":2},{"j":3,"k":4}]}})");
    EXPECT_EQ(remove(tree, "b.i[].k"), R"(!{"a":1,"b":{"c":123,"f":[1,2],"i":[{"j":1},{"j":3}]}})");
    EXPECT_EQ(remove(tree, "b.i[0].j"),
              R"(!{"a":1,"b":{"c":123,"f":[1,2],"i":[{"k":2},{"j":3,"k":4}]}})");
    EXPECT_EQ(remove(tree, "b.f[]"),
              R"(!{"a":1,"b":{"c":123,"f":[],"i":[{"j":1,"k":2},{"j":3,"k":4}]}})");
    EXPECT_EQ(remove(tree, "b"), R"(!{"a":1})");
}

TEST(PayloadChange, remove_of_nothing_says_so) {
    for (const std::string_view at :
         {"x", "b.x", "a.x", "a[]", "b.f[0]", "b.f[9].x", "b[].c", "b.f[].x", "b.c.d.e"}) {
        constexpr std::string_view tree = R"({"a":1,"b":{"c":123,"f":[1,2]}})";
        EXPECT_EQ(remove(tree, at), tree) << at;
    }
    EXPECT_EQ(remove(R"({"a":[]})", "a[]"), R"({"a":[]})");
}

constexpr std::string_view kTree =
    R"({"a":{"b":[{"c":1},{"c":2},{"d":{"e":3}}]},"f":3,"g":["g0","g1","g2"]})";

TEST(PayloadSelect, keeps_only_what_is_included) {
    EXPECT_EQ(select(kTree, {"f"}, {}), R"({"f":3})");
    EXPECT_EQ(select(kTree, {"a.b[].c"}, {}), R"({"a":{"b":[{"c":1},{"c":2},{}]}})");
    EXPECT_EQ(select(kTree, {"a.b[].d.e", "g"}, {}),
              R"({"a":{"b":[{},{},{"d":{"e":3}}]},"g":["g0","g1","g2"]})");
    EXPECT_EQ(select(kTree, {"a", "a.b[].c"}, {}),
              R"({"a":{"b":[{"c":1},{"c":2},{"d":{"e":3}}]}})");
    EXPECT_EQ(select(kTree, {"a.b.c"}, {}), R"({"a":{"b":[]}})");
    EXPECT_EQ(select(kTree, {"x", "a.x"}, {}), R"({"a":{}})");
    EXPECT_EQ(select(kTree, {"f.x"}, {}), R"({"f":3})");
    EXPECT_EQ(select(kTree, {"g[]"}, {}), R"({"g":["g0","g1","g2"]})");
    EXPECT_EQ(select(kTree, {"g[1]"}, {}), R"({"g":["g1"]})");
}

TEST(PayloadSelect, leaves_out_what_is_excluded) {
    EXPECT_EQ(select(kTree, {}, {"a", "g"}), R"({"f":3})");
    EXPECT_EQ(select(kTree, {}, {"a.b[].c", "f"}),
              R"({"a":{"b":[{},{},{"d":{"e":3}}]},"g":["g0","g1","g2"]})");
    EXPECT_EQ(select(kTree, {}, {"a.b[]", "g[0]"}), R"({"a":{"b":[]},"f":3,"g":["g1","g2"]})");
    EXPECT_EQ(select(kTree, {}, {"x", "f.y"}), kTree);
    EXPECT_EQ(select(kTree, {}, {}), kTree);
    EXPECT_EQ(select(kTree, {"a"}, {"a.b[].c"}), R"({"a":{"b":[{},{},{"d":{"e":3}}]}})");
}

}  // namespace
}  // namespace grape::base
