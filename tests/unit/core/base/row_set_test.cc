#include "core/base/row_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/base/bytes.h"

namespace grape::base {
namespace {

using Rows = std::vector<uint32_t>;

Rows round_trip(const Rows& rows) {
    const auto decoded = decode_row_set(encode_row_set(rows));
    EXPECT_TRUE(decoded.ok()) << decoded.status().to_string();
    return decoded.ok() ? *decoded : Rows();
}

Rows sorted(Rows rows) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

Code code_of(std::string_view encoded) {
    return decode_row_set(encoded).status().code();
}

TEST(RowSet, of_no_rows_is_no_bytes) {
    EXPECT_EQ(encode_row_set({}), "");
    EXPECT_TRUE(round_trip({}).empty());
}

TEST(RowSet, is_sorted_and_has_each_row_once) {
    EXPECT_EQ(round_trip({5, 3, 5, 3, 4}), (Rows{3, 4, 5}));
}

TEST(RowSet, survives_at_the_edges_of_chunks) {
    const Rows rows = {0, 32767, 32768, 65535, 65536, 0xFFFF'FFFE, 0xFFFF'FFFF};
    EXPECT_EQ(round_trip(rows), rows);
}

TEST(RowSet, survives_whatever_is_in_it) {
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        Rows rows(random() % 3000);
        const uint64_t range = random() % 2 == 0 ? 5000 : uint64_t{1} << 32;
        for (uint32_t& row : rows) row = static_cast<uint32_t>(random() % range);
        ASSERT_EQ(round_trip(rows), sorted(rows));
    }
}

TEST(RowSet, a_range_takes_a_few_bytes) {
    Rows rows(32768);
    for (uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    EXPECT_LE(encode_row_set(rows).size(), 8u);
    EXPECT_EQ(round_trip(rows), rows);
}

TEST(RowSet, never_takes_more_than_a_bitmap) {
    Rows rows;
    for (uint32_t row = 0; row < 1'000'000; row += 2) rows.push_back(row);
    EXPECT_LT(encode_row_set(rows).size(), 128'000u);
    EXPECT_EQ(round_trip(rows), rows);
}

TEST(RowSet, equal_sets_have_equal_bytes) {
    EXPECT_EQ(encode_row_set({1, 2, 3, 70000}), encode_row_set({70000, 3, 2, 1, 2}));
}

TEST(RowSet, refuses_malformed_bytes) {
    const std::string good = encode_row_set({0, 1, 2, 7, 70000});
    for (size_t size = 1; size < good.size(); ++size) {
        // Cut behind a chunk it is a smaller set.
        const bool whole = size == 7;
        EXPECT_EQ(code_of(good.substr(0, size)), whole ? Code::ok : Code::corrupt) << size;
    }
    const std::string bad[] = {
        {"\x00\x03\x02\x00\x01", 5},          // a kind that is none
        {"\x00\x01\x02\x00\x00", 5},          // an empty run
        {"\x00\x01\x01\x00", 4},              // half a run
        {"\x00\x02\x01\x00", 4},              // a bitmap of one byte
        {"\x00\x01\x04\xff\xff\x01\x02", 7},  // over the edge of its chunk
        {"\x80\x80\x08\x01\x02\x00\x01", 7},  // chunk 131072: beyond u32
        {"\x00\x01\x02\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x02\x00\x01", 19},
    };
    for (const std::string& each : bad) {
        EXPECT_EQ(code_of(each), Code::corrupt) << each.size();
    }
}

TEST(RowSet, stands_any_bytes) {
    for (uint64_t seed = 1; seed <= 3000; ++seed) {
        std::mt19937_64 random(seed);
        std::string bytes(random() % 40, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random() % (seed % 2 == 0 ? 4 : 256));
        const auto rows = decode_row_set(bytes);
        if (!rows.ok()) continue;
        ASSERT_TRUE(std::is_sorted(rows->begin(), rows->end())) << seed;
        ASSERT_EQ(std::adjacent_find(rows->begin(), rows->end()), rows->end()) << seed;
    }
}

}  // namespace
}  // namespace grape::base
