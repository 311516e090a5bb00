#include "core/engine/sequencer.h"

#include <unistd.h>

#include <future>
#include <thread>

#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

using Versions = std::map<uint64_t, uint64_t>;

// Holds the leader inside a change until release() is called, so that others queue up behind it.
class Held {
  public:
    explicit Held(EngineParts& parts) {
        change_.apply = [this](CommitEdit&) {
            entered_.set_value();
            released_.get_future().wait();
            return Status();
        };
        thread_ = std::thread([this, &parts] { EXPECT_TRUE(parts.sequencer->run(change_).ok()); });
        entered_.get_future().wait();
    }
    void release() {
        released_.set_value();
        thread_.join();
    }

  private:
    Change change_;
    std::promise<void> entered_, released_;
    std::thread thread_;
};

// Queues the changes in their order behind one that is held, so that they become one group; gives
// how each went.
std::vector<Status> run_as_group(EngineParts& parts,
                                 std::vector<std::unique_ptr<Change>>& changes) {
    Held held(parts);
    std::vector<Status> out(changes.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < changes.size(); ++i) {
        std::promise<pid_t> started;
        threads.emplace_back([&, i] {
            started.set_value(gettid());
            out[i] = parts.sequencer->run(*changes[i]);
        });
        wait_until_it_waits(started.get_future().get());
    }
    held.release();
    for (std::thread& thread : threads) thread.join();
    return out;
}

TEST(Sequencer, numbers_commits_without_gaps) {
    EngineParts parts;
    EXPECT_EQ(parts.commit(), 1u);  // the collection
    for (uint64_t i = 2; i < 10; ++i) {
        const auto change = parts.change_of({pairs("points", i, 1)});
        ASSERT_TRUE(parts.sequencer->run(*change).ok());
        EXPECT_EQ(change->commit, i);
        EXPECT_EQ(parts.commit(), i);
    }
    EXPECT_EQ(parts.keys(storage::Tree::commits), 9u);
}

TEST(Sequencer, a_failed_change_has_changed_nothing) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 1, 3)).ok());
    const Versions before = parts.versions();
    const uint64_t writes = parts.store->writes;
    UpsertPoints conflict = pairs("points", 2, 2);
    conflict.points[1].if_version = 99;
    EXPECT_EQ(parts.run(conflict).code(), Code::conflict);
    EXPECT_EQ(parts.versions(), before);
    EXPECT_EQ(parts.store->writes, writes);
    EXPECT_EQ(parts.commit(), 2u);
    // What it had put into the tail is overwritten by the next.
    ASSERT_TRUE(parts.run(pairs("points", 7, 1)).ok());
    EXPECT_EQ(parts.vectors().at(7), (std::vector<float>{7, 0}));
    EXPECT_EQ(parts.vectors().size(), 4u);
    EXPECT_TRUE(parts.sequencer->health().ok());
}

TEST(Sequencer, changes_that_wait_together_are_one_batch) {
    EngineParts parts;
    std::vector<std::unique_ptr<Change>> changes;
    for (uint64_t i = 0; i < 8; ++i) changes.push_back(parts.change_of({pairs("points", i, 1)}));
    const uint64_t before = parts.store->writes;
    for (const Status& status : run_as_group(parts, changes)) EXPECT_TRUE(status.ok());
    EXPECT_EQ(parts.store->writes - before, 2u);  // the held change, and the group
    EXPECT_EQ(parts.versions().size(), 8u);
    EXPECT_EQ(parts.commit(), 10u);
    parts.reopen();
    EXPECT_EQ(parts.versions().size(), 8u);
}

