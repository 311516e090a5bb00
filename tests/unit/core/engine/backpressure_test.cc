// Writers that wait for flushes must not wait for ever.
#include "tests/unit/core/engine/engine_fixture.h"

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

}  // namespace
}  // namespace grape::engine
