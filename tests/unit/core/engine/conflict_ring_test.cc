#include "core/engine/conflict_ring.h"

#include <gtest/gtest.h>

namespace grape::engine {
namespace {

using base::PointId;

CommitChanges change(uint64_t commit, std::initializer_list<uint64_t> ids) {
    CommitChanges out{commit, {{1, false, {}}}};
    for (const uint64_t id : ids) out.parts[0].ids.push_back(PointId::number(id));
    return out;
}

// The commits of a list: "3 4 ", or the error's name.
std::string commits(const base::Result<CommitList>& list) {
    if (!list.ok()) return list.status().to_string().substr(0, 13);
    std::string out;
    for (const auto& each : *list) out += base::cat(each->commit, " ");
    return out;
}

TEST(ConflictRing, without_transactions_nothing_is_kept) {
    ConflictRing ring({});
    ring.add(change(1, {7}));
    ring.trim(1);
    EXPECT_EQ(commits(ring.between(0, 1)), "GRAPE_E_RETRY");
    EXPECT_EQ(commits(ring.between(1, 1)), "");
}

TEST(ConflictRing, commits_after_the_oldest_view_are_kept) {
    ConflictRing ring({});
    ring.add(change(1, {1}));
    ring.enter();
    ring.stay(1);
    for (uint64_t commit = 2; commit <= 5; ++commit) {
        ring.add(change(commit, {commit}));
        ring.trim(commit);
    }
    EXPECT_EQ(commits(ring.between(1, 5)), "2 3 4 5 ");
    EXPECT_EQ(commits(ring.between(2, 4)), "3 4 ");
    ring.enter();
    ring.stay(4);
    ring.leave(1);
    ring.trim(5);
    EXPECT_EQ(commits(ring.between(4, 5)), "5 ");
    EXPECT_EQ(commits(ring.between(3, 5)), "GRAPE_E_RETRY");
}

// Between its two steps a transaction may get a view that is older than the last commit.
TEST(ConflictRing, nothing_is_forgotten_while_a_transaction_takes_its_view) {
    ConflictRing ring({});
    ring.add(change(1, {1}));
    ring.enter();
    ring.trim(1);
    ring.add(change(2, {2}));
    ring.trim(2);
    ring.stay(0);
    ring.trim(2);
    EXPECT_EQ(commits(ring.between(0, 2)), "1 2 ");
}

TEST(ConflictRing, a_commit_that_is_not_seen_yet_is_kept) {
    ConflictRing ring({});
    ring.add(change(1, {1}));
    ring.add(change(2, {2}));
    ring.trim(1);
    EXPECT_EQ(commits(ring.between(1, 2)), "2 ");
}

TEST(ConflictRing, a_number_that_is_given_again_replaces_the_commit_that_failed) {
    ConflictRing ring({});
    ring.enter();
    ring.stay(0);
    ring.add(change(1, {1}));
    ring.add(change(2, {22}));
    ring.add(change(3, {33}));
    ring.add(change(2, {2}));
    const auto list = ring.between(0, 3);
    EXPECT_EQ(commits(list), "1 2 ");
    EXPECT_EQ(list->back()->parts[0].ids[0], PointId::number(2));
}

TEST(ConflictRing, bounds_make_older_transactions_run_again) {
    ConflictRing::Limits limits;
    limits.commits_max = 3;
    limits.ids_max = 5;
    ConflictRing by_commits(limits), by_ids(limits);
    for (ConflictRing* ring : {&by_commits, &by_ids}) {
        ring->enter();
        ring->stay(0);
    }
    for (uint64_t commit = 1; commit <= 4; ++commit) by_commits.add(change(commit, {commit}));
    EXPECT_EQ(commits(by_commits.between(0, 4)), "GRAPE_E_RETRY");
    EXPECT_EQ(commits(by_commits.between(1, 4)), "2 3 4 ");
    by_ids.add(change(1, {1, 2, 3}));
    by_ids.add(change(2, {4, 5, 6}));
    EXPECT_EQ(commits(by_ids.between(1, 2)), "2 ");
    EXPECT_EQ(commits(by_ids.between(0, 2)), "GRAPE_E_RETRY");
}

}  // namespace
}  // namespace grape::engine
