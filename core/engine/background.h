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
    // Writers wait here while flushing is far behind. What cannot be flushed now (a collection that
    // is set aside) does not count. Code::nomem, only under a budget, when `bytes` can never fit or
    // nothing flushes. Each admit() that gives ok is followed by one leave(), after the commit.
    base::Status admit(uint64_t bytes) GRAPE_EXCLUDES(mutex_);
    void leave(uint64_t bytes) GRAPE_EXCLUDES(mutex_);

    // Returns when no unit runs; none starts until resume().
    void pause() GRAPE_EXCLUDES(mutex_);
    void resume() GRAPE_EXCLUDES(mutex_);
    bool paused() const GRAPE_EXCLUDES(mutex_);

    // All tails that belong into files go there; `everything` also merges and purges until nothing
    // is left to do.
    base::Status drain(bool everything);
    // Makes indexes of the collection's fields that do not speak for all points yet.
    base::Status cover_fields(const std::string& collection);
    // The tails of the collection go into files.
    base::Status flush_collection(uint32_t collection);
    // Held while files come and go.
    base::Mutex& work_mutex() GRAPE_RETURN_CAPABILITY(work_mutex_) { return work_mutex_; }
    // Called with a collection whose files changed; set before start().
    void on_new_files(std::function<void(uint32_t collection)> call) {
        new_files_ = std::move(call);
    }
    const BackgroundCounts& counts() const { return counts_; }
    std::string last_error() const GRAPE_EXCLUDES(mutex_);

  private:
    void loop();
    base::Result<bool> unit() GRAPE_REQUIRES(work_mutex_);
    base::Result<bool> rewrite_one();
    base::Status drain_collection(uint32_t number, bool merge);
    base::Status drain_rest(uint64_t commit);
    base::Result<bool> sweep() GRAPE_REQUIRES(work_mutex_);
    base::Result<bool> free_log();
    base::Result<bool> rewrite(const RewritePlan& plan);
    base::Result<uint64_t> try_rewrite(const RewritePlan& plan);
    base::Result<bool> trim_records();
    bool is_full(uint64_t bytes) const GRAPE_REQUIRES(mutex_);
    base::Status check_admission(uint64_t bytes) const GRAPE_REQUIRES(mutex_);
    uint64_t relief_limit() const GRAPE_EXCLUDES(mutex_);
    base::Result<bool> relieve();
    std::optional<uint32_t> recount_tails();
    void note_failure(const base::Status& failure) GRAPE_EXCLUDES(mutex_);
    void set_aside(uint32_t collection, const base::Status& failure) GRAPE_EXCLUDES(mutex_);
    bool rests(uint32_t collection) const GRAPE_EXCLUDES(mutex_);
    void end_rests() GRAPE_EXCLUDES(mutex_);

    Services& services_;
    Sequencer& sequencer_;
    Purge& purge_;
    BackgroundCounts counts_;
    std::function<void(uint32_t)> new_files_;
    base::Thread thread_;
    base::Mutex work_mutex_;  // before mutex_
    std::string sweep_cursor_ GRAPE_GUARDED_BY(work_mutex_);
    uint64_t next_sweep_ GRAPE_GUARDED_BY(work_mutex_) = 0;

    mutable base::Mutex mutex_;
    base::Condition wake_, changed_;
    std::set<uint32_t> dirty_ GRAPE_GUARDED_BY(mutex_);  // collections to look at
    bool threaded_ GRAPE_GUARDED_BY(mutex_) = false;
    bool stopping_ GRAPE_GUARDED_BY(mutex_) = false;
    bool running_ GRAPE_GUARDED_BY(mutex_) = false;  // the thread is in a unit
    bool paused_ GRAPE_GUARDED_BY(mutex_) = false;
    bool woken_ GRAPE_GUARDED_BY(mutex_) = false;
    // Of commits that were let in and are not in unflushed_bytes yet; the most that one waits for.
    uint64_t admitted_bytes_ GRAPE_GUARDED_BY(mutex_) = 0;
    uint64_t wanted_bytes_ GRAPE_GUARDED_BY(mutex_) = 0;
    struct Rest {
        uint64_t until_us = 0;
        base::Status why;
    };
    std::map<uint32_t, Rest> set_aside_ GRAPE_GUARDED_BY(mutex_);  // by collection; they rest
    std::string last_error_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
