// Purge: deletes what no view needs any more: superseded keys of points and vectors, everything of
// deleted points, everything of dropped collections; and commit records that recovery does not
// need.
//
// What a commit superseded is queued when it is published (and found again in the commit records at
// open). An item is done once every view is as new as its commit; what goes is looked up beside the
// sequencer and deleted by it in slices, since the rows of an id are read and written there.
// Threads: add() from the sequencer's leader or open; step() from one thread at a time.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "core/base/mutex.h"
#include "core/engine/sequencer.h"

namespace grape::engine {

struct PurgeItem {
    uint64_t commit = 0;
    storage::ShardKey shard;
    std::vector<uint32_t> replaced;  // rows with newer keys or vectors
    std::vector<uint32_t> deleted;
    bool dropped = false;  // the whole collection
    uint32_t vectors = 0;  // of the collection

    static PurgeItem from(uint64_t commit, const storage::ShardChange& change, uint32_t vectors);
    bool empty() const { return replaced.empty() && deleted.empty() && !dropped; }
};

class Purge {
  public:
    Purge(Services& services, Sequencer& sequencer) : services_(services), sequencer_(sequencer) {}

    void add(PurgeItem item) GRAPE_EXCLUDES(mutex_);
    // What a committed edit superseded.
    void add_edit(const CommitEdit& edit) GRAPE_EXCLUDES(mutex_);
    // Does a slice of work for commits up to `commit`; false when nothing can be done now.
    base::Result<bool> step(uint64_t commit = UINT64_MAX) GRAPE_EXCLUDES(mutex_);
    bool pending() const GRAPE_EXCLUDES(mutex_);
    // Rows of the shard that wait to be purged: they must not be given again.
    std::vector<uint32_t> waiting_rows(storage::ShardKey shard) const GRAPE_EXCLUDES(mutex_);
    uint64_t rows_purged() const { return rows_purged_; }

    // The oldest kept commit record, and the first one that the shards still need for recovery.
    void set_first_record(uint64_t commit) GRAPE_EXCLUDES(mutex_);
    uint64_t first_record() const GRAPE_EXCLUDES(mutex_);
    // Trims the records of commits before `floor` that are purged; false when there is nothing to
    // do.
    base::Result<bool> trim(uint64_t floor) GRAPE_EXCLUDES(mutex_);

  private:
    base::Result<bool> purge_slice(PurgeItem& item);
    base::Result<bool> drop_slice(const PurgeItem& item);
    base::Status drop_logs(const PurgeItem& item);

    Services& services_;
    Sequencer& sequencer_;
    mutable base::Mutex mutex_;
    std::deque<PurgeItem> queue_ GRAPE_GUARDED_BY(mutex_);
    std::deque<PurgeItem> failed_ GRAPE_GUARDED_BY(mutex_);
    uint64_t first_record_ GRAPE_GUARDED_BY(mutex_) = 1;
    std::atomic<uint64_t> rows_purged_{0};
};

}  // namespace grape::engine