TEST(Sequencer, later_changes_of_a_group_see_the_earlier_ones) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 1, 1)).ok());
    std::vector<std::unique_ptr<Change>> changes;
    SetPayload set;
    set.collection = "points";
    set.selection.ids = {base::PointId::number(1)};
    set.payload = *base::parse_json(R"({"a":1})");
    changes.push_back(parts.change_of({set}));
    set.payload = *base::parse_json(R"({"b":2})");
    changes.push_back(parts.change_of({set}));
    changes.push_back(parts.change_of({pairs("points", 5, 1)}));
    changes.push_back(parts.change_of({deletion("points", 5, 1)}));
    changes.push_back(parts.change_of({pairs("points", 5, 2)}));
    // Fails in the middle and leaves the others alone.
    UpsertPoints conflict = pairs("points", 9, 1);
    conflict.points[0].if_version = 1;
    changes.push_back(parts.change_of({conflict}));
    changes.push_back(parts.change_of({pairs("points", 9, 1)}));
    const std::vector<Status> done = run_as_group(parts, changes);
    for (size_t i = 0; i < done.size(); ++i) {
        EXPECT_EQ(done[i].code(), i == 5 ? Code::conflict : Code::ok) << i;
    }
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(parts.versions().size(), 4u);
        const auto view = parts.services().views.current();
        GetPoints get;
        get.collection = "points";
        get.ids = {base::PointId::number(1)};
        const auto reply = get_points(parts.services(), *view, get);
        ASSERT_TRUE(reply.ok());
        EXPECT_EQ(reply->points.at(0).payload,
                  base::encode_payload_value(*base::parse_json(R"({"a":1,"b":2})")));
        parts.reopen();
    }
}

TEST(Sequencer, a_change_that_is_too_large_for_a_group_is_tried_alone) {
    EngineParts parts(sizes_with_parts());
    const auto change = parts.change_of({pairs("points", 0, 200)});
    size_t runs = 0;
    change->apply = [&runs, apply = change->apply](CommitEdit& edit) {
        ++runs;
        EXPECT_EQ(edit.alone(), runs == 2);
        return apply(edit);
    };
    ASSERT_TRUE(parts.sequencer->run(*change).ok());
    EXPECT_EQ(runs, 2u);
    EXPECT_EQ(change->commit, 2u);
    EXPECT_GT(parts.store->writes, 4u);  // in parts
    EXPECT_EQ(parts.keys(storage::Tree::intent), 0u);
    EXPECT_EQ(parts.versions().size(), 200u);
    parts.reopen();
    EXPECT_EQ(parts.versions().size(), 200u);
}

TEST(Sequencer, a_large_change_that_fails_leaves_nothing) {
    EngineParts parts(sizes_with_parts());
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    const Versions before = parts.versions();
    const size_t ids = parts.keys(storage::Tree::ids);
    const size_t points = parts.keys(storage::Tree::points);
    UpsertPoints conflict = pairs("points", 5, 300);
    conflict.points.back().if_version = 7;
    EXPECT_EQ(run_alone(parts, conflict).code(), Code::conflict);
    EXPECT_EQ(parts.keys(storage::Tree::ids), ids);
    EXPECT_EQ(parts.keys(storage::Tree::points), points);
    EXPECT_EQ(parts.keys(storage::Tree::intent), 0u);
    EXPECT_EQ(parts.versions(), before);
    ASSERT_TRUE(parts.run(pairs("points", 5, 1)).ok());
    EXPECT_EQ(parts.versions().at(5), 3u);
}

TEST(Sequencer, a_crash_in_a_large_change_leaves_nothing) {
    for (uint64_t fail_at = 1; fail_at < 30; ++fail_at) {
        SCOPED_TRACE(fail_at);
        EngineParts parts(sizes_with_parts());
        ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
        const Versions before = parts.versions();
        parts.break_writes_from(fail_at);
        const Status status = run_alone(parts, pairs("points", 5, 100));
        parts.store->before_write = nullptr;
        if (status.ok()) {
            EXPECT_GT(fail_at, 3u);  // parts failed, and the batch
            return;
        }
        EXPECT_FALSE(parts.sequencer->health().ok());
        EXPECT_EQ(parts.versions(), before);
        EXPECT_EQ(parts.run(pairs("points", 1, 1)).code(), Code::readonly);
        parts.reopen();
        EXPECT_EQ(parts.versions(), before);
        EXPECT_EQ(parts.keys(storage::Tree::intent), 0u);
        ASSERT_TRUE(parts.run(pairs("points", 5, 100)).ok());
        EXPECT_EQ(parts.versions().size(), 105u);
    }
    ADD_FAILURE() << "the change never succeeded";
}

