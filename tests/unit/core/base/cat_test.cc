#include "core/base/cat.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace grape::base {
namespace {

TEST(Cat, joins_nothing_to_nothing) {
    EXPECT_EQ(cat(), "");
    EXPECT_EQ(cat("", std::string(), std::string_view()), "");
}

TEST(Cat, joins_text_characters_and_truth) {
    EXPECT_EQ(cat("a", std::string("b"), std::string_view("c"), 'd', true, '/', false),
              "abcdtrue/false");
}

TEST(Cat, writes_whole_numbers_in_full) {
    EXPECT_EQ(cat(INT64_MIN, ' ', UINT64_MAX, ' ', -1, ' ', uint8_t{200}, ' ', size_t{0}),
              "-9223372036854775808 18446744073709551615 -1 200 0");
}

TEST(Cat, writes_the_shortest_form_of_a_real_number) {
    EXPECT_EQ(cat(0.1, ' ', 0.5F, ' ', 1e300, ' ', -2.0), "0.1 0.5 1e+300 -2");
}

TEST(Cat, appends_in_place) {
    std::string out = "x";
    cat_append(out, 7);
    cat_append(out, "y");
    EXPECT_EQ(out, "x7y");
}

}  // namespace
}  // namespace grape::base
