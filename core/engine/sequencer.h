// Sequencer: the one place where the database changes. Callers queue their changes; the first in
// the queue leads: it applies a group of them one after the other to a private copy of the state,
// makes the group durable (vector log, then one batch of the store) and publishes the next view.
// The others wait for their results. Group commit as in LevelDB's DBImpl::Write.
//
// What must stay true:
//  1. Commit numbers are given without gaps, in the order of publication.
//  2. The vector log is durable before the batch that names its new end.
//  3. A change that failed has changed nothing; a group whose batch failed has an unknown outcome
//  and
//     makes the database read-only.
// Threads: run() from any.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "core/engine/commit_edit.h"

namespace grape::engine {

// A change to be made. `apply` runs on the leader's thread and may run for changes of other
// callers.
struct Change {
    std::function<base::Status(CommitEdit&)> apply;
    bool is_commit = true;  // false: work of the engine's own, without a number
    bool alone = false;     // a large one: runs in a group of its own and may write in parts
    bool sync = true;
    std::string idempotency_key;
    // Called once the group is durable and published, in order.
    std::function<void(CommitEdit&)> committed;

    // Results.
    uint64_t commit = 0;
    bool repeated = false;

  private:
    friend class Sequencer;
    bool done_ = false;
    base::Status status_;
    base::Condition turn_;
};

// What the sequencer remembers between groups.
struct SequencerState {
    ViewState view;
    uint64_t last_hash = 0;
};

class Sequencer {
  public:
    Sequencer(Services& services, SequencerState state);

    base::Status run(Change& change) GRAPE_EXCLUDES(mutex_);
    // After a failed batch: why the database is read-only.
    base::Status health() const GRAPE_EXCLUDES(mutex_);
    // The shard has vectors in the log file.
    void add_log_use(uint64_t file_number, storage::ShardKey shard) GRAPE_EXCLUDES(logs_mutex_);
    // Takes the shard off the file; true when nobody uses the file any more. Called by the leader.
    bool drop_log_use(uint64_t file_number, storage::ShardKey shard) GRAPE_EXCLUDES(logs_mutex_);
    // Log files and who uses them.
    std::map<uint64_t, std::map<storage::ShardKey, bool>> log_uses() const
        GRAPE_EXCLUDES(logs_mutex_);

  private:
    class Group;
    base::Status lead(const std::vector<Change*>& changes);
    std::vector<Change*> next_group() GRAPE_REQUIRES(mutex_);
    void lead_locked() GRAPE_REQUIRES(mutex_);
    void settle(const std::vector<Change*>& group, const base::Status& outcome)
        GRAPE_REQUIRES(mutex_);
    void latch(const base::Status& failure) GRAPE_EXCLUDES(mutex_);

    Services& services_;
    SequencerState state_;  // the leader's

    mutable base::Mutex mutex_;
    std::deque<Change*> queue_ GRAPE_GUARDED_BY(mutex_);
    bool leading_ GRAPE_GUARDED_BY(mutex_) = false;
    base::Status health_ GRAPE_GUARDED_BY(mutex_);

    mutable base::Mutex logs_mutex_;
    std::map<uint64_t, std::map<storage::ShardKey, bool>> log_uses_ GRAPE_GUARDED_BY(logs_mutex_);
};

}  // namespace grape::engine