TEST(Sequencer, after_a_failed_batch_nothing_is_written_any_more) {
    for (const bool arrives : {false, true}) {
        SCOPED_TRACE(arrives);
        EngineParts parts;
        ASSERT_TRUE(parts.run(pairs("points", 1, 1)).ok());
        parts.store->failed_batches_arrive = arrives;
        parts.store->before_write = [](const storage::WriteBatch&, storage::Sync) {
            return Status::make_unknown_outcome("the disk is gone");
        };
        EXPECT_EQ(parts.run(pairs("points", 2, 1)).code(), Code::unknown_outcome);
        parts.store->before_write = nullptr;
        EXPECT_EQ(parts.versions().size(), 1u);  // readers go on with what was before
        const Status refused = parts.run(pairs("points", 3, 1));
        EXPECT_EQ(refused.code(), Code::readonly);
        EXPECT_NE(refused.message().find("the disk is gone"), std::string::npos);
        EXPECT_EQ(parts.sequencer->health().code(), Code::unknown_outcome);
        EXPECT_FALSE(parts.flush().ok());
        // Reopening says how it was.
        parts.reopen();
        EXPECT_EQ(parts.versions().size(), arrives ? 2u : 1u);
        ASSERT_TRUE(parts.run(pairs("points", 3, 1)).ok());
        EXPECT_EQ(parts.versions().at(3), arrives ? 4u : 3u);
    }
}

TEST(Sequencer, a_failed_append_to_the_log_is_a_failed_change_only) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    EXPECT_EQ(parts.log->appends, 1u);
    parts.log->before_append = [] { return Status::make_io("no space left"); };
    EXPECT_EQ(parts.run(pairs("points", 30, 20)).code(), Code::io);
    EXPECT_EQ(parts.log->rolls, 1u);
    EXPECT_TRUE(parts.sequencer->health().ok());
    EXPECT_EQ(parts.versions().size(), 20u);
    parts.log->before_append = nullptr;
    ASSERT_TRUE(parts.run(pairs("points", 30, 20)).ok());
    EXPECT_EQ(parts.versions().size(), 40u);
    EXPECT_EQ(parts.commit(), 3u);
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 40u);
}

TEST(Sequencer, what_a_failed_commit_appended_never_counts) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    const auto before = parts.vectors();
    parts.store->before_write = [](const storage::WriteBatch&, storage::Sync) {
        return Status::make_unknown_outcome("broken");
    };
    EXPECT_FALSE(parts.run(pairs("points", 10, 20)).ok());
    EXPECT_EQ(parts.log->appends, 2u);
    parts.store->before_write = nullptr;
    parts.reopen();
    EXPECT_EQ(parts.vectors(), before);
    ASSERT_TRUE(parts.run(pairs("points", 50, 20)).ok());
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 40u);
    EXPECT_EQ(parts.versions().at(15), 2u);
}

TEST(Sequencer, an_idempotency_key_does_the_work_once) {
    EngineParts parts;
    for (int round = 0; round < 4; ++round) {
        const auto change = parts.change_of({pairs("points", 1, 1)});
        change->idempotency_key = "job";
        ASSERT_TRUE(parts.sequencer->run(*change).ok());
        EXPECT_EQ(change->commit, 2u);
        EXPECT_EQ(change->repeated, round > 0);
        if (round == 1) parts.reopen();
    }
    EXPECT_EQ(parts.commit(), 2u);
    const auto other = parts.change_of({pairs("points", 1, 1)});
    other->idempotency_key = "job2";
    ASSERT_TRUE(parts.sequencer->run(*other).ok());
    EXPECT_FALSE(other->repeated);
}

