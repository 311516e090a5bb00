// Well-formed UTF-8, compared over all sequences of up to three bytes with a decoder that is
// written the other way round: it decodes first and judges the code point afterwards.
#include "core/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace grape::base {
namespace {

using std::literals::string_view_literals::operator""sv;

// The length that the first byte announces; 0 for a byte that cannot be first.
size_t announced_length(uint8_t first) {
    if (first < 0x80) return 1;
    if (first >> 5 == 0b110) return 2;
    if (first >> 4 == 0b1110) return 3;
    if (first >> 3 == 0b11110) return 4;
    return 0;
}

// Decodes one character in front of `text`; its length, or 0 when it is malformed.
size_t decode_one(std::string_view text) {
    const auto first = static_cast<uint8_t>(text[0]);
    const size_t length = announced_length(first);
    if (length == 0 || length > text.size()) return 0;
    uint32_t point = length == 1 ? first : first & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<uint8_t>(text[i]);
        if (byte >> 6 != 0b10) return 0;
        point = point << 6 | (byte & 0x3f);
    }
    const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < smallest[length] || surrogate || point > 0x10ffff ? 0 : length;
}

bool reference(std::string_view text) {
    while (!text.empty()) {
        const size_t length = decode_one(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

TEST(Utf8, agrees_with_a_decoder_on_all_one_and_two_byte_strings) {
    for (uint32_t value = 0; value < 0x10000; ++value) {
        const char raw[2] = {static_cast<char>(value >> 8), static_cast<char>(value)};
        const std::string_view two(raw, 2);
        ASSERT_EQ(is_utf8(two), reference(two)) << std::hex << value;
        ASSERT_EQ(is_utf8(two.substr(0, 1)), reference(two.substr(0, 1))) << std::hex << value;
    }
}

TEST(Utf8, agrees_with_a_decoder_on_all_three_byte_strings) {
    for (uint32_t value = 0; value < 0x1000000; ++value) {
        const char raw[3] = {static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                             static_cast<char>(value)};
        const std::string_view three(raw, 3);
        ASSERT_EQ(is_utf8(three), reference(three)) << std::hex << value;
    }
}

TEST(Utf8, agrees_with_a_decoder_at_the_boundaries_of_four_bytes) {
    constexpr uint8_t firsts[] = {0xe0, 0xed, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff};
    constexpr uint8_t tails[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (const uint8_t a : firsts) {
        for (const uint8_t b : tails) {
            for (const uint8_t c : tails) {
                for (const uint8_t d : tails) {
                    const char raw[4] = {static_cast<char>(a), static_cast<char>(b),
                                         static_cast<char>(c), static_cast<char>(d)};
                    const std::string_view four(raw, 4);
                    ASSERT_EQ(is_utf8(four), reference(four)) << testing::PrintToString(four);
                }
            }
        }
    }
}

TEST(Utf8, accepts_text_of_every_length_and_nul) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("grape"));
    EXPECT_TRUE(is_utf8("\0a\0"sv));
    EXPECT_TRUE(is_utf8("a\u00e9\u20ac\U0001f347z"));
    EXPECT_TRUE(is_utf8("\U0010ffff"));
}

TEST(Utf8, refuses_what_rfc_3629_refuses) {
    EXPECT_FALSE(is_utf8("\xc0\x80"));          // NUL in two bytes
    EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // a slash in three
    EXPECT_FALSE(is_utf8("\xf0\x80\x80\xaf"));  // a slash in four
    EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
    EXPECT_FALSE(is_utf8("good\x80"));          // a tail without a head
    EXPECT_FALSE(is_utf8("cut\xe2\x82"));       // a head without its tail
}

}  // namespace
}  // namespace grape::base
