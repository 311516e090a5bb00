// ConflictRing: which points the last commits changed, as far back as an open transaction may ask.
// Bounded: what falls out at the old end makes transactions that are older than it run again.
//
// What must stay true: while a transaction is open, between() knows every commit after its view, or
// refuses. A commit is added when it has been applied, before anybody sees it; when its group fails
// the number is given again, and the next one that has it takes its place.
//
// Threads: add() and trim() from the sequencer's leader, everything else from any.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/point_id.h"
#include "core/base/result.h"

namespace grape::engine {

// What one commit changed.
struct CommitChanges {
    struct Part {
        uint32_t collection = 0;
        bool too_many = false;  // then there are no ids
        std::vector<base::PointId> ids;
    };
    uint64_t commit = 0;
    std::vector<Part> parts;
};
using CommitList = std::vector<std::shared_ptr<const CommitChanges>>;

class ConflictRing {
  public:
    struct Limits {
        size_t commits_max = 65'536;
        size_t ids_max = 1'000'000;       // of all commits together
        size_t commit_ids_max = 100'000;  // of one collection in one commit
    };
    explicit ConflictRing(const Limits& limits) : limits_(limits) {}

    const Limits& limits() const { return limits_; }

    void add(CommitChanges changes) GRAPE_EXCLUDES(mutex_);
    // Everything up to `published` can be seen: what no transaction asks for is forgotten.
    void trim(uint64_t published) GRAPE_EXCLUDES(mutex_);

    // A transaction begins: first enter(), then it takes its view, then stay() with the view's
    // commit, which leave() gives back.
    void enter() GRAPE_EXCLUDES(mutex_);
    void stay(uint64_t view) GRAPE_EXCLUDES(mutex_);
    void leave(uint64_t view) GRAPE_EXCLUDES(mutex_);

    // The commits in (after, until], in order. Code::retry when some of them were forgotten.
    base::Result<CommitList> between(uint64_t after, uint64_t until) const GRAPE_EXCLUDES(mutex_);

  private:
    void drop_oldest() GRAPE_REQUIRES(mutex_);

    const Limits limits_;
    mutable base::Mutex mutex_;
    std::deque<std::shared_ptr<const CommitChanges>> commits_ GRAPE_GUARDED_BY(mutex_);
    size_t ids_ GRAPE_GUARDED_BY(mutex_) = 0;
    uint64_t forgotten_ GRAPE_GUARDED_BY(mutex_) = 0;  // up to this commit
    size_t entering_ GRAPE_GUARDED_BY(mutex_) = 0;
    std::multiset<uint64_t> views_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
