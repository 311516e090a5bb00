// Which log files die when shards let go of them, and that taking over agrees with it.
#include "core/engine/log_uses.h"

#include <gtest/gtest.h>

namespace grape::engine {
namespace {

using storage::ShardKey;

constexpr ShardKey kFirst{1, 0};
constexpr ShardKey kSecond{2, 0};
constexpr ShardKey kStranger{9, 0};

// File 10 has two users, file 11 has one.
void fill(LogUseTable& table) {
    table.add(10, kFirst);
    table.add(10, kSecond);
    table.add(11, kSecond);
}

// Does the change as a group does it; gives the files that die.
std::vector<uint64_t> change(LogUseTable& table, LogUseChange change) {
    change.dead = table.dead_after(change);
    std::vector<uint64_t> dead = change.dead;
    table.take_over(change);
    return dead;
}

TEST(LogUses, a_file_dies_with_its_last_user_alone) {
    LogUseTable table;
    fill(table);
    EXPECT_TRUE(change(table, {{{10, kFirst}}, {}, {}}).empty());
    EXPECT_EQ(table.all(), (LogUses{{10, {kSecond}}, {11, {kSecond}}}));
    EXPECT_EQ(change(table, {{{10, kSecond}}, {}, {}}), std::vector<uint64_t>{10});
    EXPECT_EQ(table.all(), (LogUses{{11, {kSecond}}}));
}

TEST(LogUses, several_users_may_let_go_of_several_files_at_once) {
    LogUseTable table;
    fill(table);
    const LogUseChange all{{{10, kFirst}, {10, kSecond}, {11, kSecond}}, {}, {}};
    EXPECT_EQ(change(table, all), (std::vector<uint64_t>{10, 11}));
    EXPECT_TRUE(table.all().empty());
}

TEST(LogUses, a_file_that_gets_a_new_user_lives_on) {
    LogUseTable table;
    fill(table);
    EXPECT_TRUE(change(table, {{{11, kSecond}}, {{11, {kFirst}}}, {}}).empty());
    EXPECT_EQ(table.all(), (LogUses{{10, {kFirst, kSecond}}, {11, {kFirst}}}));
}

TEST(LogUses, new_users_come_to_old_files_and_to_new_ones) {
    LogUseTable table;
    fill(table);
    EXPECT_TRUE(change(table, {{}, {{11, {kFirst}}, {12, {kFirst, kSecond}}}, {}}).empty());
    EXPECT_TRUE(table.has(11, kFirst));
    EXPECT_TRUE(table.has(11, kSecond));
    EXPECT_EQ(table.all().at(12), (std::set<ShardKey>{kFirst, kSecond}));
}

TEST(LogUses, the_oldest_file_is_told_of_when_there_are_too_many) {
    LogUseTable table;
    EXPECT_TRUE(table.oldest_users(0).empty());
    fill(table);
    EXPECT_TRUE(table.oldest_users(2).empty());
    EXPECT_EQ(table.oldest_users(1), (std::vector<ShardKey>{kFirst, kSecond}));
    EXPECT_EQ(table.files_of(kFirst), std::vector<uint64_t>{10});
    EXPECT_EQ(table.files_of(kSecond), (std::vector<uint64_t>{10, 11}));
    EXPECT_TRUE(table.files_of(kStranger).empty());
}

TEST(LogUses, who_does_not_use_a_file_lets_go_of_nothing) {
    LogUseTable table;
    fill(table);
    EXPECT_TRUE(change(table, {{{11, kStranger}, {13, kStranger}}, {}, {}}).empty());
    EXPECT_TRUE(table.has(11, kSecond));
    EXPECT_FALSE(table.has(13, kStranger));
}

}  // namespace
}  // namespace grape::engine
