#include "core/engine/conflict_ring.h"

#include <algorithm>
#include <new>

namespace grape::engine {

using base::MutexLock;
using base::Status;

namespace {

size_t ids_of(const CommitChanges& changes) {
    size_t count = 0;
    for (const CommitChanges::Part& part : changes.parts) count += part.ids.size();
    return count;
}

}  // namespace

void ConflictRing::add(CommitChanges changes) {
    const uint64_t commit = changes.commit;
    const MutexLock lock(mutex_);
    // Of a group that failed.
    while (!commits_.empty() && commits_.back()->commit >= commit) {
        ids_ -= ids_of(*commits_.back());
        commits_.pop_back();
    }
    try {
        ids_ += ids_of(changes);
        commits_.push_back(std::make_shared<const CommitChanges>(std::move(changes)));
    } catch (const std::bad_alloc&) {
        // The commit goes on; transactions that are open run again.
        commits_.clear();
        ids_ = 0;
        forgotten_ = commit;
        return;
    }
    while (commits_.size() > limits_.commits_max || ids_ > limits_.ids_max) drop_oldest();
}

void ConflictRing::drop_oldest() {
    ids_ -= ids_of(*commits_.front());
    forgotten_ = std::max(forgotten_, commits_.front()->commit);
    commits_.pop_front();
}

void ConflictRing::trim(uint64_t published) {
    const MutexLock lock(mutex_);
    if (entering_ != 0) return;
    const uint64_t until = views_.empty() ? published : std::min(published, *views_.begin());
    while (!commits_.empty() && commits_.front()->commit <= until) drop_oldest();
}

void ConflictRing::enter() {
    const MutexLock lock(mutex_);
    ++entering_;
}

void ConflictRing::stay(uint64_t view) {
    const MutexLock lock(mutex_);
    --entering_;
    views_.insert(view);
}

void ConflictRing::leave(uint64_t view) {
    const MutexLock lock(mutex_);
    views_.erase(views_.find(view));
}

base::Result<CommitList> ConflictRing::between(uint64_t after, uint64_t until) const {
    const MutexLock lock(mutex_);
    if (forgotten_ > after) {
        return Status::make_retry("transaction: commits up to ", forgotten_,
                                  " are no longer kept for comparison, and it reads as of commit ",
                                  after, "; run it again");
    }
    const auto behind = [](uint64_t commit, const auto& each) { return commit < each->commit; };
    const auto first = std::upper_bound(commits_.begin(), commits_.end(), after, behind);
    const auto last = std::upper_bound(first, commits_.end(), until, behind);
    return CommitList(first, last);
}

}  // namespace grape::engine
