// Numbers in byte strings, and what ByteReader does with bytes that lie about their length.
#include "core/base/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace grape::base {
namespace {

using std::literals::string_view_literals::operator""sv;

std::string varint(uint64_t value) {
    std::string out;
    append_varint(out, value);
    return out;
}

TEST(Bytes, little_endian_numbers_have_their_low_byte_first) {
    std::string out;
    append_le<uint16_t>(out, 0x0102);
    append_le<uint32_t>(out, 0x03040506);
    append_le<uint64_t>(out, 0x0708090a0b0c0d0e);
    EXPECT_EQ(out, "\x02\x01\x06\x05\x04\x03\x0e\x0d\x0c\x0b\x0a\x09\x08\x07"sv);
}

TEST(Bytes, big_endian_numbers_sort_as_their_bytes_do) {
    constexpr std::array<uint64_t, 7> values = {0,        1,          0xff,      0x100,
                                                1u << 31, 1ull << 32, UINT64_MAX};
    std::string before;
    for (const uint64_t value : values) {
        std::string key;
        append_be(key, value);
        EXPECT_EQ(load_be<uint64_t>(key.data()), value);
        EXPECT_TRUE(before.empty() || before < key) << value;
        before = key;
    }
}

TEST(Bytes, loads_and_stores_at_any_address) {
    std::array<char, 16> raw{};
    for (size_t offset = 0; offset < 8; ++offset) {
        store_le<uint64_t>(raw.data() + offset, 0x1122334455667788);
        EXPECT_EQ(load_le<uint64_t>(raw.data() + offset), 0x1122334455667788u) << offset;
    }
}

TEST(ByteReader, reads_back_what_was_appended) {
    std::string data;
    append_le<uint8_t>(data, 7);
    append_be<uint32_t>(data, 0xdeadbeef);
    append_varint(data, 300);
    data += "tail";
    ByteReader in(data);
    EXPECT_EQ(in.le<uint8_t>(), 7);
    EXPECT_EQ(in.be<uint32_t>(), 0xdeadbeefu);
    EXPECT_EQ(in.varint(), 300u);
    EXPECT_EQ(in.bytes(2), "ta");
    EXPECT_FALSE(in.done());
    EXPECT_EQ(in.rest(), "il");
    EXPECT_TRUE(in.done());
}

TEST(ByteReader, a_short_read_fails_for_good_and_gives_zeros) {
    ByteReader in("\x01\x02\x03"sv);
    EXPECT_EQ(in.le<uint32_t>(), 0u);
    EXPECT_FALSE(in.ok());
    // Three bytes are there, but nobody knows any more what they mean.
    EXPECT_EQ(in.le<uint8_t>(), 0u);
    EXPECT_EQ(in.bytes(1), "");
    EXPECT_EQ(in.varint(), 0u);
    EXPECT_FALSE(in.done());
}

TEST(ByteReader, a_huge_length_does_not_wrap_around) {
    ByteReader in("abc"sv);
    EXPECT_EQ(in.bytes(1), "a");
    EXPECT_EQ(in.bytes(std::numeric_limits<size_t>::max()), "");
    EXPECT_FALSE(in.ok());
}

TEST(ByteReader, nothing_is_left_of_an_empty_string) {
    ByteReader in(""sv);
    EXPECT_TRUE(in.done());
    EXPECT_EQ(in.bytes(0), "");
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.le<uint8_t>(), 0);
    EXPECT_FALSE(in.ok());
}

TEST(Varint, every_length_survives) {
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (const uint64_t value : {uint64_t{1} << bit, (uint64_t{1} << bit) - 1}) {
            const std::string data = varint(value);
            EXPECT_LE(data.size(), 10u);
            ByteReader in(data);
            EXPECT_EQ(in.varint(), value);
            EXPECT_TRUE(in.done());
        }
    }
    EXPECT_EQ(varint(UINT64_MAX).size(), 10u);
    EXPECT_EQ(varint(127).size(), 1u);
    EXPECT_EQ(varint(128).size(), 2u);
}

TEST(Varint, cut_anywhere_it_fails) {
    const std::string data = varint(UINT64_MAX);
    for (size_t size = 0; size < data.size(); ++size) {
        ByteReader in(std::string_view(data).substr(0, size));
        EXPECT_EQ(in.varint(), 0u) << size;
        EXPECT_FALSE(in.ok()) << size;
    }
}

TEST(Varint, more_than_64_bits_fail) {
    // The tenth byte has one bit of room; an eleventh byte has none.
    const std::vector<std::string_view> hostile = {
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"sv,
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,
        "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"sv,
    };
    for (const std::string_view data : hostile) {
        ByteReader in(data);
        EXPECT_EQ(in.varint(), 0u);
        EXPECT_FALSE(in.ok());
    }
}

TEST(ByteReader, random_bytes_are_never_read_past_their_end) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
        // Exactly sized, so that AddressSanitizer sees one byte too many.
        std::vector<char> data(random() % 24);
        for (char& byte : data) byte = static_cast<char>(random());
        ByteReader in(std::string_view(data.data(), data.size()));
        while (in.ok() && !in.at_end()) {
            switch (random() % 4) {
                case 0:
                    in.varint();
                    break;
                case 1:
                    in.le<uint32_t>();
                    break;
                case 2:
                    in.be<uint16_t>();
                    break;
                default:
                    in.bytes(in.varint());
            }
            ASSERT_LE(in.position(), data.size());
        }
    }
}

}  // namespace
}  // namespace grape::base
