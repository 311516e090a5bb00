// LogUseTable: which shards have vectors in which files of the vector log. A file goes when the
// last of its users lets go of it: when those vectors are in files, or their collection is dropped.
//
// A group of commits changes the table in two steps: what takes memory or can fail is done before
// the batch is written, take_over() after it, by moving nodes. A group costs what it uses and
// releases, however many shards there are.
// Threads: has(), dead_after() and take_over() from the sequencer's leader; the rest from any.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "storage/key_format.h"

namespace grape::engine {

// Log files, and the shards that have vectors in them.
using LogUses = std::map<uint64_t, std::set<storage::ShardKey>>;

struct LogUseChange {
    std::set<std::pair<uint64_t, storage::ShardKey>> released;  // by file, then shard
    LogUses added;                                              // the table has none of them
    std::vector<uint64_t> dead;                                 // files that nobody uses then
};

class LogUseTable {
  public:
    void add(uint64_t file_number, storage::ShardKey shard) GRAPE_EXCLUDES(mutex_);
    bool has(uint64_t file_number, storage::ShardKey shard) const GRAPE_EXCLUDES(mutex_);
    // The files that are left without a user by the change.
    std::vector<uint64_t> dead_after(const LogUseChange& change) const GRAPE_EXCLUDES(mutex_);
    // Needs no memory: it cannot fail.
    void take_over(LogUseChange& change) noexcept GRAPE_EXCLUDES(mutex_);

    LogUses all() const GRAPE_EXCLUDES(mutex_);
    // The users of the oldest file while there are more than `files_max`; none otherwise.
    std::vector<storage::ShardKey> oldest_users(size_t files_max) const GRAPE_EXCLUDES(mutex_);
    std::vector<uint64_t> files_of(storage::ShardKey shard) const GRAPE_EXCLUDES(mutex_);

  private:
    mutable base::Mutex mutex_;
    LogUses uses_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
