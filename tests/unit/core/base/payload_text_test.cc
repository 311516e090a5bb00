// Payloads from text are the payloads from trees, and so are the errors: over texts that are drawn,
// and the same texts with bytes changed.
#include <gtest/gtest.h>

#include <random>

#include "core/base/limits.h"
#include "core/base/payload.h"

namespace grape::base {
namespace {

// What parse_json() and encode_payload() make of it.
Result<std::string> by_tree(std::string_view json) {
    const auto tree = parse_json(json);
    if (!tree.ok()) return tree.status().with_context("p");
    return encode_payload(*tree, "p");
}

void check(std::string_view json) {
    const auto wanted = by_tree(json);
    const auto found = encode_payload_text(json, "p");
    ASSERT_EQ(found.ok(), wanted.ok()) << json;
    if (wanted.ok()) {
        ASSERT_EQ(*found, *wanted) << json;
        ASSERT_TRUE(validate_payload(*found).ok()) << json;
    } else {
        ASSERT_EQ(found.status().to_string(), wanted.status().to_string()) << json;
    }
}

class Texts {
  public:
    explicit Texts(uint64_t seed) : random_(seed) {}

    std::string object(int depth) {
        std::string out = "{";
        for (uint64_t i = 0, n = pick(6); i < n; ++i) {
            out += cat(i == 0 ? "" : ",", string(), ":", value(depth));
        }
        return out + "}";
    }
    std::string broken(std::string text) {
        constexpr std::string_view kBytes = "{}[]\",:0-.eE\\\x01\xED\xFFtfn ";
        text[pick(text.size())] = kBytes[pick(kBytes.size())];
        return text;
    }

  private:
    uint64_t pick(uint64_t count) { return random_() % count; }
    // Few, so that keys are often equal.
    std::string string() {
        constexpr std::string_view kTexts[] = {"\"\"",        "\"a\"",       "\"b\"",
                                               "\"ab\"",      "\"\\u00e4\"", "\"\\ud83c\\udf47\"",
                                               "\"\xC3\xA4\""};
        if (pick(20) == 0) return cat("\"", std::string(pick(400), 'x'), "\"");
        return std::string(kTexts[pick(std::size(kTexts))]);
    }
    std::string value(int depth) {
        constexpr std::string_view kScalars[] = {"null",
                                                 "true",
                                                 "false",
                                                 "0",
                                                 "-1",
                                                 "127",
                                                 "128",
                                                 "-32769",
                                                 "2147483648",
                                                 "9223372036854775807",
                                                 "9223372036854775808",
                                                 "-0",
                                                 "1.0",
                                                 "1e400",
                                                 "0.0e-183",
                                                 "-2.5e-3",
                                                 "1e-999"};
        const uint64_t kind = pick(depth > 0 ? 10 : 7);
        if (kind < 5) return std::string(kScalars[pick(std::size(kScalars))]);
        if (kind < 7) return string();
        if (kind == 7) return object(depth - 1);
        std::string out = "[";
        for (uint64_t i = 0, n = pick(5); i < n; ++i) {
            out += cat(i == 0 ? "" : ",", value(depth - 1));
        }
        return out + "]";
    }

    std::mt19937_64 random_;
};

TEST(PayloadText, is_as_by_way_of_a_tree) {
    for (uint64_t seed = 1; seed <= 3000; ++seed) {
        SCOPED_TRACE(cat("seed ", seed));
        Texts texts(seed);
        const std::string text = texts.object(4);
        check(text);
        check(texts.broken(text));
        check(text + " ");
        check(text + "x");
        if (HasFatalFailure()) return;
    }
}

TEST(PayloadText, limits_are_those_of_trees) {
    for (const std::string_view text : {"", "1", "null", "\"a\"", "[]", "[{}]", "{}", " {} "}) {
        check(text);
    }
    for (const size_t more : {0u, 1u}) {
        const size_t depth = limits::payload_depth_max + more;
        std::string deep = "{\"a\":";
        deep += std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
        check(deep);
        EXPECT_EQ(encode_payload_text(deep, "p").ok(), more == 0);
    }
    // What another member takes the place of does not count.
    const std::string too_deep(limits::payload_depth_max, '[');
    const std::string closed(limits::payload_depth_max, ']');
    check(cat("{\"a\":", too_deep, closed, ",\"a\":1}"));
    check(cat("{\"a\":", too_deep, closed, ",\"b\":1}"));
    check(cat("{\"a\":", too_deep, ",\"b\":1}"));
    check(cat("{\"a\":[\"", std::string(limits::payload_bytes_max, 'x'), "\"],\"a\":1}"));
    check(std::string(limits::json_depth_max + 1, '['));
    check(cat("{\"a\":\"", std::string(limits::payload_bytes_max, 'x'), "\"}"));
    check(std::string_view("{}\0", 3));
}

// More members than a small container has, with offsets of each width.
TEST(PayloadText, many_members_are_sorted_and_the_last_of_equal_ones_stays) {
    for (const int count : {20, 300, 20'000}) {
        std::string text = "{";
        for (int i = 0; i < count; ++i) {
            text += cat(i == 0 ? "" : ",", "\"k", i * 7919 % (count * 3 / 4), "\":", i);
        }
        check(text + "}");
    }
}

}  // namespace
}  // namespace grape::base
