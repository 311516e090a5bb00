// Services: what the parts of an open database share.
// Threads: each member says for itself; the plain values do not change after open.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/base/limits.h"
#include "core/base/memory_budget.h"
#include "core/base/mutex.h"
#include "core/engine/database.h"
#include "core/engine/file_table.h"
#include "core/engine/view.h"
#include "core/index/field/bitset_cache.h"
#include "storage/disk.h"
#include "storage/store.h"
#include "storage/vector_log.h"

namespace grape::engine {

// The sizes that decide when things happen, with their defaults put in.
struct Sizes {
    uint64_t pending_bytes_max = 64u << 10;
    uint64_t flush_tail_bytes = 32u << 20;
    uint64_t flush_row_bytes = 32u << 20;
    uint64_t direct_file_bytes = 32u << 20;
    uint64_t small_shard_bytes = 1u << 20;
    uint64_t log_file_bytes = 64u << 20;
    uint64_t batch_bytes = 4u << 20;
    uint32_t rows_max = base::limits::rows_per_shard_max;
    uint64_t vector_file_bytes = 64u << 20;
    uint64_t unflushed_bytes_max = 128u << 20;  // writers wait beyond
    uint64_t kept_commits_max = 4096;           // beyond, lagging shards are flushed
    uint64_t dead_rows_min = 4096;              // so many dead rows are worth a look
    uint64_t log_files_max = 4;                 // beyond, who holds the oldest one is flushed
    uint64_t graph_vectors_min = 10'000;        // fewer vectors are scanned, without a graph
    uint64_t transaction_bytes_max = base::limits::transaction_bytes_max;
    uint64_t transactions_max = base::limits::transactions_max;
    uint64_t compared_commits_max = 65'536;  // kept for transactions
    uint64_t automatic_reads_min = 5000;     // a filter that reads as many payloads wants an index
    static Sizes from(const OpenOptions::Sizes& wanted);
};

struct Services {
    Sizes sizes;
    // Parts of memory_bytes_max (memory_plan.h): decoded requests and replies; graph builds; pinned
    // files, and codes beside graphs.
    mutable base::MemoryBudget request_memory, build_memory, pinned_memory;
    uint64_t request_bytes_max = base::MemoryBudget::kUnlimited;  // of request_memory, for one
    base::Clock* clock = nullptr;
    base::Logger logger;
    std::unique_ptr<storage::Store> store;
    std::shared_ptr<storage::BlobStore> blobs;
    std::unique_ptr<storage::VectorLog> log;
    std::unique_ptr<FileTable> files;
    std::shared_ptr<PinTable> pins = std::make_shared<PinTable>();
    ViewSlots views;
    std::atomic<uint64_t> last_file_number{0};
    std::atomic<uint64_t> unflushed_bytes{0};  // of tails that belong into files, at most
    uint64_t recovered_tail_bytes = 0;         // cut from torn tails at open

    // What conditions found in runs of payload fields.
    mutable index::BitsetCache field_answers{base::limits::field_answers_bytes};

    bool memory_is_limited() const { return request_memory.limited(); }
    uint64_t next_file_number() { return last_file_number.fetch_add(1) + 1; }
};

}  // namespace grape::engine
