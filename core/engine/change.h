// Change: what a caller hands to the sequencer. Threads: belongs to the caller, and to the
// sequencer's leader from run() to its return.
#pragma once

#include <functional>
#include <string>

#include "core/engine/commit_edit.h"

namespace grape::engine {

// A change to be made. `apply` runs on the leader's thread, which may be another caller's. It must
// change nothing but the edit: it may run twice, and its group may fail.
struct Change {
    std::function<base::Status(CommitEdit&)> apply;
    bool is_commit = true;  // false: work of the engine's own, without a number
    bool alone = false;     // a large one: runs in a group of its own and may write in parts
    bool sync = true;
    std::string idempotency_key;
    // Called when it was applied; its group may fail yet.
    std::function<void(CommitEdit&)> applied;
    // Called once the group is durable: before readers see it, and after; in order.
    std::function<void(CommitEdit&)> written, committed;

    // Results.
    uint64_t commit = 0;
    bool repeated = false;

  private:
    friend class Sequencer;
    friend class CommitGroup;
    bool done_ = false;
    base::Status status_;
    base::Condition turn_;
};

// What the sequencer remembers between groups.
struct SequencerState {
    ViewState view;
    uint64_t last_hash = 0;
};

}  // namespace grape::engine
