// Flush and merge: what readers see is the same before, in the middle and after, and after
// reopening; what changes in the middle is not lost.
#include "core/engine/rewrite.h"

#include <random>

#include "core/engine/search_points.h"
#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

struct Seen {
    std::map<uint64_t, uint64_t> versions;
    std::map<uint64_t, std::vector<float>> vectors;
    friend bool operator==(const Seen&, const Seen&) = default;
};
Seen seen(const EngineParts& parts) {
    return {parts.versions(), parts.vectors()};
}

std::string problems(const EngineParts& parts) {
    const auto view = parts.services().views.current();
    std::string out;
    const auto found = verify(parts.services(), *view);
    EXPECT_TRUE(found.ok());
    for (const std::string& each : found->problems) out += each + "\n";
    return out;
}

DeleteVectors without_vector(uint64_t first, uint64_t count) {
    DeleteVectors out;
    out.collection = "points";
    out.selection = deletion("points", first, count).selection;
    out.names = {""};
    return out;
}

std::vector<uint32_t> runs_in_files(const EngineParts& parts) {
    std::vector<uint32_t> out;
    for (const index::RunView& run : parts.shard()->vectors[0].runs) {
        if (run.run->in_file()) out.push_back(run.run->id());
    }
    return out;
}
size_t file_count(const EngineParts& parts) {
    return parts.services().blobs->list()->size();
}

TEST(Rewrite, a_flush_moves_tails_into_a_file) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 50)).ok());  // log
    ASSERT_TRUE(parts.run(pairs("points", 45, 6)).ok());  // pending
    ASSERT_TRUE(parts.run(deletion("points", 3, 4)).ok());
    const Seen before = seen(parts);
    EXPECT_EQ(parts.keys(storage::Tree::pending), 6u);
    EXPECT_EQ(parts.keys(storage::Tree::logs), 1u);
    const auto flushed = run_rewrite(parts.services(), *parts.sequencer, {1, {}});
    ASSERT_TRUE(flushed.ok());
    EXPECT_EQ(*flushed, 47u);  // the dead are not copied
    EXPECT_EQ(seen(parts), before);
    EXPECT_EQ(runs_in_files(parts).size(), 1u);
    EXPECT_EQ(parts.shard()->tail_bytes, 0u);
    EXPECT_EQ(parts.shard()->checkpoint, 4u);
    EXPECT_EQ(parts.keys(storage::Tree::pending), 0u);
    EXPECT_EQ(parts.keys(storage::Tree::logs), 0u);
    EXPECT_TRUE(parts.services().log->list()->empty());
    EXPECT_EQ(parts.commit(), 4u);  // no commit of its own
    EXPECT_EQ(problems(parts), "");
    parts.reopen();
    EXPECT_EQ(seen(parts), before);
    EXPECT_EQ(problems(parts), "");
}

TEST(Rewrite, a_collection_that_is_gone_is_no_error) {
    EngineParts parts;
    const auto done = run_rewrite(parts.services(), *parts.sequencer, {99, {}});
    ASSERT_TRUE(done.ok());
    EXPECT_EQ(*done, 0u);
    EXPECT_EQ(file_count(parts), 0u);
}

TEST(Rewrite, lost_vectors_stay_lost) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    ASSERT_TRUE(parts.flush().ok());
    ASSERT_TRUE(parts.run(without_vector(2, 3)).ok());
    ASSERT_TRUE(parts.flush().ok());
    EXPECT_EQ(parts.vectors().size(), 7u);
    EXPECT_EQ(parts.versions().size(), 10u);
    // The absences stand in a file now; without row files they are all that says so.
    EXPECT_EQ(parts.keys(storage::Tree::pending), 0u);
    const Seen before = seen(parts);
    parts.reopen();
    EXPECT_EQ(seen(parts), before);
    // A merge of the second file alone must keep them: the first one still has the vectors.
    const std::vector<uint32_t> runs = runs_in_files(parts);
    ASSERT_EQ(runs.size(), 2u);
    ASSERT_TRUE(parts.flush({{0, {runs[1]}}}).ok());
    EXPECT_EQ(seen(parts), before);
    parts.reopen();
    EXPECT_EQ(seen(parts), before);
    // And of all files: then nothing has them any more.
    ASSERT_TRUE(parts.flush({{0, runs_in_files(parts)}}).ok());
    EXPECT_EQ(seen(parts), before);
    EXPECT_EQ(problems(parts), "");
    parts.reopen();
    EXPECT_EQ(seen(parts), before);
    EXPECT_EQ(runs_in_files(parts).size(), 1u);
}

