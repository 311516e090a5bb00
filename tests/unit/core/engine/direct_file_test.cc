// Upserts that write their vector file at once.
#include "core/engine/direct_file.h"

#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

// 100 vectors of 8 bytes make a file.
Sizes direct_sizes() {
    Sizes sizes = log_sizes();
    sizes.direct_file_bytes = 800;
    return sizes;
}

size_t file_count(const EngineParts& parts) {
    return parts.services().blobs->list()->size();
}

std::string problems(const EngineParts& parts) {
    const auto view = parts.services().views.current();
    const auto found = verify(parts.services(), *view);
    std::string out;
    for (const std::string& each : found->problems) out += each + "\n";
    return out;
}

TEST(DirectFile, a_large_upsert_goes_into_a_file_of_its_own) {
    EngineParts parts(direct_sizes());
    ASSERT_TRUE(run_alone(parts, pairs("points", 0, 100)).ok());
    EXPECT_EQ(file_count(parts), 1u);
    EXPECT_EQ(parts.log->appends, 0u);
    EXPECT_EQ(parts.shard()->tail_bytes, 0u);
    EXPECT_EQ(parts.vectors().size(), 100u);
    EXPECT_EQ(parts.vectors().at(42), (std::vector<float>{42, 0}));
    EXPECT_EQ(parts.versions().at(42), 2u);
    const auto before = parts.vectors();
    parts.reopen();
    EXPECT_EQ(parts.vectors(), before);
    EXPECT_EQ(problems(parts), "");
}

TEST(DirectFile, smaller_ones_and_groups_do_not) {
    EngineParts parts(direct_sizes());
    ASSERT_TRUE(run_alone(parts, pairs("points", 0, 99)).ok());
    EXPECT_EQ(file_count(parts), 0u);
    ASSERT_TRUE(parts.run(pairs("points", 0, 200)).ok());
    EXPECT_EQ(file_count(parts), 0u);
    EXPECT_EQ(parts.vectors().size(), 200u);
}

TEST(DirectFile, replaces_what_was_there) {
    EngineParts parts(direct_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 50)).ok());
    ASSERT_TRUE(run_alone(parts, pairs("points", 20, 150)).ok());
    ASSERT_TRUE(run_alone(parts, pairs("points", 100, 100)).ok());
    ASSERT_TRUE(parts.run(deletion("points", 150, 5)).ok());
    ASSERT_TRUE(parts.run(pairs("points", 160, 1)).ok());
    EXPECT_EQ(parts.vectors().size(), 195u);
    const auto before = parts.versions();
    EXPECT_EQ(before.at(10), 2u);
    EXPECT_EQ(before.at(50), 3u);
    EXPECT_EQ(before.at(160), 6u);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(problems(parts), "");
        parts.reopen();
        EXPECT_EQ(parts.versions(), before);
        EXPECT_EQ(parts.vectors().size(), 195u);
        ASSERT_TRUE(parts.flush().ok());
    }
}

TEST(DirectFile, the_last_of_equal_ids_counts) {
    EngineParts parts(direct_sizes());
    UpsertPoints twice = pairs("points", 0, 120);
    UpsertPoints again = pairs("points", 500, 1);
    again.points[0].id = base::PointId::number(7);
    twice.points.push_back(again.points[0]);
    ASSERT_TRUE(run_alone(parts, twice).ok());
    EXPECT_EQ(parts.vectors().at(7), (std::vector<float>{500, 0}));
    EXPECT_EQ(parts.vectors().size(), 120u);
    EXPECT_EQ(problems(parts), "");
}

TEST(DirectFile, a_request_that_fails_leaves_no_file) {
    EngineParts parts(direct_sizes());
    ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
    // The rows run out when most of the points are in.
    parts.services().sizes.rows_max = 100;
    EXPECT_EQ(run_alone(parts, pairs("points", 5, 150)).code(), Code::full);
    EXPECT_EQ(file_count(parts), 0u);
    EXPECT_EQ(parts.vectors().size(), 10u);
    EXPECT_EQ(problems(parts), "");
    parts.reopen();
    EXPECT_EQ(parts.vectors().size(), 10u);
}

TEST(DirectFile, a_batch_that_fails_decides_at_reopening) {
    for (const bool arrives : {false, true}) {
        SCOPED_TRACE(arrives);
        EngineParts parts(direct_sizes());
        ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
        parts.store->failed_batches_arrive = arrives;
        parts.store->before_write = [](const storage::WriteBatch&, storage::Sync) {
            return Status::make_unknown_outcome("gone");
        };
        EXPECT_EQ(run_alone(parts, pairs("points", 5, 150)).code(), Code::unknown_outcome);
        EXPECT_EQ(parts.vectors().size(), 10u);
        // The batch may name the file: only reopening knows.
        EXPECT_EQ(file_count(parts), 1u);
        parts.store->before_write = nullptr;
        parts.reopen();
        EXPECT_EQ(file_count(parts), arrives ? 1u : 0u);
        EXPECT_EQ(parts.vectors().size(), arrives ? 155u : 10u);
        EXPECT_EQ(problems(parts), "");
    }
}

TEST(DirectFile, a_disk_that_is_full_is_a_failed_request) {
    EngineParts parts(direct_sizes());
    parts.blobs->before_create = [](storage::BlobKind) { return Status::make_io("no space"); };
    EXPECT_EQ(run_alone(parts, pairs("points", 0, 150)).code(), Code::io);
    EXPECT_TRUE(parts.sequencer->health().ok());
    EXPECT_TRUE(parts.vectors().empty());
    parts.blobs->before_create = nullptr;
    ASSERT_TRUE(run_alone(parts, pairs("points", 0, 150)).ok());
    EXPECT_EQ(parts.vectors().size(), 150u);
}

// With many keys: the keys are spilled in parts while the file is written, and the commit is whole
// or not there.
TEST(DirectFile, keys_in_parts_and_vectors_in_a_file_are_one_commit) {
    for (uint64_t fail_at = 1; fail_at < 30; ++fail_at) {
        SCOPED_TRACE(fail_at);
        EngineParts parts(sizes_with_parts(direct_sizes()));
        ASSERT_TRUE(parts.run(pairs("points", 0, 10)).ok());
        const auto before = parts.versions();
        parts.break_writes_from(fail_at);
        const Status status = run_alone(parts, pairs("points", 5, 300));
        parts.store->before_write = nullptr;
        parts.reopen();
        EXPECT_EQ(problems(parts), "");
        if (status.ok()) {
            EXPECT_GT(fail_at, 5u);
            EXPECT_EQ(parts.vectors().size(), 305u);
            return;
        }
        EXPECT_EQ(parts.versions(), before);
        EXPECT_EQ(file_count(parts), 0u);
    }
    ADD_FAILURE() << "the request never succeeded";
}

}  // namespace
}  // namespace grape::engine
