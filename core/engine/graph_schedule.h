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
    // The graphs that a task built took so long. Who is always written to gets no quiet look
    // before ten times as long has passed.
    void note_build(uint32_t collection, uint64_t took_us, uint64_t now_us);
    // After a failure: no look for a while, then a quiet one.
    void rest(uint32_t collection, uint64_t now_us);
    // The collection is gone.
    void forget(uint32_t collection);

  private:
    struct Waiting {
        bool changed = false;   // since the last busy look
        uint64_t since_us = 0;  // the first change after the last quiet look
        uint64_t last_us = 0;   // the last change
        uint64_t looked_us = 0;
        uint64_t resting_until_us = 0;
    };
    struct Build {
        uint64_t took_us = 0, ended_us = 0;
    };
    uint64_t quiet_at_us(uint32_t collection, const Waiting& waiting) const;

    std::map<uint32_t, Waiting> waiting_;
    std::map<uint32_t, Build> builds_;  // the last one of each collection
};

}  // namespace grape::engine