TEST(Sequencer, an_idempotency_key_expires) {
    EngineParts parts;
    const auto run_with_key = [&] {
        const auto change = parts.change_of({pairs("points", 1, 1)});
        change->idempotency_key = "job";
        EXPECT_TRUE(parts.sequencer->run(*change).ok());
        return change->repeated;
    };
    EXPECT_FALSE(run_with_key());
    parts.clock.wall += base::limits::idempotency_key_age_ms_max - 1;
    EXPECT_TRUE(run_with_key());
    parts.clock.wall += 1;
    EXPECT_FALSE(run_with_key());
    EXPECT_TRUE(run_with_key());
}

TEST(Sequencer, a_key_of_a_failed_change_is_free) {
    EngineParts parts;
    UpsertPoints conflict = pairs("points", 1, 1);
    conflict.points[0].if_version = 99;
    const auto failing = parts.change_of({conflict});
    failing->idempotency_key = "job";
    EXPECT_EQ(parts.sequencer->run(*failing).code(), Code::conflict);
    const auto change = parts.change_of({pairs("points", 1, 1)});
    change->idempotency_key = "job";
    ASSERT_TRUE(parts.sequencer->run(*change).ok());
    EXPECT_FALSE(change->repeated);
}

TEST(Sequencer, a_key_twice_in_a_group_does_the_work_once) {
    EngineParts parts;
    std::vector<std::unique_ptr<Change>> changes;
    for (int i = 0; i < 3; ++i) {
        changes.push_back(parts.change_of({pairs("points", 1, 1)}));
        changes.back()->idempotency_key = "job";
    }
    for (const Status& status : run_as_group(parts, changes)) EXPECT_TRUE(status.ok());
    EXPECT_EQ(changes[0]->commit, changes[1]->commit);
    EXPECT_EQ(changes[0]->commit, changes[2]->commit);
    EXPECT_EQ(parts.commit(), 3u);
}

TEST(Sequencer, a_repeated_change_is_as_durable_as_it_asks_to_be) {
    EngineParts parts;
    const auto first = parts.change_of({pairs("points", 1, 1)});
    first->idempotency_key = "job";
    first->sync = false;
    ASSERT_TRUE(parts.sequencer->run(*first).ok());
    const uint64_t syncs = parts.store->syncs + parts.store->synced_writes;
    const auto again = parts.change_of({pairs("points", 1, 1)});
    again->idempotency_key = "job";
    ASSERT_TRUE(parts.sequencer->run(*again).ok());
    EXPECT_EQ(parts.store->syncs + parts.store->synced_writes, syncs + 1);
}

TEST(Sequencer, syncs_only_when_somebody_wants_it) {
    EngineParts parts;
    const uint64_t before = parts.store->synced_writes;
    const auto change = parts.change_of({pairs("points", 1, 1)});
    change->sync = false;
    ASSERT_TRUE(parts.sequencer->run(*change).ok());
    EXPECT_EQ(parts.store->synced_writes, before);
    ASSERT_TRUE(parts.run(pairs("points", 2, 1)).ok());
    EXPECT_EQ(parts.store->synced_writes, before + 1);
}

// Writers of many threads: each change is there, each has a number of its own.
TEST(Sequencer, serves_many_threads) {
    EngineParts parts;
    std::vector<std::thread> threads;
    std::vector<std::vector<uint64_t>> commits(4);
    for (uint64_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (uint64_t i = 0; i < 50; ++i) {
                const auto change = parts.change_of({pairs("points", t * 1000 + i, 1)});
                change->sync = false;
                ASSERT_TRUE(parts.sequencer->run(*change).ok());
                commits[t].push_back(change->commit);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<uint64_t> all;
    for (const auto& each : commits) {
        EXPECT_TRUE(std::is_sorted(each.begin(), each.end()));
        all.insert(each.begin(), each.end());
    }
    EXPECT_EQ(all.size(), 200u);
    EXPECT_EQ(parts.commit(), 201u);
    EXPECT_EQ(parts.versions().size(), 200u);
    parts.reopen();
    EXPECT_EQ(parts.versions().size(), 200u);
}

}  // namespace
}  // namespace grape::engine
