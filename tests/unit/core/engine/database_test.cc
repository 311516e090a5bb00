// The door: open, close, a second handle, a forked child, and background work that runs, pauses
// and is done on demand.
#include "core/engine/database.h"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/support/wait_until.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

using base::Code;

Code code_of(Database& database, const RequestBody& body) {
    return database.execute({body, {}}).status().code();
}

TEST(Database, refuses_everything_after_close) {
    TestDatabase database;
    make_pairs_collection(database, "a");
    ASSERT_TRUE(database.database().close().ok());
    EXPECT_TRUE(database.database().close().ok());
    EXPECT_EQ(code_of(database.database(), GetCollections{}), Code::closed);
    EXPECT_EQ(code_of(database.database(), pairs("a", 1, 1)), Code::closed);
    EXPECT_EQ(code_of(database.database(), Flush{}), Code::closed);
}

TEST(Database, a_directory_has_one_handle) {
    TemporaryDirectory directory;
    TestDatabase database(directory.file("db"));
    OpenOptions options;
    options.path = directory.file("db") + "/.";
    EXPECT_EQ(Database::open(options).status().code(), Code::busy);
    ASSERT_TRUE(database.close().ok());
    EXPECT_TRUE(Database::open(options).ok());
    database.open();
}

TEST(Database, is_not_made_where_it_must_exist) {
    TemporaryDirectory directory;
    OpenOptions options;
    options.path = directory.file("db");
    options.create_if_missing = false;
    EXPECT_EQ(Database::open(options).status().code(), Code::not_found);
    EXPECT_FALSE(std::filesystem::exists(options.path));
}

TEST(Database, close_waits_for_requests_that_run) {
    TestDatabase database;
    make_pairs_collection(database, "a");
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> done{0};
    std::thread writer([&] {
        for (uint64_t i = 0; !stop; ++i) {
            const Code code = code_of(database.database(), pairs("a", i % 100, 5));
            ASSERT_TRUE(code == Code::ok || code == Code::closed);
            if (code == Code::closed) return;
            ++done;
        }
    });
    EXPECT_TRUE(test::wait_until([&] { return done >= 50; })) << done << " requests were done";
    EXPECT_TRUE(database.database().close().ok());
    stop = true;
    writer.join();
}

