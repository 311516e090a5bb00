#include "core/base/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace grape::base {
namespace {

// The values of the reference implementation, which stand in every file: they never change.
TEST(Checksum, is_xxh3_of_64_bits) {
    EXPECT_EQ(checksum(""), 0x2d06800538d394c2ull);
    EXPECT_EQ(checksum("a"), 0xe6c632b61e964e1full);
    EXPECT_EQ(checksum("abc"), 0x78af5f94892f3950ull);
}

TEST(Checksum, depends_on_the_seed_and_on_every_bit) {
    EXPECT_NE(checksum("abc", 1), checksum("abc", 2));
    std::string text(300, 'x');
    const uint64_t before = checksum(text);
    for (size_t bit = 0; bit < text.size() * 8; ++bit) {
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << (bit % 8));
        ASSERT_NE(checksum(text), before) << bit;
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << (bit % 8));
    }
    EXPECT_EQ(checksum(text), before);
}

}  // namespace
}  // namespace grape::base
