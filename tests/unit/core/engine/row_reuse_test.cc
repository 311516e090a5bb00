// Row numbers are few here: they run out, are taken back and given again, and ids, versions and
// vectors stay right, over reopening too.
#include <map>
#include <random>
#include <thread>

#include "core/engine/background.h"
#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

using base::cat;

// What the collection must hold: id -> version.
using Expected = std::map<uint64_t, uint64_t>;

void upsert(TestDatabase& database, Expected& expected, uint64_t first, uint64_t count) {
    const auto reply = database.ask<WriteReply>(pairs("a", first, count));
    for (uint64_t id = first; id < first + count; ++id) expected[id] = reply.commit;
}
void remove(TestDatabase& database, Expected& expected, uint64_t first, uint64_t count) {
    database.ask<WriteReply>(deletion("a", first, count));
    expected.erase(expected.lower_bound(first), expected.lower_bound(first + count));
}

void expect_points(TestDatabase& database, const Expected& expected) {
    ScrollPoints scroll;
    scroll.collection = "a";
    scroll.limit = 1'000'000;
    scroll.with_payload.kind = WithPayload::Kind::none;
    scroll.with_vectors.kind = WithVectors::Kind::all;
    Expected found;
    for (const ReplyPoint& point : database.ask<ScrollReply>(scroll).points) {
        const uint64_t id = point.id.as_number();
        found[id] = point.version;
        ASSERT_EQ(point.vectors->size(), 1u);
        const std::vector<float> vector = {static_cast<float>(id % 1000),
                                           static_cast<float>(id / 1000)};
        ASSERT_EQ(point.vectors->at(0).values, vector) << id;
    }
    ASSERT_TRUE(found == expected) << found.size() << " points instead of " << expected.size();
    ASSERT_EQ(database.ask<CountReply>(CountPoints{"a"}).count, expected.size());
}

TEST(RowReuse, a_shard_without_free_rows_is_full_until_rows_come_back) {
    OpenOptions::Sizes sizes;
    sizes.rows_max = 100;
    sizes.small_shard_bytes = 1;
    TestDatabase database("", sizes);
    make_pairs_collection(database, "a");
    Expected expected;
    upsert(database, expected, 0, 100);
    const std::string full = database.run(Request{pairs("a", 500, 1), {}});
    EXPECT_TRUE(is_error(full, "GRAPE_E_FULL: collection 'a'")) << full;
    EXPECT_NE(full.find("100"), std::string::npos);
    upsert(database, expected, 20, 10);  // points that exist need no row
    remove(database, expected, 0, 50);
    EXPECT_TRUE(is_error(database.run(Request{pairs("a", 500, 1), {}}), "GRAPE_E_FULL"));
    expect_points(database, expected);
    database.run(R"({"optimize": {}})");
    upsert(database, expected, 500, 40);
    expect_points(database, expected);
    EXPECT_TRUE(is_error(database.run(Request{pairs("a", 600, 20), {}}), "GRAPE_E_FULL"));
    expect_points(database, expected);
    EXPECT_EQ(database.problems(), "");
}

TEST(RowReuse, ids_and_versions_stay_right_over_many_rounds) {
    for (const bool disk : {false, true}) {
        for (uint64_t seed = 1; seed <= (disk ? 1 : 10); ++seed) {
            SCOPED_TRACE(cat("seed ", seed, disk ? ", on disk" : ", in memory"));
            std::mt19937_64 random(seed);
            TemporaryDirectory directory;
            OpenOptions::Sizes sizes;
            sizes.rows_max = 1000;
            sizes.pending_bytes_max = 800;
            sizes.small_shard_bytes = 1;
            sizes.dead_rows_min = 1;
            TestDatabase database(disk ? directory.file("db") : "", sizes);
            make_pairs_collection(database, "a");
            Expected expected;
            uint64_t put = 0;
            for (int round = 0; round < 60; ++round) {
                const uint64_t first = random() % 1500;
                const uint64_t count = 1 + random() % 200;
                const uint64_t what = random() % 8;
                // A quarter of a file may be dead before it is written anew.
                if (what < 4 && expected.size() + count < 480) {
                    const auto reply = database.run(Request{pairs("a", first, count), {}});
                    if (is_error(reply, "GRAPE_E_FULL")) {
                        database.run(R"({"optimize": {}})");
                    }
                    upsert(database, expected, first, count);
                    put += count;
                } else if (what < 6) {
                    remove(database, expected, first, 300);
                } else if (what == 6) {
                    database.run(R"({"optimize": {}})");
                } else if (disk) {
                    database.reopen();
                }
                expect_points(database, expected);
                if (testing::Test::HasFailure()) return;
            }
            EXPECT_GT(put, 1000u);
            EXPECT_EQ(database.problems(), "");
        }
    }
}

// The whole of a small row space, three times over.
TEST(RowReuse, wraps_around) {
    constexpr uint32_t kRows = 65536;
    OpenOptions::Sizes sizes;
    sizes.rows_max = kRows;
    sizes.small_shard_bytes = 1;
    TestDatabase database("", sizes);
    make_pairs_collection(database, "a");
    Expected expected;
    constexpr uint64_t kStep = 20000;
    for (uint64_t round = 0; round < 10; ++round) {
        SCOPED_TRACE(round);
        upsert(database, expected, round * kStep, kStep);
        if (round >= 2) remove(database, expected, (round - 2) * kStep, kStep);
        database.run(R"({"optimize": {}})");
    }
    expect_points(database, expected);
    EXPECT_EQ(database.problems(), "");
    // An id that comes back after its row went to another.
    upsert(database, expected, 0, 100);
    expect_points(database, expected);
}

// Points without vectors: no run covers their rows.
UpsertPoints bare_points(uint64_t first, uint64_t count) {
    UpsertPoints out = pairs("points", first, count);
    for (PointInput& point : out.points) point.vectors.clear();
    return out;
}

// Between the publication of a delete and the moment when its rows are queued to be purged, other
// threads see dead rows that nobody seems to wait for.
TEST(RowReuse, a_row_is_not_given_again_before_it_was_purged) {
    Sizes sizes;
    sizes.dead_rows_min = 1;
    EngineParts parts(sizes);
    Background background(parts.services(), *parts.sequencer, *parts.purge);
    ASSERT_TRUE(parts.run(bare_points(0, 10)).ok());
    auto held = parts.services().views.current();  // the purge has to wait for it
    std::thread drainer;
    const auto change = parts.change_of({deletion("points", 0, 5)});
    // From the moment on at which readers see the rows dead they are known to the purge.
    change->committed = [&](CommitEdit&) {
        EXPECT_TRUE(parts.purge->pending());
        drainer = std::thread([&] { EXPECT_TRUE(background.drain(true).ok()); });
    };
    ASSERT_TRUE(parts.sequencer->run(*change).ok());
    drainer.join();
    ASSERT_TRUE(parts.run(bare_points(0, 5)).ok());
    held.reset();
    ASSERT_TRUE(background.drain(true).ok());
    EXPECT_EQ(parts.versions().size(), 10u);
    EXPECT_EQ(parts.versions().at(3), 4u);
    const auto found = verify(parts.services(), *parts.services().views.current());
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(found->problems.empty()) << found->problems.front();
}

}  // namespace
}  // namespace grape::engine
