#include "core/index/field/bitset_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace grape::index {
namespace {

std::shared_ptr<const RowBitset> rows(uint32_t row) {
    RowBitset out(8192);  // 1 KiB
    out.set(row);
    return std::make_shared<const RowBitset>(std::move(out));
}

TEST(BitsetCache, finds_what_was_put_by_run_and_lookup) {
    BitsetCache cache(1u << 20);
    cache.insert(1, "a", rows(1));
    cache.insert(1, "b", rows(2));
    cache.insert(2, "a", rows(3));
    ASSERT_NE(cache.find(1, "a"), nullptr);
    EXPECT_TRUE(cache.find(1, "a")->test(1));
    EXPECT_TRUE(cache.find(1, "b")->test(2));
    EXPECT_TRUE(cache.find(2, "a")->test(3));
    EXPECT_EQ(cache.find(2, "b"), nullptr);
    cache.insert(1, "a", rows(9));
    EXPECT_TRUE(cache.find(1, "a")->test(1));
}

TEST(BitsetCache, drops_what_was_used_longest_ago) {
    BitsetCache cache(4000);
    cache.insert(1, "a", rows(1));
    cache.insert(1, "b", rows(2));
    cache.insert(1, "c", rows(3));
    EXPECT_LE(cache.bytes(), 4000u);
    ASSERT_NE(cache.find(1, "a"), nullptr);
    cache.insert(1, "d", rows(4));
    EXPECT_NE(cache.find(1, "a"), nullptr);
    EXPECT_EQ(cache.find(1, "b"), nullptr);
    EXPECT_LE(cache.bytes(), 4000u);
}

TEST(BitsetCache, keeps_out_what_is_larger_than_itself) {
    BitsetCache cache(1000);
    cache.insert(1, "a", rows(1));
    EXPECT_EQ(cache.find(1, "a"), nullptr);
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(BitsetCache, forgets_a_run) {
    BitsetCache cache(1u << 20);
    for (const char* lookup : {"a", "b", "c"}) {
        cache.insert(1, lookup, rows(1));
        cache.insert(2, lookup, rows(2));
    }
    const size_t before = cache.bytes();
    const auto held = cache.find(1, "a");
    cache.forget(1);
    EXPECT_EQ(cache.bytes(), before / 2);
    EXPECT_EQ(cache.find(1, "a"), nullptr);
    EXPECT_NE(cache.find(2, "c"), nullptr);
    EXPECT_TRUE(held->test(1));
}

TEST(BitsetCache, may_be_used_by_many_threads) {
    BitsetCache cache(20000);
    std::vector<std::thread> threads;
    for (uint32_t thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&cache, thread] {
            for (uint32_t i = 0; i < 2000; ++i) {
                const uint32_t row = (i * 7 + thread) % 40;
                const std::string lookup = std::to_string(row);
                if (const auto found = cache.find(row % 3, lookup); found != nullptr) {
                    EXPECT_TRUE(found->test(row));
                } else {
                    cache.insert(row % 3, lookup, rows(row));
                }
                if (i % 500 == 0) cache.forget(thread % 3);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_LE(cache.bytes(), 20000u);
}

}  // namespace
}  // namespace grape::index
