#include "core/engine/sequencer.h"

#include <new>

#include "core/engine/commit_group.h"

namespace grape::engine {

using base::Code;
using base::Status;

namespace {

constexpr size_t kGroupChangesMax = 256;

// Texts so short that they need no memory.
Status out_of_memory() {
    return Status(Code::nomem, "out of memory");
}
Status unknown_outcome() {
    return Status(Code::unknown_outcome, "out of memory");
}

// The same status; without its text where there is no memory for it.
Status copy(const Status& status) {
    try {
        return status;
    } catch (const std::bad_alloc&) {
        return Status(status.code(), "");
    }
}

}  // namespace

Sequencer::Sequencer(Services& services, SequencerState state)
    : services_(services), state_(std::move(state)) {
    group_.reserve(kGroupChangesMax);
    services_.views.publish(services_.views.prepare(state_.view, services_.pins));
}

Status Sequencer::health() const {
    const base::MutexLock lock(mutex_);
    return health_;
}

void Sequencer::next_group() {
    group_.clear();
    for (Change* change : queue_) {
        if (group_.size() == kGroupChangesMax || (change->alone && !group_.empty())) break;
        group_.push_back(change);
        if (change->alone) break;
    }
}

// Memory that runs out before the batch is written has changed nothing; after it, what readers see
// is behind what is durable, and only reopening mends that. The same goes for a batch that failed.
Status Sequencer::lead() {
    bool written = false;
    Status outcome;
    CommitGroup group(services_, state_, log_uses_, group_.front()->alone);
    try {
        for (Change* change : group_) {
            if (group.full()) {
                change->status_ = Status(Code::cancelled, "");
            } else {
                group.apply(*change);
            }
        }
        outcome = group.commit(&written);
    } catch (const std::bad_alloc&) {
        outcome = written ? unknown_outcome() : out_of_memory();
    }
    // What was appended and not committed must not lie before the next commit's frames.
    if (!outcome.ok()) services_.log->roll();
    if (written) {
        if (!outcome.ok()) latch(outcome);
        return outcome;
    }
    const Status undone = undo(group);
    if (!undone.ok()) latch(undone);
    return outcome;
}

Status Sequencer::undo(CommitGroup& group) {
    try {
        const Status undone = group.undo();
        return undone.ok() ? undone : undone.with_context("undoing a failed request");
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    }
}

void Sequencer::latch(const Status& failure) {
    const base::MutexLock lock(mutex_);
    if (health_.ok()) health_ = copy(failure);
}

Status Sequencer::refused() {
    const base::MutexLock lock(mutex_);
    try {
        return Status::make_readonly("writes are refused since: ", health_.message());
    } catch (const std::bad_alloc&) {
        return Status(Code::readonly, "");
    }
}

Status Sequencer::run(Change& change) {
    const base::MutexLock lock(mutex_);
    queue_.push_back(&change);
    while (!change.done_) {
        if (leading_ || queue_.front() != &change) {
            change.turn_.wait(mutex_);
        } else {
            lead_locked();
        }
    }
    return std::move(change.status_);
}

void Sequencer::lead_locked() {
    leading_ = true;
    next_group();
    const bool healthy = health_.ok();
    mutex_.unlock();
    const Status outcome = healthy ? lead() : refused();
    services_.views.reclaim_if_many();
    mutex_.lock();
    leading_ = false;
    settle(outcome);
    if (!queue_.empty()) queue_.front()->turn_.notify_one();
}

// Tells each change of the group how it went; those whose turn did not come stay in the queue.
void Sequencer::settle(const Status& outcome) {
    size_t kept = 0;
    for (Change* each : group_) {
        if (each->status_.code() == Code::cancelled) {
            each->status_ = {};
            queue_[kept++] = each;
            continue;
        }
        // A repeated key may name a commit of this very group, or have waited for its sync.
        const bool done_before =
            each->repeated && each->commit <= state_.view.commit && !each->sync;
        if (!outcome.ok() && each->status_.ok() && !done_before) each->status_ = copy(outcome);
        each->done_ = true;
        each->turn_.notify_one();
    }
    const auto begin = queue_.begin();
    queue_.erase(begin + static_cast<std::ptrdiff_t>(kept),
                 begin + static_cast<std::ptrdiff_t>(group_.size()));
}

}  // namespace grape::engine