TEST(Database, a_forked_child_can_do_no_harm) {
    TemporaryDirectory directory;
    TestDatabase database(directory.file("db"));
    make_pairs_collection(database, "a");
    database.ask<WriteReply>(pairs("a", 0, 10));
    const pid_t child = fork();
    if (child == 0) {
        const bool refused = code_of(database.database(), GetCollections{}) == Code::forked &&
                             code_of(database.database(), pairs("a", 1, 1)) == Code::forked &&
                             database.database().close().code() == Code::forked;
        OpenOptions options;
        options.path = database.path();
        const bool busy = Database::open(options).status().code() == Code::busy;
        // Dropping it in the child touches nothing either.
        static_cast<void>(database.close());
        _exit(refused && busy ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    database.ask<WriteReply>(pairs("a", 5, 10));
    database.reopen();
    EXPECT_EQ(database.ask<CountReply>(CountPoints{"a"}).count, 15u);
    EXPECT_EQ(database.problems(), "");
}

OpenOptions::Sizes busy_sizes() {
    OpenOptions::Sizes sizes;
    sizes.flush_tail_bytes = 400;
    sizes.pending_bytes_max = 100;
    return sizes;
}

template <typename Condition>
DatabaseInfoReply wait_until(TestDatabase& database, Condition condition) {
    DatabaseInfoReply info;
    EXPECT_TRUE(test::wait_until([&] {
        info = database.ask<DatabaseInfoReply>(DatabaseInfo{});
        return condition(info) || info.background_failures != 0;
    })) << "the background work never came: "
        << info.flushes_done << " flushes, " << info.merges_done << " merges, "
        << info.points_purged << " points purged";
    return info;
}

TEST(Background, flushes_merges_and_purges_by_itself) {
    TestDatabase database("", busy_sizes(), true);
    make_pairs_collection(database, "a");
    for (uint64_t i = 0; i < 20; ++i) database.ask<WriteReply>(pairs("a", i * 50, 100));
    const auto info = wait_until(database, [](const DatabaseInfoReply& each) {
        // A merge takes the tails with it, so either may be all that is needed.
        return each.flushes_done + each.merges_done > 0 && each.points_purged > 0;
    });
    EXPECT_EQ(info.background_failures, 0u) << info.background_error;
    EXPECT_FALSE(info.background_paused);
    EXPECT_EQ(database.ask<CountReply>(CountPoints{"a"}).count, 1050u);
    EXPECT_EQ(database.problems(), "");
}

TEST(Background, a_pause_holds_until_it_is_lifted) {
    TestDatabase database("", busy_sizes(), true);
    make_pairs_collection(database, "a");
    database.ask<WriteReply>(pairs("a", 0, 100));
    database.ask<WriteReply>(PauseBackground{});
    const auto paused = database.ask<DatabaseInfoReply>(DatabaseInfo{});
    EXPECT_TRUE(paused.background_paused);
    EXPECT_EQ(paused.flushes_started, paused.flushes_done);
    EXPECT_EQ(paused.merges_started, paused.merges_done);
    for (uint64_t i = 0; i < 20; ++i) database.ask<WriteReply>(pairs("a", i * 50, 100));
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    const auto still = database.ask<DatabaseInfoReply>(DatabaseInfo{});
    EXPECT_EQ(still.flushes_started, paused.flushes_started);
    EXPECT_EQ(still.merges_started, paused.merges_started);
    EXPECT_EQ(still.points_purged, paused.points_purged);
    database.ask<WriteReply>(ResumeBackground{});
    const auto resumed = wait_until(database, [&](const DatabaseInfoReply& each) {
        return each.flushes_done + each.merges_done > paused.flushes_done + paused.merges_done;
    });
    EXPECT_FALSE(resumed.background_paused);
    EXPECT_EQ(resumed.background_failures, 0u);
}

TEST(Background, what_is_asked_for_is_done_in_a_pause_too) {
    TestDatabase database("", busy_sizes(), true);
    make_pairs_collection(database, "a");
    database.ask<WriteReply>(PauseBackground{});
    database.ask<WriteReply>(pairs("a", 0, 100));
    database.ask<WriteReply>(Flush{});
    EXPECT_GT(database.ask<DatabaseInfoReply>(DatabaseInfo{}).flushes_done, 0u);
    EXPECT_EQ(database.ask<CollectionInfo>(GetCollection{"a"}).tail_points, 0u);
}

TEST(Background, optimize_leaves_nothing_to_do) {
    TestDatabase database("", busy_sizes());
    make_pairs_collection(database, "a");
    for (uint64_t i = 0; i < 10; ++i) {
        database.ask<WriteReply>(pairs("a", i * 10, 100));
        database.ask<WriteReply>(Flush{});
    }
    database.ask<WriteReply>(deletion("a", 0, 150));
    database.ask<WriteReply>(Optimize{});
    const auto info = database.ask<CollectionInfo>(GetCollection{"a"});
    EXPECT_LE(info.segments_count, 4u);
    EXPECT_EQ(info.tail_points, 0u);
    EXPECT_EQ(info.points_count, 40u);
    const auto before = database.ask<DatabaseInfoReply>(DatabaseInfo{});
    database.ask<WriteReply>(Optimize{});
    const auto after = database.ask<DatabaseInfoReply>(DatabaseInfo{});
    EXPECT_EQ(after.merges_started, before.merges_started);
    EXPECT_EQ(after.points_purged, before.points_purged);
    EXPECT_EQ(database.problems(), "");
}

TEST(Background, a_small_shard_has_no_files) {
    TemporaryDirectory directory;
    TestDatabase database(directory.file("db"));
    make_pairs_collection(database, "a");
    database.ask<WriteReply>(pairs("a", 0, 100));
    database.ask<WriteReply>(Flush{});
    database.reopen();
    EXPECT_TRUE(storage::files_with(directory.file("db") + "/files", "").empty());
    EXPECT_EQ(database.ask<CountReply>(CountPoints{"a"}).count, 100u);
}

// Readers beside writers and background work: every answer is of one commit.
TEST(Background, readers_see_whole_commits) {
    TestDatabase database("", busy_sizes(), true);
    make_pairs_collection(database, "a");
    database.ask<WriteReply>(pairs("a", 0, 20));
    std::atomic<bool> stop{false};
    std::atomic<uint64_t> reads{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            ScrollPoints scroll;
            scroll.collection = "a";
            scroll.limit = 1000;
            while (!stop) {
                const auto reply = database.database().execute({scroll, {}});
                ASSERT_TRUE(reply.ok()) << reply.status().to_string();
                const auto& points = std::get<ScrollReply>(reply->body).points;
                ASSERT_EQ(points.size(), 20u);
                // All were written by one request: they have one version.
                for (const ReplyPoint& point : points) {
                    ASSERT_EQ(point.version, points[0].version);
                }
                ++reads;
            }
        });
    }
    for (int i = 0; i < 300; ++i) {
        if (i % 3 == 2) database.ask<WriteReply>(deletion("a", 100, 20));
        database.ask<WriteReply>(pairs("a", 0, 20));
    }
    EXPECT_TRUE(test::wait_until([&] { return reads > 0; })) << "nobody read anything";
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(database.problems(), "");
}

}  // namespace
}  // namespace grape::engine
