#include "storage/key_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/base/bytes.h"

namespace grape::storage {
namespace {

constexpr ShardKey kShard{3, 1};

TEST(KeyFormat, keys_are_read_back) {
    for (const uint64_t commit : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 40, UINT64_MAX}) {
        for (const uint32_t row : {0u, 1u, 0xFFFF'FFFFu}) {
            const auto point = parse_point_key(point_key(kShard, row, commit));
            ASSERT_TRUE(point.has_value());
            EXPECT_EQ(point->row, row);
            EXPECT_EQ(point->commit, commit);
            const auto pending = parse_pending_key(pending_key(kShard, 7, row, commit));
            ASSERT_TRUE(pending.has_value());
            EXPECT_EQ(pending->vector, 7u);
            EXPECT_EQ(pending->row, row);
            EXPECT_EQ(pending->commit, commit);
            const auto run = parse_run_key(run_key(kShard, row, commit));
            ASSERT_TRUE(run.has_value());
            EXPECT_EQ(run->shard, kShard);
            EXPECT_EQ(run->index, row);
            EXPECT_EQ(run->sequence, commit);
        }
        EXPECT_EQ(parse_commit_key(commit_key(commit)), commit);
        EXPECT_EQ(parse_log_key(log_key(commit)), commit);
    }
    EXPECT_EQ(parse_catalogue_number(collection_key(17)), 17u);
    EXPECT_EQ(parse_catalogue_number(dropped_key(17)), 17u);
    EXPECT_EQ(alias_of_key(alias_key("words")), "words");
    EXPECT_EQ(id_of_key(id_key(kShard, base::PointId::number(5))),
              (std::string_view{"\x01\0\0\0\0\0\0\0\x05", 9}));
}

TEST(KeyFormat, keys_sort_by_their_fields) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const auto row_a = static_cast<uint32_t>(random() >> (random() % 64));
        const auto row_b = static_cast<uint32_t>(random() >> (random() % 64));
        const uint64_t commit_a = random() >> (random() % 64);
        const uint64_t commit_b = random() >> (random() % 64);
        const auto fields_a = std::pair(row_a, commit_a);
        const auto fields_b = std::pair(row_b, commit_b);
        ASSERT_EQ(point_key(kShard, row_a, commit_a) < point_key(kShard, row_b, commit_b),
                  fields_a < fields_b);
        ASSERT_EQ(pending_key(kShard, 1, row_a, commit_a) < pending_key(kShard, 1, row_b, commit_b),
                  fields_a < fields_b);
        ASSERT_EQ(commit_key(commit_a) < commit_key(commit_b), commit_a < commit_b);
    }
}

TEST(KeyFormat, a_shard_is_one_prefix) {
    const std::string prefix = shard_prefix(Tree::points, kShard);
    EXPECT_TRUE(point_key(kShard, 9, 9).starts_with(prefix));
    EXPECT_TRUE(point_key(kShard, 9, 9).starts_with(point_row_prefix(kShard, 9)));
    for (const ShardKey other : {ShardKey{3, 0}, ShardKey{2, 1}, ShardKey{0x0300, 1}}) {
        EXPECT_FALSE(point_key(other, 9, 9).starts_with(prefix));
    }
    EXPECT_TRUE(pending_key(kShard, 2, 9, 1).starts_with(pending_row_prefix(kShard, 2, 9)));
    EXPECT_TRUE(pending_key(kShard, 2, 9, 1).starts_with(pending_vector_prefix(kShard, 2)));
}

// No key is another tree's key, and none has another as its prefix where a scan would meet it.
TEST(KeyFormat, trees_are_apart) {
    std::vector<std::string> prefixes;
    for (const Tree tree : {Tree::catalogue, Tree::commits, Tree::ids, Tree::keys, Tree::logs,
                            Tree::points, Tree::runs, Tree::pending, Tree::intent}) {
        prefixes.push_back(tree_prefix(tree));
    }
    std::sort(prefixes.begin(), prefixes.end());
    EXPECT_EQ(std::adjacent_find(prefixes.begin(), prefixes.end()), prefixes.end());
    EXPECT_FALSE(alias_key("x").starts_with(collection_prefix()));
    EXPECT_FALSE(dropped_key(1).starts_with(collection_prefix()));
    EXPECT_FALSE(settings_key().starts_with(collection_prefix()));
}

TEST(KeyFormat, malformed_keys_are_not_parsed) {
    const std::string point = point_key(kShard, 1, 2);
    for (size_t size = 0; size < point.size(); ++size) {
        EXPECT_FALSE(parse_point_key(point.substr(0, size)).has_value()) << size;
    }
    EXPECT_FALSE(parse_point_key(point + "x").has_value());
    EXPECT_FALSE(parse_pending_key(point).has_value());
    EXPECT_FALSE(parse_run_key(point).has_value());
    EXPECT_FALSE(parse_commit_key(log_key(1)).has_value());
    EXPECT_FALSE(parse_log_key(commit_key(1)).has_value());
    EXPECT_FALSE(parse_catalogue_number("cc\0\0\0").has_value());
    EXPECT_FALSE(parse_catalogue_number("").has_value());
    EXPECT_EQ(id_of_key("i\0\0"), "");
}

}  // namespace
}  // namespace grape::storage
