// What only the store on disk does: keep over reopening, settle, and refuse work in a forked child.
#include "storage/leveldb_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

uint64_t bytes_of_logs(const std::string& directory) {
    uint64_t bytes = 0;
    for (const std::string& log : files_with(directory, ".log")) {
        bytes += std::filesystem::file_size(log);
    }
    return bytes;
}

TEST(LevelDbStore, keeps_everything_over_reopening) {
    TemporaryDirectory directory;
    const Workload workload;
    for (int round = 0; round < 5; ++round) {
        Result<OpenedStore> opened = open_at(directory.file("store"));
        ASSERT_TRUE(opened.ok()) << opened.status().to_string();
        EXPECT_EQ(opened->recovered_tail_bytes, 0u);
        const Result<int> count = workload.check(*opened->store);
        ASSERT_TRUE(count.ok()) << count.status().to_string();
        ASSERT_EQ(count.value(), round * 20);
        for (int i = 1; i <= 20; ++i) {
            ASSERT_TRUE(opened->store->write(workload.batch(round * 20 + i), Sync::no).ok());
        }
    }
}

TEST(LevelDbStore, settle_leaves_nothing_to_replay) {
    TemporaryDirectory directory;
    const std::string path = directory.file("store");
    Result<OpenedStore> opened = open_at(path);
    ASSERT_TRUE(opened.ok());
    const Workload workload{.keys_per_batch = 50, .value_bytes = 200};
    for (int i = 1; i <= 40; ++i) {
        ASSERT_TRUE(opened->store->write(workload.batch(i), Sync::no).ok());
    }
    EXPECT_GT(bytes_of_logs(path), 400'000u);
    ASSERT_TRUE(opened->store->settle().ok());
    EXPECT_EQ(bytes_of_logs(path), 0u);
    ASSERT_TRUE(opened->store->settle().ok());  // with nothing to do
    // A crash now loses nothing, and the next open has nothing to read but tables.
    copy_directory(path, directory.file("image"));
    Result<OpenedStore> image = open_at(directory.file("image"));
    ASSERT_TRUE(image.ok()) << image.status().to_string();
    EXPECT_EQ(workload.check(*image->store).value(), 40);
}

TEST(LevelDbStore, sync_makes_earlier_writes_durable) {
    // What is durable is seen by the mark that the next frame carries: a bad frame before it is
    // damage then, and not a torn tail.
    for (const bool sync : {false, true}) {
        TemporaryDirectory directory;
        const std::string path = directory.file("store");
        Result<OpenedStore> opened = open_at(path);
        ASSERT_TRUE(opened.ok());
        const Workload workload;
        ASSERT_TRUE(opened->store->write(workload.batch(1), Sync::no).ok());
        if (sync) {
            ASSERT_TRUE(opened->store->sync().ok());
        }
        ASSERT_TRUE(opened->store->write(workload.batch(2), Sync::no).ok());
        const std::string image = directory.file("image");
        copy_directory(path, image);
        flip_bit(files_with(image, ".log").at(0), 200, 3);
        Result<OpenedStore> damaged = open_at(image);
        EXPECT_EQ(damaged.ok() ? Code::ok : damaged.status().code(),
                  sync ? Code::corrupt : Code::ok);
        if (damaged.ok()) {
            EXPECT_EQ(workload.check(*damaged->store).value(), 0);
        }
    }
}

TEST(LevelDbStore, is_refused_to_another_database) {
    TemporaryDirectory directory;
    const std::string path = directory.file("store");
    const Workload workload;
    {
        Result<OpenedStore> opened = open_at(path);
        ASSERT_TRUE(opened.ok());
        ASSERT_TRUE(opened->store->write(workload.batch(1), Sync::yes).ok());
    }
    StoreOptions options = options_for(path);
    options.database_id += 1;
    EXPECT_EQ(open_leveldb_store(options).status().code(), Code::corrupt);
    EXPECT_TRUE(open_at(path).ok());
}

TEST(LevelDbStore, a_forked_child_writes_nothing_and_leaves_quietly) {
    TemporaryDirectory directory;
    Result<OpenedStore> opened = open_at(directory.file("store"));
    ASSERT_TRUE(opened.ok());
    const Workload workload;
    ASSERT_TRUE(opened->store->write(workload.batch(1), Sync::yes).ok());
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        alarm(20);
        const bool refused =
            opened->store->write(workload.batch(2), Sync::yes).code() == Code::forked &&
            opened->store->sync().code() == Code::forked &&
            opened->store->settle().code() == Code::forked;
        opened->store.reset();
        _exit(refused ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    ASSERT_TRUE(opened->store->write(workload.batch(2), Sync::yes).ok());
    EXPECT_EQ(workload.check(*opened->store).value(), 2);
}

TEST(LevelDbStore, goes_through_many_compactions) {
    TemporaryDirectory directory;
    StoreOptions options = options_for(directory.file("store"));
    options.write_buffer_bytes = 64u << 10;
    const Workload workload{.keys_per_batch = 20, .value_bytes = 400};
    {
        Result<OpenedStore> opened = open_leveldb_store(options);
        ASSERT_TRUE(opened.ok());
        for (int i = 1; i <= 300; ++i) {
            ASSERT_TRUE(opened->store->write(workload.batch(i), Sync::no).ok());
        }
        EXPECT_EQ(workload.check(*opened->store).value(), 300);
        EXPECT_TRUE(opened->store->health().ok());
    }
    Result<OpenedStore> again = open_leveldb_store(options);
    ASSERT_TRUE(again.ok()) << again.status().to_string();
    EXPECT_EQ(workload.check(*again->store).value(), 300);
}

}  // namespace
}  // namespace grape::storage
