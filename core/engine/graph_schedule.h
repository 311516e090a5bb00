// GraphSchedule: which collection the graph worker looks at next, and how closely. Times are the
// monotonic clock's, in microseconds. Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "core/engine/graph_choice.h"

namespace grape::engine {

class GraphSchedule {
  public:
    struct Task {
        uint32_t collection = 0;
        GraphNeed need = GraphNeed::busy;
    };

    bool empty() const { return waiting_.empty(); }
    // A look at the collection is due, or will be when nobody writes for a while.
    bool contains(uint32_t collection) const { return waiting_.contains(collection); }
    // The collection's files or vectors changed.
    void note(uint32_t collection, uint64_t now_us);
    // What is due now, if anything is.
    std::optional<Task> next(uint64_t now_us);
    // What a task built took so long. Who is always written to gets a quiet look when ten times as
    // long has passed, from ten seconds to an hour.
    void note_build(uint32_t collection, uint64_t took_us) { build_us_[collection] = took_us; }
    // After a failure: no look for a while, then one.
    void rest(uint32_t collection, uint64_t now_us);
    // The collection is gone.
    void forget(uint32_t collection);

  private:
    struct Waiting {
        bool changed = false;      // since the last busy look
        uint64_t since_us = 0;     // the first change after the last quiet look
        uint64_t quiet_at_us = 0;  // unless it changes before
    };
    uint64_t patience_us(uint32_t collection) const;
    bool rests(uint32_t collection, uint64_t now_us);

    std::map<uint32_t, Waiting> waiting_;
    std::map<uint32_t, uint64_t> build_us_, resting_until_us_;
};

}  // namespace grape::engine