TEST(Rewrite, a_merge_leaves_dead_vectors_behind) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 100)).ok());
    ASSERT_TRUE(parts.flush().ok());
    ASSERT_TRUE(parts.run(deletion("points", 0, 60)).ok());
    ASSERT_TRUE(parts.run(pairs("points", 60, 10)).ok());
    const Seen before = seen(parts);
    ASSERT_TRUE(parts.flush({{0, runs_in_files(parts)}}).ok());
    ASSERT_EQ(runs_in_files(parts).size(), 1u);
    const auto& run = parts.shard()->vectors[0].runs[0];
    EXPECT_EQ(run.length, 40u);
    EXPECT_TRUE(run.hidden.empty());
    EXPECT_EQ(seen(parts), before);
    parts.services().views.reclaim();
    EXPECT_EQ(file_count(parts), 2u);  // one of vectors, one of rows
    parts.reopen();
    EXPECT_EQ(seen(parts), before);
    EXPECT_EQ(problems(parts), "");
}

TEST(Rewrite, old_files_go_when_their_last_reader_does) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    ASSERT_TRUE(parts.flush().ok());
    auto held = parts.services().views.current();
    ASSERT_TRUE(parts.flush({{0, runs_in_files(parts)}}).ok());
    parts.services().views.reclaim();
    EXPECT_EQ(file_count(parts), 4u);
    QueryPoints query;
    query.collection = "points";
    const std::vector<float> values = {1, 0};
    query.query = VectorData{values.data(), vector::Datatype::f32, 2, nullptr};
    EXPECT_EQ(query_points(parts.services(), *held, query)->points.size(), 10u);
    held.reset();
    parts.services().views.reclaim();
    EXPECT_EQ(file_count(parts), 2u);
}

// A change in the middle of a rewrite, after the tails were sealed and before the new file counts.
class RewriteMeanwhile : public testing::TestWithParam<bool> {};

TEST_P(RewriteMeanwhile, what_changes_is_not_lost) {
    const bool merge = GetParam();
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 300)).ok());
    if (merge) {
        ASSERT_TRUE(parts.flush().ok());
        ASSERT_TRUE(parts.run(pairs("points", 250, 100)).ok());
    }
    std::vector<std::function<void()>> meanwhile = {
        [&] { EXPECT_TRUE(parts.run(deletion("points", 10, 5)).ok()); },
        [&] { EXPECT_TRUE(parts.run(pairs("points", 20, 5)).ok()); },
        [&] { EXPECT_TRUE(parts.run(without_vector(30, 5)).ok()); },
        [&] { EXPECT_TRUE(parts.run(pairs("points", 400, 20)).ok()); },  // into the log
        [&] {
            // Deleted and put again: another row.
            EXPECT_TRUE(parts.run(deletion("points", 40, 5)).ok());
            EXPECT_TRUE(parts.run(pairs("points", 40, 5)).ok());
        },
    };
    Seen expected;
    parts.blobs->before_create = [&](storage::BlobKind) {
        for (const auto& each : meanwhile) each();
        meanwhile.clear();
        expected = seen(parts);
        return Status();
    };
    const auto runs = runs_in_files(parts);
    ASSERT_TRUE(
        parts
            .flush(merge ? decltype(RewritePlan::files){{0, runs}} : decltype(RewritePlan::files){})
            .ok());
    parts.blobs->before_create = nullptr;
    EXPECT_EQ(seen(parts), expected);
    EXPECT_EQ(problems(parts), "");
    EXPECT_EQ(parts.keys(storage::Tree::logs), 1u);
    parts.reopen();
    EXPECT_EQ(seen(parts), expected);
    EXPECT_EQ(problems(parts), "");
    ASSERT_TRUE(parts.flush().ok());
    EXPECT_EQ(seen(parts), expected);
    EXPECT_EQ(parts.keys(storage::Tree::logs), 0u);
    parts.reopen();
    EXPECT_EQ(seen(parts), expected);
    EXPECT_EQ(problems(parts), "");
}

INSTANTIATE_TEST_SUITE_P(Kinds, RewriteMeanwhile, testing::Bool(), [](const auto& each) {
    return each.param ? std::string("of_a_merge") : std::string("of_a_flush");
});

TEST(Rewrite, a_collection_dropped_meanwhile_leaves_no_file) {
    EngineParts parts;
    ASSERT_TRUE(parts.run(pairs("points", 0, 20)).ok());
    bool dropped = false;
    parts.blobs->before_create = [&](storage::BlobKind) {
        if (dropped) return Status();
        dropped = true;
        bool existed = false;
        uint32_t number = 0;
        Change change;
        change.apply = [&](CommitEdit& edit) {
            return apply_delete(edit, {"points"}, &existed, &number);
        };
        return parts.sequencer->run(change);
    };
    EXPECT_TRUE(parts.flush().ok());
    parts.blobs->before_create = nullptr;
    parts.services().views.reclaim();
    EXPECT_EQ(file_count(parts), 0u);
    parts.reopen();
    EXPECT_EQ(file_count(parts), 0u);
}

