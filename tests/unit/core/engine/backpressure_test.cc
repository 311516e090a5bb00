// Writers that wait for flushes must not wait for ever, and must wait for what can be flushed.
#include "core/engine/background.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

// The tails of all collections together are over the limit at which writers wait.
DatabaseInfoReply fill(uint64_t small_shard_bytes) {
    OpenOptions::Sizes sizes;
    sizes.flush_tail_bytes = 4000;
    sizes.small_shard_bytes = small_shard_bytes;
    sizes.unflushed_bytes_max = 8000;
    TestDatabase database("", sizes, true);
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
        make_pairs_collection(database, name);
        for (uint64_t first = 0; first < 400; first += 40) {
            database.ask<WriteReply>(pairs(name, first, 40));
        }
    }
    EXPECT_EQ(database.problems(), "");
    return database.ask<DatabaseInfoReply>(DatabaseInfo{});
}

TEST(Backpressure, tails_that_are_too_large_only_together_are_flushed) {
    EXPECT_GT(fill(1000).flushes_done, 0u);
}

TEST(Backpressure, shards_that_are_too_small_for_files_hold_nobody_up) {
    EXPECT_EQ(fill(1u << 20).flushes_done, 0u);
}

// 1100 pairs are more than writers wait for, and enough for a flush.
Sizes sizes_of_one_flush() {
    Sizes sizes;
    sizes.flush_tail_bytes = 4000;
    sizes.small_shard_bytes = 1000;
    sizes.unflushed_bytes_max = 8000;
    return sizes;
}

// A database with background work that fails or waits on command.
struct Working {
    explicit Working(const Sizes& sizes) : parts(sizes) {}
    ~Working() { background.stop(); }

    void write(const std::string& collection) {
        const auto change = parts.change_of({pairs(collection, 0, 1100)});
        change->committed = [this](CommitEdit& edit) { background.note_commit(edit); };
        ASSERT_TRUE(parts.sequencer->run(*change).ok());
    }

    EngineParts parts;
    Background background{parts.services(), *parts.sequencer, *parts.purge};
};

TEST(Backpressure, a_collection_that_cannot_be_flushed_holds_nobody_up) {
    Working working(sizes_of_one_flush());
    working.parts.blobs->before_create = [](storage::BlobKind) {
        return Status::make_io("no space left");
    };
    ASSERT_TRUE(working.background.start().ok());
    working.write("points");
    ASSERT_TRUE(working.background.admit(0).ok());
    EXPECT_EQ(working.parts.services().unflushed_bytes, 0u);
    EXPECT_EQ(working.background.counts().flushes_done, 0u);
}

TEST(Backpressure, a_collection_that_rests_lets_nobody_past_the_others) {
    std::promise<void> held, released;
    int files = 0;
    Working working(sizes_of_one_flush());  // its thread ends before what it uses
    CreateCollection create;
    create.collection = "others";
    create.config.vectors.push_back({"", 2, vector::Distance::euclid});
    Change change;
    change.apply = [&](CommitEdit& edit) { return apply_create(edit, create); };
    ASSERT_TRUE(working.parts.sequencer->run(change).ok());

    // The first rewrite fails, the second one is held.
    working.parts.blobs->before_create = [&](storage::BlobKind) {
        const int file = files++;
        if (file == 0) return Status::make_io("no space left");
        if (file == 1) {
            held.set_value();
            released.get_future().wait();
        }
        return Status();
    };
    ASSERT_TRUE(working.background.start().ok());
    working.write("points");
    ASSERT_TRUE(working.background.admit(0).ok());
    working.write("others");
    held.get_future().wait();
    std::promise<pid_t> started;
    std::atomic<bool> passed{false};
    std::thread writer([&] {
        started.set_value(gettid());
        EXPECT_TRUE(working.background.admit(0).ok());
        passed = true;
    });
    wait_until_it_waits(started.get_future().get());
    EXPECT_FALSE(passed);
    released.set_value();
    writer.join();
    EXPECT_EQ(working.background.counts().flushes_done, 1u);
}

TEST(Backpressure, a_rest_ends_without_another_commit) {
    Sizes sizes = sizes_of_one_flush();
    sizes.unflushed_bytes_max = 1u << 20;
    FakeClock clock;
    std::promise<void> failed, again;
    int files = 0;
    Working working(sizes);  // its thread ends before what it uses
    working.parts.services().clock = &clock;
    working.parts.blobs->before_create = [&](storage::BlobKind) {
        const int file = files++;
        if (file == 1) again.set_value();
        if (file != 0) return Status();
        failed.set_value();
        return Status::make_io("no space left");
    };
    ASSERT_TRUE(working.background.start().ok());
    working.write("points");
    failed.get_future().wait();
    working.background.pause();
    clock.now_us = 60'000'000;
    working.background.resume();
    EXPECT_EQ(again.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

}  // namespace
}  // namespace grape::engine
