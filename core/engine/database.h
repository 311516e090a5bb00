// Database: one open directory (or one in memory). The door of the engine; capi and the server
// stand on it.
//
// Threads: execute() from any number at once; open() and close() from one. Readers take the current
// view and never wait for a writer. After close() every call gives Code::closed, in a forked child
// Code::forked.
#pragma once

#include <memory>
#include <string>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/memory_budget.h"
#include "core/base/result.h"
#include "core/engine/request/reply.h"
#include "core/engine/request/request.h"

namespace grape::engine {

struct OpenOptions {
    std::string path;  // "" = in memory, gone at close
    bool create_if_missing = true;
    bool background = true;  // flush and merge in the background
    // Where queries show the need, make indexes of payload fields; only with `background`.
    bool automatic_fields = true;
    Durability durability = Durability::full;
    uint32_t group_delay_ms = 10;   // with Durability::group
    uint64_t memory_bytes_max = 0;  // of the database's own memory; 0: no limit
    base::Clock* clock = nullptr;   // null: the system's
    base::Logger logger;            // empty: nothing is logged
    // For tests: the sizes that decide when things happen. Zero: the default.
    struct Sizes {
        uint64_t pending_bytes_max = 0;      // a commit group with less goes inline (64 KiB)
        uint64_t flush_tail_bytes = 0;       // a tail of this size is flushed (32 MiB)
        uint64_t flush_row_bytes = 0;        // so much memory for changed rows is flushed (32 MiB)
        uint64_t direct_file_bytes = 0;      // an upsert of this size writes its file (32 MiB)
        uint64_t small_shard_bytes = 0;      // a shard below has no files (1 MiB)
        uint64_t log_file_bytes = 0;         // a new vector log file after this size (64 MiB)
        uint64_t batch_bytes = 0;            // one store batch of a large commit (4 MiB)
        uint64_t vector_file_bytes = 0;      // files up to a quarter of this are joined (64 MiB)
        uint64_t unflushed_bytes_max = 0;    // writers wait for flushes beyond (128 MiB)
        uint64_t kept_commits_max = 0;       // beyond, lagging shards are flushed (4096)
        uint64_t dead_rows_min = 0;          // so many dead rows are worth a look (4096)
        uint64_t log_files_max = 0;          // beyond, who holds the oldest one is flushed (4)
        uint32_t rows_max = 0;               // row numbers of a shard (limits::rows_per_shard_max)
        uint64_t automatic_reads_min = 0;    // so many payload reads want an index (5,000)
        uint64_t graph_vectors_min = 0;      // fewer vectors are scanned, without a graph (10,000)
        uint64_t transaction_bytes_max = 0;  // of one's writes (limits::transaction_bytes_max)
        uint64_t transactions_max = 0;       // open at once (limits::transactions_max)
        uint64_t compared_commits_max = 0;   // kept for transactions to compare (65,536)
    } sizes;
};

class DatabaseImpl;

class Database {
  public:
    static base::Result<std::unique_ptr<Database>> open(const OpenOptions& options);
    ~Database();  // closes
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    base::Result<Reply> execute(const Request& request);
    // For the memory of one request and its reply, beside the caller's: a part of memory_bytes_max.
    base::MemoryHold hold_memory() const;
    // Flushes, checkpoints, joins the threads, releases the lock. A second call does nothing.
    base::Status close();

  private:
    explicit Database(std::unique_ptr<DatabaseImpl> impl);
    std::unique_ptr<DatabaseImpl> impl_;
};

}  // namespace grape::engine
