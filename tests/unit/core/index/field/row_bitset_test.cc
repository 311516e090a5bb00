#include "core/index/field/row_bitset.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace grape::index {
namespace {

RowBitset bitset_of(const std::set<uint32_t>& rows, uint32_t size) {
    RowBitset out(size);
    for (const uint32_t row : rows) out.set(row);
    return out;
}

std::set<uint32_t> rows_of(const RowBitset& bitset) {
    std::set<uint32_t> out;
    bitset.for_each([&](uint32_t row) { out.insert(row); });
    return out;
}

TEST(RowBitset, ignores_rows_beyond_its_size) {
    RowBitset bitset(70);
    const uint32_t rows[] = {0, 63, 64, 69, 70, 127, 128, UINT32_MAX};
    bitset.set(rows);
    EXPECT_EQ(rows_of(bitset), (std::set<uint32_t>{0, 63, 64, 69}));
    EXPECT_FALSE(bitset.test(70));
    EXPECT_FALSE(bitset.test(UINT32_MAX));
    bitset.clear(UINT32_MAX);
    EXPECT_EQ(bitset.count(), 4u);
}

TEST(RowBitset, keeps_bits_beyond_its_size_zero) {
    RowBitset bitset(70);
    bitset.set_all();
    EXPECT_EQ(bitset.count(), 70u);
    bitset.resize(130);
    EXPECT_EQ(bitset.count(), 70u);
    bitset.invert();
    EXPECT_EQ(bitset.count(), 60u);
    bitset.resize(71);
    EXPECT_EQ(bitset.count(), 1u);
    bitset.or_with(RowBitset(1000));
    RowBitset all(1000);
    all.set_all();
    bitset.or_with(all);
    EXPECT_EQ(bitset.count(), 71u);
    bitset.clear_all();
    EXPECT_FALSE(bitset.any());
}

TEST(RowBitset, finds_the_next_row) {
    const RowBitset bitset = bitset_of({3, 64, 200}, 300);
    EXPECT_EQ(bitset.next(0), 3u);
    EXPECT_EQ(bitset.next(3), 3u);
    EXPECT_EQ(bitset.next(4), 64u);
    EXPECT_EQ(bitset.next(65), 200u);
    EXPECT_EQ(bitset.next(201), 300u);
    EXPECT_EQ(bitset.next(UINT32_MAX), 300u);
    EXPECT_EQ(RowBitset().next(0), 0u);
}

TEST(RowBitset, combines_sets_of_any_sizes) {
    const uint64_t seed = 20261121;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 200; ++round) {
        const auto size_a = static_cast<uint32_t>(random() % 300);
        const auto size_b = static_cast<uint32_t>(random() % 300);
        std::set<uint32_t> a, b;
        for (uint32_t row = 0; row < size_a; ++row)
            if (random() % 3 == 0) a.insert(row);
        for (uint32_t row = 0; row < size_b; ++row)
            if (random() % 2 == 0) b.insert(row);
        std::set<uint32_t> both, either = a, without;
        for (const uint32_t row : a) (b.contains(row) ? both : without).insert(row);
        for (const uint32_t row : b)
            if (row < size_a) either.insert(row);
        const RowBitset other = bitset_of(b, size_b);
        RowBitset result = bitset_of(a, size_a);
        EXPECT_EQ(result.count_and(other), both.size());
        result.and_with(other);
        EXPECT_EQ(rows_of(result), both);
        result = bitset_of(a, size_a);
        result.or_with(other);
        EXPECT_EQ(rows_of(result), either);
        result = bitset_of(a, size_a);
        result.and_not(other);
        EXPECT_EQ(rows_of(result), without);
        EXPECT_EQ(result.any(), !without.empty());
    }
}

TEST(RowBitset, adds_what_is_in_both_of_two_sets) {
    RowBitset out = bitset_of({1}, 70);
    out.or_with_both(bitset_of({2, 65, 69, 100}, 130), bitset_of({3, 65, 100}, 200));
    EXPECT_EQ(rows_of(out), (std::set<uint32_t>{1, 65}));
    out.or_with_both(bitset_of({2}, 10), bitset_of({2, 65}, 70));
    EXPECT_EQ(rows_of(out), (std::set<uint32_t>{1, 2, 65}));
}

}  // namespace
}  // namespace grape::index
