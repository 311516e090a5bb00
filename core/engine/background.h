// Background: purging, flushing, merging, taking back row numbers and trimming commit records, by
// one thread of low priority, in small units, with counters that only grow and a pause that holds.
//
// Callers that want the work done now (flush, optimize, close) do the same units on their own
// thread; work_mutex_ sees to it that there is one unit at a time. Threads: any.
#pragma once

#include <atomic>
#include <optional>
#include <set>

#include "core/base/thread.h"
#include "core/engine/purge.h"
#include "core/engine/rewrite.h"

namespace grape::engine {

struct BackgroundCounts {
    std::atomic<uint64_t> flushes_started{0}, flushes_done{0};
    std::atomic<uint64_t> merges_started{0}, merges_done{0};
    std::atomic<uint64_t> vectors_flushed{0}, vectors_merged{0};
    std::atomic<uint64_t> failures{0};
};

class Background {
  public:
    Background(Services& services, Sequencer& sequencer, Purge& purge)
        : services_(services), sequencer_(sequencer), purge_(purge) {}

    base::Status start();
    void stop();
    // From the sequencer's leader, after publication.
    void note_commit(const CommitEdit& edit) GRAPE_EXCLUDES(mutex_);
    // Writers wait here while flushing is far behind.
    void wait_for_room() GRAPE_EXCLUDES(mutex_);

    // Returns when no unit runs; none starts until resume().
    void pause() GRAPE_EXCLUDES(mutex_);
    void resume() GRAPE_EXCLUDES(mutex_);
    bool paused() const GRAPE_EXCLUDES(mutex_);

    // All tails that belong into files go there; `everything` also merges and purges until nothing
    // is left to do.
    base::Status drain(bool everything);
    const BackgroundCounts& counts() const { return counts_; }
    std::string first_error() const GRAPE_EXCLUDES(mutex_);

  private:
    void loop();
    base::Result<bool> unit();
    base::Result<bool> rewrite_one(bool force_flush, bool merge);
    base::Result<bool> free_log();
    base::Result<bool> rewrite(const RewritePlan& plan);
    base::Result<bool> reclaim_rows();
    base::Result<bool> reclaim_rows_of(const CollectionView& collection);
    base::Result<bool> trim_records();
    bool wants_flush(const ShardView& view, bool force) const;
    RewritePlan merge_plan(uint32_t collection, const ShardView& view) const;
    base::Result<bool> relieve();
    std::optional<uint32_t> recount_tails();
    void note_failure(const base::Status& failure) GRAPE_EXCLUDES(mutex_);

    Services& services_;
    Sequencer& sequencer_;
    Purge& purge_;
    BackgroundCounts counts_;
    base::Thread thread_;
    base::Mutex work_mutex_;  // before mutex_

    mutable base::Mutex mutex_;
    base::Condition wake_, changed_;
    std::set<uint32_t> dirty_ GRAPE_GUARDED_BY(mutex_);  // collections to look at
    bool threaded_ GRAPE_GUARDED_BY(mutex_) = false;
    bool stopping_ GRAPE_GUARDED_BY(mutex_) = false;
    bool running_ GRAPE_GUARDED_BY(mutex_) = false;  // the thread is in a unit
    bool paused_ GRAPE_GUARDED_BY(mutex_) = false;
    bool woken_ GRAPE_GUARDED_BY(mutex_) = false;
    std::string first_error_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
