// Sequencer: the one place where the database changes. Callers queue their changes; the first in
// the queue leads: it applies a group of them one after the other to a private copy of the state,
// makes the group durable (vector log, then one batch of the store) and publishes the next view.
// The others wait for their results. Group commit as in LevelDB's DBImpl::Write.
//
// What must stay true:
//  1. Commit numbers are given without gaps, in the order of publication.
//  2. The vector log is durable before the batch that names its new end.
//  3. A change that failed has changed nothing; a group whose batch failed has an unknown outcome
//     and makes the database read-only.
// Threads: run() from any.
#pragma once

#include <deque>
#include <vector>

#include "core/engine/change.h"
#include "core/engine/log_uses.h"

namespace grape::engine {

class CommitGroup;

class Sequencer {
  public:
    Sequencer(Services& services, SequencerState state);

    base::Status run(Change& change) GRAPE_EXCLUDES(mutex_);
    // After a failed batch: why the database is read-only.
    base::Status health() const GRAPE_EXCLUDES(mutex_);
    // The shard has vectors in the log file; for recovery.
    void add_log_use(uint64_t file_number, storage::ShardKey shard) {
        log_uses_.add(file_number, shard);
    }
    // Of the groups that are committed.
    LogUses log_uses() const { return log_uses_.all(); }
    const LogUseTable& log_use_table() const { return log_uses_; }

  private:
    base::Status lead() GRAPE_EXCLUDES(mutex_);
    static base::Status undo(CommitGroup& group);
    void next_group() GRAPE_REQUIRES(mutex_);
    void lead_locked() GRAPE_REQUIRES(mutex_);
    void settle(const base::Status& outcome) GRAPE_REQUIRES(mutex_);
    void latch(const base::Status& failure) GRAPE_EXCLUDES(mutex_);
    base::Status refused() GRAPE_EXCLUDES(mutex_);

    Services& services_;
    SequencerState state_;        // the leader's
    std::vector<Change*> group_;  // the leader's: what it commits
    LogUseTable log_uses_;        // changed by the leader

    mutable base::Mutex mutex_;
    std::deque<Change*> queue_ GRAPE_GUARDED_BY(mutex_);
    bool leading_ GRAPE_GUARDED_BY(mutex_) = false;
    base::Status health_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
