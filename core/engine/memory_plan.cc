#include "core/engine/memory_plan.h"

#include <algorithm>

namespace grape::engine {
namespace {

void at_most(uint64_t& size, uint64_t bytes) {
    size = std::min(size, bytes);
}

}  // namespace

// In sixteenths of the budget: vectors in no file 3 (they begin to be flushed at 1, commits wait at
// 2), what a flush takes 1, the store 3 (two memtables, its cache, what it knows of its tables),
// requests 4, builds of graphs 3, pinned files and codes 1, answers of conditions 1.
base::Result<MemoryPlan> MemoryPlan::make(uint64_t memory_bytes_max, Sizes& sizes,
                                          storage::StoreOptions& store) {
    MemoryPlan plan;
    if (memory_bytes_max == 0) return plan;
    if (memory_bytes_max < base::limits::memory_bytes_min) {
        return base::Status::make_limit("memory_bytes_max: ", memory_bytes_max,
                                        " is under the limit of ", base::limits::memory_bytes_min);
    }
    const uint64_t part = memory_bytes_max / 16;
    at_most(sizes.unflushed_bytes_max, 2 * part);
    at_most(sizes.flush_tail_bytes, part);
    at_most(sizes.flush_row_bytes, part);
    at_most(sizes.direct_file_bytes, part);
    at_most(sizes.small_shard_bytes, part / 4);
    at_most(sizes.batch_bytes, part / 2);
    at_most(sizes.transaction_bytes_max, part);
    store.write_buffer_bytes = std::min<uint64_t>(store.write_buffer_bytes, 3 * part / 4);
    store.block_cache_bytes = std::min<uint64_t>(store.block_cache_bytes, part);
    plan.requests_bytes_max = 4 * part;
    plan.request_bytes_max = 2 * part;
    plan.builds_bytes_max = 3 * part;
    plan.pinned_bytes_max = part;
    at_most(plan.field_answers_bytes, part);
    return plan;
}

}  // namespace grape::engine
