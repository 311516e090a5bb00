#include "core/base/chunked_bitset.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "core/base/radix.h"

namespace grape::base {
namespace {

TEST(ChunkedBitset, is_empty_at_first) {
    const ChunkedBitset bits;
    EXPECT_TRUE(bits.empty());
    EXPECT_EQ(bits.count(), 0u);
    EXPECT_FALSE(bits.test(0));
    EXPECT_FALSE(bits.test(UINT32_MAX));
}

TEST(ChunkedBitset, counts_each_bit_once) {
    ChunkedBitset bits;
    const uint64_t edit = next_edit();
    for (const uint32_t bit : {0u, 63u, 64u, 32767u, 32768u, 1'000'000u}) {
        EXPECT_TRUE(bits.set(bit, edit));
        EXPECT_FALSE(bits.set(bit, edit));
        EXPECT_FALSE(bits.set(bit, next_edit()));
        EXPECT_TRUE(bits.test(bit));
    }
    EXPECT_EQ(bits.count(), 6u);
    EXPECT_FALSE(bits.test(1));
    EXPECT_FALSE(bits.test(32769));
}

TEST(ChunkedBitset, every_version_stays_as_it_was) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        std::vector<std::pair<ChunkedBitset, std::set<uint32_t>>> versions(1);
        for (int round = 0; round < 20; ++round) {
            auto [bits, expected] = versions[random() % versions.size()];
            const uint64_t edit = next_edit();
            for (int i = 0; i < 50; ++i) {
                const auto bit = static_cast<uint32_t>(random() % 100'000);
                ASSERT_EQ(bits.set(bit, edit), expected.insert(bit).second);
            }
            versions.emplace_back(std::move(bits), std::move(expected));
        }
        for (const auto& [bits, expected] : versions) {
            ASSERT_EQ(bits.count(), expected.size());
            for (uint32_t bit = 0; bit < 100'000; bit += 7) {
                ASSERT_EQ(bits.test(bit), expected.contains(bit));
            }
            for (const uint32_t bit : expected) ASSERT_TRUE(bits.test(bit));
        }
    }
}

}  // namespace
}  // namespace grape::base
