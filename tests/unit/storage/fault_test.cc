// The n-th operation that writes fails, for every n: what was acknowledged survives, what failed is
// there as a whole or not at all, and after the first failure nothing is written any more.
#include <gtest/gtest.h>

#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

constexpr int kBatches = 60;

// Small buffers, so that logs are switched and tables are made within a few hundred operations.
StoreOptions small_options(const std::string& directory) {
    StoreOptions options = options_for(directory);
    options.write_buffer_bytes = 64u << 10;
    return options;
}

struct Outcome {
    int acknowledged = 0;
    bool failed = false;
};

void expect_stopped(Store& store, const Workload& workload, int acknowledged) {
    EXPECT_FALSE(store.health().ok());
    const Status again = store.write(workload.batch(acknowledged + 1), Sync::yes);
    EXPECT_EQ(again.code(), Code::readonly) << again.to_string();
    EXPECT_NE(again.message().find(store.health().message()), std::string::npos);
    EXPECT_EQ(store.sync().code(), Code::readonly);
    EXPECT_EQ(store.settle().code(), Code::readonly);
    const Result<int> readable = workload.check(store);
    ASSERT_TRUE(readable.ok()) << readable.status().to_string();
    EXPECT_EQ(readable.value(), acknowledged);
}

Outcome run(const std::string& directory, const Workload& workload, FileFaults& faults) {
    Outcome outcome;
    Result<OpenedStore> opened = open_leveldb_store(small_options(directory), &faults);
    if (!opened.ok()) return {0, true};
    for (int i = 1; i <= kBatches && !outcome.failed; ++i) {
        const Status status = opened->store->write(workload.batch(i), Sync::yes);
        outcome.failed = !status.ok();
        if (status.ok()) outcome.acknowledged = i;
        // Readonly when a compaction failed before this write began: then it was not begun.
        if (outcome.failed && status.code() != Code::readonly) {
            EXPECT_EQ(status.code(), Code::unknown_outcome) << status.to_string();
        }
        if (i == kBatches / 2 && !outcome.failed) outcome.failed = !opened->store->settle().ok();
    }
    if (outcome.failed) expect_stopped(*opened->store, workload, outcome.acknowledged);
    return outcome;
}

void fail_every_operation(bool forever) {
    const Workload workload{.keys_per_batch = 4, .value_bytes = 1500};
    int hits = 0;
    for (uint64_t n = 1;; n += n < 40 ? 1 : 5) {
        SCOPED_TRACE(cat("operation ", n, forever ? " and all later ones" : ""));
        TemporaryDirectory directory;
        NthFault faults(n, forever);
        const Outcome outcome = run(directory.file("store"), workload, faults);
        if (!faults.hit()) break;
        ++hits;
        Result<OpenedStore> again = open_leveldb_store(small_options(directory.file("store")));
        ASSERT_TRUE(again.ok()) << again.status().to_string();
        const Result<int> found = workload.check(*again->store);
        ASSERT_TRUE(found.ok()) << found.status().to_string();
        ASSERT_GE(found.value(), outcome.acknowledged);
        ASSERT_LE(found.value(), outcome.acknowledged + 1);
        ASSERT_TRUE(again->store->write(workload.batch(found.value() + 1), Sync::yes).ok());
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(hits, 50);
}

TEST(StoreFaults, acknowledged_batches_survive_any_one_failure) {
    fail_every_operation(false);
}

TEST(StoreFaults, acknowledged_batches_survive_a_disk_that_stays_broken) {
    fail_every_operation(true);
}

// Every read fails from some moment on.
class ReadFault final : public FileFaults {
  public:
    int before(FileOperation operation, const std::string&, size_t*) override {
        return broken && operation == FileOperation::read ? EIO : 0;
    }
    std::atomic<bool> broken{false};
};

TEST(StoreFaults, a_read_that_fails_is_an_error_and_no_missing_key) {
    TemporaryDirectory directory;
    const Workload workload{.keys_per_batch = 20, .value_bytes = 500};
    {
        Result<OpenedStore> opened = open_at(directory.file("store"));
        ASSERT_TRUE(opened.ok());
        for (int i = 1; i <= 40; ++i) {
            ASSERT_TRUE(opened->store->write(workload.batch(i), Sync::no).ok());
        }
        ASSERT_TRUE(opened->store->settle().ok());
    }
    ReadFault faults;
    StoreOptions options = options_for(directory.file("store"));
    options.block_cache_bytes = 0;
    Result<OpenedStore> opened = open_leveldb_store(options, &faults);
    ASSERT_TRUE(opened.ok());
    ASSERT_EQ(workload.check(*opened->store).value(), 40);
    faults.broken = true;
    EXPECT_EQ(opened->store->get(workload.key(3, 3)).status().code(), Code::io);
    const std::unique_ptr<Iterator> iterator = opened->store->iterate("");
    while (iterator->valid()) iterator->next();
    EXPECT_EQ(iterator->status().code(), Code::io);
    EXPECT_TRUE(opened->store->health().ok());  // reads do not latch
    faults.broken = false;
    EXPECT_EQ(workload.check(*opened->store).value(), 40);
}

}  // namespace
}  // namespace grape::storage