TEST(Rewrite, a_disk_that_is_full_leaves_everything_as_it_was) {
    EngineParts parts(log_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 50)).ok());
    for (const auto kind : {storage::BlobKind::vectors, storage::BlobKind::rows}) {
        const Seen before = seen(parts);
        parts.blobs->before_create = [kind](storage::BlobKind created) {
            return created == kind ? Status::make_io("no space left") : Status();
        };
        EXPECT_EQ(parts.flush().code(), Code::io);
        EXPECT_EQ(file_count(parts), 0u);
        EXPECT_EQ(seen(parts), before);
        EXPECT_TRUE(parts.sequencer->health().ok());
        ASSERT_TRUE(parts.run(pairs("points", 7, 1)).ok());
    }
    parts.blobs->before_create = nullptr;
    const Seen now = seen(parts);
    ASSERT_TRUE(parts.flush().ok());
    EXPECT_EQ(seen(parts), now);
    EXPECT_EQ(problems(parts), "");
    parts.reopen();
    EXPECT_EQ(seen(parts), now);
}

TEST(Rewrite, a_store_that_fails_at_the_end_is_read_only_and_reopens) {
    for (const bool arrives : {false, true}) {
        SCOPED_TRACE(arrives);
        EngineParts parts(log_sizes());
        ASSERT_TRUE(parts.run(pairs("points", 0, 50)).ok());
        const Seen before = seen(parts);
        parts.store->failed_batches_arrive = arrives;
        parts.blobs->before_create = [&](storage::BlobKind) {
            parts.store->before_write = [](const storage::WriteBatch&, storage::Sync) {
                return Status::make_unknown_outcome("gone");
            };
            return Status();
        };
        EXPECT_FALSE(parts.flush().ok());
        parts.store->before_write = nullptr;
        parts.blobs->before_create = nullptr;
        EXPECT_EQ(seen(parts), before);
        EXPECT_EQ(parts.run(pairs("points", 1, 1)).code(), Code::readonly);
        parts.reopen();
        EXPECT_EQ(seen(parts), before);
        EXPECT_EQ(problems(parts), "");
        EXPECT_EQ(file_count(parts), arrives ? 2u : 0u);
    }
}

// Random changes, flushes, merges and crashes against a map.
TEST(Rewrite, agrees_with_a_map_over_many_rounds) {
    for (uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        EngineParts parts(log_sizes());
        std::map<uint64_t, std::vector<float>> points;  // empty: without a vector
        const auto change = [&] {
            const uint64_t first = random() % 200;
            const uint64_t count = 1 + random() % 30;
            const uint64_t kind = random() % 4;
            const PointOperation operation =
                kind < 2    ? PointOperation(pairs("points", first, count))
                : kind == 2 ? PointOperation(deletion("points", first, count))
                            : PointOperation(without_vector(first, count));
            ASSERT_TRUE(parts.run(operation).ok());
            for (uint64_t id = first; id < first + count; ++id) {
                if (kind < 2) points[id] = {static_cast<float>(id % 1000), 0};
                if (kind == 2) points.erase(id);
                if (kind == 3 && points.contains(id)) points[id].clear();
            }
        };
        parts.blobs->before_create = [&](storage::BlobKind) {
            if (random() % 2 == 0) change();
            return Status();
        };
        for (int round = 0; round < 60; ++round) {
            const uint64_t what = random() % 12;
            if (what < 7) change();
            if (what == 7 || what == 8) {
                ASSERT_TRUE(parts.flush().ok());
            }
            if (what == 9) {
                std::vector<uint32_t> runs;
                for (const uint32_t run : runs_in_files(parts)) {
                    if (random() % 2 == 0) runs.push_back(run);
                }
                ASSERT_TRUE(parts.flush({{0, runs}}).ok());
            }
            if (what == 10) {
                for (int i = 0; i < 5; ++i) ASSERT_TRUE(parts.purge->step().ok());
            }
            if (what == 11) parts.reopen();
            parts.services().views.reclaim();
            std::map<uint64_t, std::vector<float>> vectors;
            for (const auto& [id, values] : points) {
                if (!values.empty()) vectors[id] = values;
            }
            ASSERT_EQ(parts.vectors(), vectors) << round;
            ASSERT_EQ(parts.versions().size(), points.size()) << round;
            ASSERT_EQ(problems(parts), "") << round;
        }
    }
}

}  // namespace
}  // namespace grape::engine
