#include "core/engine/purge.h"

#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

using storage::Tree;

// Steps until nothing is left to do now.
size_t purge_all(EngineParts& parts) {
    constexpr size_t kStepsMax = 100'000;
    for (size_t steps = 0; steps < kStepsMax; ++steps) {
        parts.services().views.reclaim();
        const auto done = parts.purge->step();
        EXPECT_TRUE(done.ok()) << done.status().to_string();
        if (!done.ok() || !*done) return steps;
    }
    ADD_FAILURE() << "purging never ends";
    return kStepsMax;
}

TEST(PurgeItem, names_what_a_commit_superseded) {
    storage::ShardChange change;
    change.shard = {1, 0};
    change.inserted = {9, 5};
    change.put = {3, 2};
    change.vectors = {2, 5, 7};
    change.deleted = {8};
    const PurgeItem item = PurgeItem::from(4, change, 2);
    EXPECT_EQ(item.replaced, (std::vector<uint32_t>{2, 3, 7}));
    EXPECT_EQ(item.deleted, (std::vector<uint32_t>{8}));
    EXPECT_EQ(item.commit, 4u);
    EXPECT_FALSE(item.empty());
    storage::ShardChange inserts;
    inserts.inserted = {1, 2};
    inserts.vectors = {2, 1};
    EXPECT_TRUE(PurgeItem::from(5, inserts, 1).empty());
}

TEST(Purge, removes_superseded_keys) {
    EngineParts parts;
    for (int round = 0; round < 3; ++round) ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    EXPECT_EQ(parts.keys(Tree::points), 30u);
    EXPECT_EQ(parts.keys(Tree::pending), 30u);
    EXPECT_EQ(purge_all(parts), 2u);
    EXPECT_EQ(parts.keys(Tree::points), 10u);
    EXPECT_EQ(parts.keys(Tree::pending), 10u);
    EXPECT_EQ(parts.keys(Tree::ids), 10u);
    EXPECT_EQ(parts.purge->rows_purged(), 20u);
    EXPECT_EQ(parts.vectors().size(), 10u);
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 10u);
    purge_all(parts);  // the records say it again, and there is nothing left to remove
    EXPECT_EQ(parts.keys(Tree::points), 10u);
}

TEST(Purge, removes_everything_of_deleted_points) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    ASSERT_TRUE(parts.run(deletion("points", 2, 5)).ok());
    ASSERT_TRUE(parts.run(pairs("points", 4, 1)).ok());  // again, with another row
    EXPECT_EQ(parts.keys(Tree::ids), 10u);
    EXPECT_EQ(parts.keys(Tree::points), 11u);
    purge_all(parts);
    EXPECT_EQ(parts.keys(Tree::ids), 6u);
    EXPECT_EQ(parts.keys(Tree::points), 6u);
    EXPECT_EQ(parts.keys(Tree::pending), 6u);
    EXPECT_EQ(parts.versions().size(), 6u);
    parts.reopen();
    EXPECT_EQ(parts.versions().size(), 6u);
    EXPECT_EQ(parts.versions().at(4), 4u);
}

TEST(Purge, waits_for_views_that_need_the_keys) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    auto held = parts.services().views.current();
    ASSERT_TRUE(parts.run(deletion("points", 0, 10)).ok());
    EXPECT_EQ(purge_all(parts), 0u);
    GetPoints get;
    get.collection = "points";
    get.ids = {base::PointId::number(3)};
    EXPECT_EQ(get_points(parts.services(), *held, get)->points.size(), 1u);
    EXPECT_TRUE(parts.purge->pending());
    EXPECT_EQ(parts.purge->waiting_rows({1, 0}).size(), 10u);
    held.reset();
    EXPECT_EQ(purge_all(parts), 1u);
    EXPECT_EQ(parts.keys(Tree::points), 0u);
    EXPECT_FALSE(parts.purge->pending());
    EXPECT_TRUE(parts.purge->waiting_rows({1, 0}).empty());
}

