// What a group takes over, and when: log uses, files, parts that were written early.
#include "core/engine/commit_group.h"

#include <gtest/gtest.h>

#include <new>

#include "core/engine/idempotency.h"
#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

constexpr storage::ShardKey kShard{1, 0};

// As a rewrite does: the shard has nothing in the log file any more.
Status release(EngineParts& parts, uint64_t file) {
    Change change;
    change.is_commit = false;
    change.apply = [file](CommitEdit& edit) {
        edit.release_log(file, kShard);
        return Status();
    };
    return parts.sequencer->run(change);
}

TEST(CommitGroup, memory_that_runs_out_in_a_large_change_leaves_nothing) {
    EngineParts parts(sizes_with_parts());
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    const auto before = parts.versions();
    const auto change = parts.change_of({pairs("points", 5, 300)});
    change->alone = true;
    change->apply = [apply = change->apply](CommitEdit& edit) -> Status {
        EXPECT_TRUE(apply(edit).ok());
        throw std::bad_alloc();
    };
    EXPECT_EQ(parts.sequencer->run(*change).code(), Code::nomem);
    EXPECT_EQ(parts.keys(storage::Tree::intent), 0u);
    EXPECT_EQ(parts.versions(), before);
    // The number is given again, to a commit that opening must not take for the unfinished one.
    ASSERT_TRUE(parts.run(pairs("points", 500, 1)).ok());
    parts.reopen();
    EXPECT_EQ(parts.versions().size(), 11u);
}

TEST(CommitGroup, an_intent_of_a_finished_commit_undoes_nothing) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    storage::WriteBatch batch;
    batch.put(storage::intent_key(), storage::encode(storage::Intent{parts.commit(), {kShard}}));
    ASSERT_TRUE(parts.store->write(batch, storage::Sync::yes).ok());
    parts.reopen();
    EXPECT_EQ(parts.versions().size(), 10u);
    EXPECT_EQ(parts.keys(storage::Tree::intent), 0u);
}

TEST(CommitGroup, a_batch_over_the_limit_is_refused_and_nothing_else) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    const auto before = parts.versions();
    Change change;
    change.is_commit = false;
    change.apply = [](CommitEdit& edit) {
        const std::string value(1u << 20, 'x');
        for (uint64_t i = 0; i < 65; ++i) edit.batch().put(storage::idempotency_key("k"), value);
        return Status();
    };
    EXPECT_EQ(parts.sequencer->run(change).code(), Code::limit);
    EXPECT_TRUE(parts.sequencer->health().ok());
    ASSERT_TRUE(parts.run(pairs("points", 100, 1)).ok());
    EXPECT_EQ(parts.versions().size(), before.size() + 1);
}

TEST(CommitGroup, a_log_file_goes_when_its_last_user_lets_go) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    const LogUses uses = parts.sequencer->log_uses();
    ASSERT_EQ(uses.size(), 1u);
    const uint64_t file = uses.begin()->first;
    EXPECT_TRUE(uses.begin()->second.contains(kShard));
    ASSERT_TRUE(release(parts, file).ok());
    EXPECT_TRUE(parts.sequencer->log_uses().empty());
    EXPECT_EQ(parts.keys(storage::Tree::logs), 0u);
    EXPECT_TRUE(parts.services().log->list()->empty());
    EXPECT_EQ(parts.services().log->current_file(), 0u);
}

TEST(CommitGroup, a_shard_that_releases_a_log_file_and_writes_to_it_again_stays_its_user) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    const LogUses before = parts.sequencer->log_uses();
    const auto change = parts.change_of({pairs("points", 20, 20)});
    change->apply = [apply = change->apply, &before](CommitEdit& edit) {
        edit.release_log(before.begin()->first, kShard);
        return apply(edit);
    };
    ASSERT_TRUE(parts.sequencer->run(*change).ok());
    EXPECT_EQ(parts.sequencer->log_uses(), before);
    EXPECT_EQ(parts.keys(storage::Tree::logs), 1u);
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 40u);
}

TEST(CommitGroup, a_group_that_fails_lets_go_of_no_log_file) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    const LogUses before = parts.sequencer->log_uses();
    parts.log->before_append = [] { return Status::make_io("no space left"); };
    const auto change = parts.change_of({pairs("points", 20, 20)});
    change->apply = [apply = change->apply, &before](CommitEdit& edit) {
        edit.release_log(before.begin()->first, kShard);
        return apply(edit);
    };
    EXPECT_EQ(parts.sequencer->run(*change).code(), Code::io);
    EXPECT_EQ(parts.sequencer->log_uses(), before);
    parts.log->before_append = nullptr;
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 20u);
}

TEST(CommitGroup, views_are_freed_without_background_work) {
    EngineParts parts;
    const uint64_t first = parts.commit();
    for (uint64_t i = 0; i < 100; ++i) ASSERT_TRUE(parts.run(pairs("points", i, 1)).ok());
    EXPECT_GT(parts.services().pins->min_pinned(), first + 50);
}

TEST(Idempotency, a_sweep_removes_expired_keys_alone) {
    EngineParts parts;
    const auto run_with_key = [&](const std::string& key) {
        const auto change = parts.change_of({pairs("points", 1, 1)});
        change->idempotency_key = key;
        EXPECT_TRUE(parts.sequencer->run(*change).ok());
        return change->repeated;
    };
    for (uint64_t i = 0; i < 30; ++i) run_with_key(base::cat("old", i));
    parts.clock.wall += base::limits::idempotency_key_age_ms_max;
    run_with_key("new");
    std::string cursor;
    while (true) {
        const auto more = sweep_keys(parts.services(), *parts.sequencer, cursor);
        ASSERT_TRUE(more.ok());
        if (!*more) break;
    }
    EXPECT_EQ(parts.keys(storage::Tree::keys), 1u);
    EXPECT_TRUE(run_with_key("new"));
}

}  // namespace
}  // namespace grape::engine
