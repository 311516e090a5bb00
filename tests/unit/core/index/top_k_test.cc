#include "core/index/top_k.h"

#include "tests/unit/core/index/index_fixture.h"

namespace grape::index {
namespace {

std::vector<std::pair<float, uint32_t>> taken(TopK& top) {
    std::vector<std::pair<float, uint32_t>> out;
    for (const Candidate& each : top.take()) out.emplace_back(each.key, each.row);
    return out;
}
using Pairs = std::vector<std::pair<float, uint32_t>>;

TEST(TopK, keeps_the_k_nearest_in_order) {
    const RowNumbers order;
    TopK top(3, order);
    for (const float key : {5.0F, 1.0F, 4.0F, 2.0F, 3.0F}) {
        top.offer({key, static_cast<uint32_t>(key)});
    }
    EXPECT_EQ(taken(top), (Pairs{{1, 1}, {2, 2}, {3, 3}}));
}

TEST(TopK, gives_fewer_when_there_are_fewer) {
    const RowNumbers order;
    TopK top(10, order);
    top.offer({2, 7});
    EXPECT_EQ(top.bound(), std::numeric_limits<float>::max());
    EXPECT_EQ(taken(top), (Pairs{{2, 7}}));
}

TEST(TopK, takes_nothing_when_k_is_0) {
    const RowNumbers order;
    TopK top(0, order);
    top.offer({1, 1});
    EXPECT_TRUE(taken(top).empty());
}

TEST(TopK, ties_go_to_the_one_that_comes_first) {
    for (const bool descending : {false, true}) {
        const RowNumbers order(descending);
        TopK top(2, order);
        for (const uint32_t row : {5u, 9u, 1u, 7u}) top.offer({1, row});
        EXPECT_EQ(taken(top), descending ? (Pairs{{1, 9}, {1, 7}}) : (Pairs{{1, 1}, {1, 5}}));
    }
}

TEST(TopK, its_bound_is_the_worst_that_it_keeps) {
    const RowNumbers order;
    TopK top(2, order);
    top.offer({5, 1});
    top.offer({3, 2});
    EXPECT_EQ(top.bound(), 5.0F);
    top.offer({1, 3});
    EXPECT_EQ(top.bound(), 3.0F);
    // As near as the bound: the smaller row gets in.
    top.offer({3, 0});
    EXPECT_EQ(taken(top), (Pairs{{1, 3}, {3, 0}}));
}

TEST(TopK, leaves_out_what_is_beyond_a_threshold) {
    const RowNumbers order;
    TopK top(5, order);
    top.limit_bound(2);
    top.limit_bound(3);  // a bound only shrinks
    for (const float key : {1.0F, 2.0F, 2.5F, 3.0F}) top.offer({key, 1});
    EXPECT_EQ(taken(top), (Pairs{{1, 1}, {2, 1}}));
}

TEST(TopK, agrees_with_sorting) {
    for (uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const RowNumbers order;
        const size_t k = random() % 30;
        TopK top(k, order);
        Pairs all;
        for (uint32_t row = 0, count = static_cast<uint32_t>(random() % 100); row < count; ++row) {
            const auto key = static_cast<float>(random() % 10);
            all.emplace_back(key, row);
        }
        std::shuffle(all.begin(), all.end(), random);
        for (const auto& [key, row] : all) top.offer({key, row});
        std::sort(all.begin(), all.end());
        all.resize(std::min(all.size(), k));
        ASSERT_EQ(taken(top), all);
    }
}

}  // namespace
}  // namespace grape::index