TEST(Purge, works_in_slices) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 2500)).ok());
    ASSERT_TRUE(parts.run(deletion("points", 0, 2500)).ok());
    EXPECT_EQ(purge_all(parts), 3u);
    EXPECT_EQ(parts.keys(Tree::ids), 0u);
}

TEST(Purge, keeps_absences_that_still_say_something) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 3)).ok());
    DeleteVectors lost;
    lost.collection = "points";
    lost.selection.ids = {base::PointId::number(1)};
    lost.names = {""};
    ASSERT_TRUE(parts.run(lost).ok());
    purge_all(parts);
    EXPECT_EQ(parts.keys(Tree::pending), 3u);
    EXPECT_EQ(parts.vectors().size(), 2u);
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 2u);
}

TEST(Purge, removes_a_dropped_collection) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 100)).ok());
    ASSERT_TRUE(parts.flush().ok());
    ASSERT_TRUE(parts.run(pairs("points", 50, 100)).ok());
    bool existed = false;
    uint32_t number = 0;
    Change change;
    change.apply = [&](CommitEdit& edit) {
        return apply_delete(edit, {"points"}, &existed, &number);
    };
    ASSERT_TRUE(parts.sequencer->run(change).ok());
    EXPECT_TRUE(existed);
    PurgeItem item;
    item.commit = change.commit;
    item.shard = {number, 0};
    item.dropped = true;
    parts.purge->add(item);
    purge_all(parts);
    for (const Tree tree : {Tree::ids, Tree::points, Tree::pending, Tree::runs, Tree::logs}) {
        EXPECT_EQ(parts.keys(tree), 0u) << static_cast<char>(tree);
    }
    EXPECT_TRUE(parts.services().blobs->list()->empty());
    EXPECT_TRUE(parts.services().log->list()->empty());
    EXPECT_EQ(parts.keys(Tree::catalogue), 1u);  // the settings
}

TEST(Purge, trims_records_that_nobody_needs) {
    EngineParts parts;
    for (uint64_t i = 0; i < 20; ++i) ASSERT_TRUE(parts.run(pairs("points", i, 1)).ok());
    EXPECT_EQ(parts.keys(Tree::commits), 21u);
    EXPECT_TRUE(*parts.purge->trim(15));
    EXPECT_EQ(parts.keys(Tree::commits), 7u);
    EXPECT_EQ(parts.purge->first_record(), 15u);
    EXPECT_FALSE(*parts.purge->trim(15));
    parts.reopen();
    EXPECT_EQ(parts.purge->first_record(), 15u);
    EXPECT_EQ(parts.commit(), 21u);
    EXPECT_EQ(parts.vectors().size(), 20u);
    ASSERT_TRUE(parts.run(pairs("points", 99, 1)).ok());
    EXPECT_EQ(parts.versions().at(99), 22u);
    // What waits to be purged keeps its record.
    ASSERT_TRUE(parts.run(deletion("points", 99, 1)).ok());
    ASSERT_TRUE(parts.run(pairs("points", 100, 1)).ok());
    EXPECT_TRUE(*parts.purge->trim(24));
    EXPECT_EQ(parts.purge->first_record(), 23u);
}

TEST(Purge, a_failed_slice_is_done_again) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    ASSERT_TRUE(parts.run(deletion("points", 0, 10)).ok());
    const auto batch_fails = [](const storage::WriteBatch&, storage::Sync) {
        return Status::make_unknown_outcome("gone");
    };
    parts.store->before_write = batch_fails;
    parts.services().views.reclaim();
    EXPECT_FALSE(parts.purge->step().ok());
    parts.store->before_write = nullptr;
    parts.reopen();
    purge_all(parts);
    EXPECT_EQ(parts.keys(Tree::ids), 0u);
    EXPECT_EQ(parts.keys(Tree::points), 0u);
}

}  // namespace
}  // namespace grape::engine
