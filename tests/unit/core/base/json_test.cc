#include "core/base/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <random>

#include "core/base/limits.h"
#include "core/base/utf8.h"

namespace grape::base {
namespace {

std::string rewrite(std::string_view text) {
    Result<JsonValue> value = parse_json(text);
    if (!value.ok()) return value.status().to_string();
    std::string out;
    JsonWriter(out).value(*value);
    return out;
}

std::string nested(size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, keeps_a_tree) {
    const std::string_view text = R"({"a":[1,-2,3.5,true,false,null,"x"],"b":{"c":{}},"":[[],[]]})";
    EXPECT_EQ(rewrite(text), text);
}

TEST(Json, keeps_the_kind_of_numbers) {
    const auto kind = [](std::string_view text) { return parse_json(text)->kind(); };
    EXPECT_EQ(kind("0"), JsonKind::integer);
    EXPECT_EQ(kind("-9223372036854775808"), JsonKind::integer);
    EXPECT_EQ(kind("9223372036854775807"), JsonKind::integer);
    EXPECT_EQ(kind("9223372036854775808"), JsonKind::unsigned_integer);
    EXPECT_EQ(kind("18446744073709551615"), JsonKind::unsigned_integer);
    EXPECT_EQ(kind("18446744073709551616"), JsonKind::real);
    EXPECT_EQ(kind("-9223372036854775809"), JsonKind::real);
    EXPECT_EQ(kind("1.0"), JsonKind::real);
    EXPECT_EQ(kind("1e3"), JsonKind::real);
    EXPECT_EQ(parse_json("18446744073709551615")->as_unsigned(), UINT64_MAX);
    EXPECT_EQ(parse_json("-9223372036854775808")->as_integer(), INT64_MIN);
}

TEST(Json, writes_reals_so_that_they_are_read_as_reals) {
    EXPECT_EQ(rewrite("[1.0,-0.0,100.0,1e30,0.1,5e-324]"), "[1.0,-0.0,100.0,1e+30,0.1,5e-324]");
    std::string out;
    JsonWriter(out).begin_array().value(1.0f).value(0.1f).value(1e20f).value(3e-45f).end_array();
    EXPECT_EQ(out, "[1.0,0.1,1e+20,3e-45]");
}

TEST(Json, numbers_too_small_are_zero_and_numbers_too_big_are_refused) {
    EXPECT_EQ(rewrite("[0.0e-183,1e-400,-1e-400,0e5,4.9e-324]"), "[0.0,0.0,-0.0,0.0,5e-324]");
    EXPECT_EQ(rewrite("1.7976931348623157e308"), "1.7976931348623157e+308");
    for (const std::string_view text :
         {"1e309", "-1e309", "1.7976931348623159e308", "1e99999999999"}) {
        EXPECT_EQ(parse_json(text).status().code(), Code::invalid) << text;
        EXPECT_NE(parse_json(text).status().message().find("range of a double"), std::string::npos)
            << text;
    }
    EXPECT_EQ(parse_json(std::string(400, '9')).status().code(), Code::invalid);
}

TEST(Json, writes_numbers_that_are_not_finite_as_null) {
    std::string out;
    JsonWriter(out).begin_array().value(std::nan("")).value(HUGE_VAL).value(HUGE_VALF).end_array();
    EXPECT_EQ(out, "[null,null,null]");
}

TEST(Json, the_last_of_equal_keys_wins) {
    EXPECT_EQ(rewrite(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
    std::string text = "{";
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 100; ++i) text += cat("\"k", i, "\":", round * 100 + i, ",");
    }
    text.back() = '}';
    const Result<JsonValue> value = parse_json(text);
    ASSERT_TRUE(value.ok());
    ASSERT_EQ(value->members().size(), 100u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(value->find(cat("k", i))->as_integer(), 200 + i);
}

TEST(Json, refuses_what_is_no_json) {
    const std::string_view bad[] = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "NaN",
        "[NaN]",
        "Infinity",
        "-Inf",
        "nul",
        "truex",
        "// c\n1",
        "/* c */1",
        "1 // c",
        "[1]x",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"\x01\"",
        "1e400",
        "-1e400",
        "\xEF\xBB\xBF[]",
        "\"\xFF\"",
        "\"\xC0\xAF\"",
        "\"\xED\xA0\x80\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "{\"\\udc00\":1}",
        "\"\\ud800\\u0041\"",
        "[1}",
        "{\"a\"}",
        "{\"a\" 1}",
        "]",
        ",",
    };
    for (const std::string_view text : bad) {
        EXPECT_FALSE(split_json(text).ok()) << text;
        const Result<JsonValue> value = parse_json(text);
        ASSERT_FALSE(value.ok()) << text;
        EXPECT_EQ(value.status().code(), Code::invalid) << text;
        EXPECT_EQ(value.status().message().substr(0, 11), "JSON: byte ") << text;
    }
}

TEST(Json, refuses_text_behind_a_nul) {
    EXPECT_FALSE(parse_json(std::string_view("[1]\0", 4)).ok());
    EXPECT_FALSE(parse_json(std::string_view("[1]\0[2]", 7)).ok());
    EXPECT_FALSE(parse_json(std::string_view("\"a\0b\"", 5)).ok());
    EXPECT_TRUE(parse_json(" [1] \n\t\r").ok());
}

TEST(Json, says_where_the_text_is_wrong) {
    EXPECT_EQ(parse_json("[1,2 3]").status().message(), "JSON: byte 5: expected ',' or ']'");
    EXPECT_EQ(parse_json("[1]x").status().message(), "JSON: byte 3: something follows the value");
}

TEST(Json, limits_the_depth) {
    EXPECT_TRUE(parse_json(nested(limits::json_depth_max)).ok());
    const Result<JsonValue> deeper = parse_json(nested(limits::json_depth_max + 1));
    ASSERT_FALSE(deeper.ok());
    EXPECT_EQ(deeper.status().code(), Code::limit);
    EXPECT_NE(deeper.status().message().find("64"), std::string::npos);
    EXPECT_EQ(parse_json(std::string(10'000'000, '[')).status().code(), Code::limit);
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    EXPECT_EQ(parse_json(objects).status().code(), Code::limit);
    EXPECT_EQ(parse_json(nested(9))->depth(), 9u);
    EXPECT_EQ(parse_json("7")->depth(), 0u);
}

TEST(Json, escapes_strings) {
    const std::string raw("\"\\/\b\f\n\r\t\x01\x1f\x7f\0\xC3\xA9", 14);
    std::string out;
    JsonWriter(out).value(raw);
    EXPECT_EQ(out, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\xC3\xA9\"");
    EXPECT_EQ(parse_json(out)->as_string(), raw);
    EXPECT_EQ(parse_json(R"("\u00e9\ud83c\udf47")")->as_string(), "\xC3\xA9\xF0\x9F\x8D\x87");
}

TEST(Json, never_writes_bytes_that_are_not_utf8) {
    std::string out;
    JsonWriter(out).begin_object().key("a\xFF").value("\xC3").end_object();
    EXPECT_TRUE(is_utf8(out));
    EXPECT_TRUE(parse_json(out).ok());
}

TEST(Json, accessors_of_another_kind_give_nothing) {
    const JsonValue number = JsonValue::of_integer(7);
    EXPECT_EQ(number.as_string(), "");
    EXPECT_TRUE(number.items().empty());
    EXPECT_TRUE(number.members().empty());
    EXPECT_EQ(number.find("a"), nullptr);
    EXPECT_FALSE(number.as_bool());
    EXPECT_EQ(JsonValue::of_string("x").as_real(), 0);
    EXPECT_EQ(JsonValue::of_real(2.5).as_integer(), 0);
}

TEST(Json, values_are_copied_and_moved_whole) {
    JsonValue tree = *parse_json(R"({"a":[1,{"b":"text"}]})");
    JsonValue copy = tree;
    copy.find("a")->items()[0] = JsonValue::of(true);
    EXPECT_EQ(tree.find("a")->items()[0].as_integer(), 1);
    JsonValue moved = std::move(copy);
    EXPECT_TRUE(moved.find("a")->items()[0].as_bool());
    tree = tree.find("a")->items()[1];  // a part of itself
    EXPECT_EQ(tree.find("b")->as_string(), "text");
}

// The value and its parts, one a line, as split_json() gives them.
std::string split(std::string_view text) {
    const Result<JsonParts> parts = split_json(text);
    if (!parts.ok()) return parts.status().message();
    std::string out(parts->value.text);
    for (const auto& [name, value] : parts->parts)
        cat_append(out, cat("\n", name, "=", value.text));
    return out;
}

TEST(Json, splits_a_text_into_what_stands_in_it) {
    EXPECT_EQ(split(" {} "), "{}");
    EXPECT_EQ(split("\t7\r\n"), "7");
    EXPECT_EQ(split(R"( { "a" : 1.50 , "b" : { "c" : { } } , "d" : [ [ ] ] } )"),
              "{ \"a\" : 1.50 , \"b\" : { \"c\" : { } } , \"d\" : [ [ ] ] }\n"
              "a=1.50\nb={ \"c\" : { } }\nd=[ [ ] ]");
    EXPECT_EQ(split(R"({"":{"a":{}},"\u00e9\"":":,","":null})"),
              "{\"\":{\"a\":{}},\"\\u00e9\\\"\":\":,\",\"\":null}\n"
              "={\"a\":{}}\n\xC3\xA9\"=\":,\"\n=null");
    EXPECT_EQ(split("[18446744073709551615 ,[1,[2]],\"]\",{},-0.0]"),
              "[18446744073709551615 ,[1,[2]],\"]\",{},-0.0]\n"
              "=18446744073709551615\n=[1,[2]]\n=\"]\"\n={}\n=-0.0");
}

TEST(Json, splits_only_what_is_json) {
    EXPECT_EQ(split("[1,2 3]"), "JSON: byte 5: expected ',' or ']'");
    EXPECT_EQ(split("{\"a\":1}x"), "JSON: byte 7: something follows the value");
    EXPECT_EQ(split("[\"\\udc00\"]"), parse_json("[\"\\udc00\"]").status().message());
    EXPECT_EQ(split_json(nested(limits::json_depth_max + 1)).status().code(), Code::limit);
    EXPECT_TRUE(split_json(nested(limits::json_depth_max)).ok());
}

// A text and its parts are one tree, and whatever is a tree can be split.
void check_split_as_parsed(std::string_view text) {
    const Result<JsonValue> tree = parse_json(text);
    const Result<JsonParts> split = split_json(text);
    if (!tree.ok()) return;
    ASSERT_TRUE(split.ok()) << text;
    EXPECT_EQ(split->value.kind, tree->kind()) << text;
    EXPECT_EQ(rewrite(split->value.text), rewrite(text)) << text;
    for (const auto& [name, value] : split->parts) {
        const Result<JsonValue> part = parse_json(value.text);
        ASSERT_TRUE(part.ok()) << text;
        EXPECT_EQ(part->kind(), value.kind) << text;
    }
    const size_t members = std::max(tree->items().size(), tree->members().size());
    EXPECT_GE(split->parts.size(), members) << text;  // of equal names all are parts
}

// Random doubles survive, and RapidJSON reads any digits as the C++ library does.
TEST(Json, reads_and_writes_every_double) {
    const uint64_t seed = 20261121;
    SCOPED_TRACE(cat("seed ", seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 200'000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        std::string out;
        JsonWriter(out).value(value);
        const Result<JsonValue> read = parse_json(out);
        ASSERT_TRUE(read.ok()) << out;
        ASSERT_EQ(read->kind(), JsonKind::real) << out;
        ASSERT_EQ(std::bit_cast<uint64_t>(read->as_real()), std::bit_cast<uint64_t>(value)) << out;
    }
    for (int i = 0; i < 200'000; ++i) {
        std::string text = cat(random() % 10, ".");
        for (size_t digits = 1 + random() % 40; digits > 0; --digits) {
            text += static_cast<char>('0' + random() % 10);
        }
        cat_append(text, cat("e", static_cast<int>(random() % 640) - 330));
        double expected = 0;
        const auto result = std::from_chars(text.data(), text.data() + text.size(), expected);
        if (result.ec != std::errc()) continue;
        const Result<JsonValue> read = parse_json(text);
        ASSERT_TRUE(read.ok()) << text;
        ASSERT_EQ(read->as_real(), expected) << text;
    }
}

TEST(Json, reads_and_writes_every_float) {
    const uint64_t seed = 20261122;
    SCOPED_TRACE(cat("seed ", seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 300'000; ++i) {
        const float value = std::bit_cast<float>(static_cast<uint32_t>(random()));
        if (!std::isfinite(value)) continue;
        std::string out;
        JsonWriter(out).value(value);
        const Result<JsonValue> read = parse_json(out);
        ASSERT_TRUE(read.ok()) << out;
        ASSERT_EQ(std::bit_cast<uint32_t>(static_cast<float>(read->as_real())),
                  std::bit_cast<uint32_t>(value))
            << out;
    }
}

// Any change of a byte gives a tree or an error, and a tree can be written and read again.
TEST(Json, survives_damaged_text) {
    const uint64_t seed = 20261123;
    SCOPED_TRACE(cat("seed ", seed));
    std::mt19937_64 random(seed);
    const std::string text =
        R"({"points":[{"id":17,"vector":[0.25,-1e-3],"payload":{"t":"a\u00e9\n\"","n":null}}]})";
    for (size_t at = 0; at < text.size(); ++at) {
        for (int change = 0; change < 256; ++change) {
            std::string damaged = text;
            damaged[at] = static_cast<char>(change);
            if (random() % 4 == 0) damaged.resize(at + random() % 3);
            check_split_as_parsed(damaged);
            const Result<JsonValue> value = parse_json(damaged);
            if (!value.ok()) continue;
            std::string out;
            JsonWriter(out).value(*value);
            EXPECT_EQ(rewrite(out), out) << damaged;
        }
    }
}

}  // namespace
}  // namespace grape::base
