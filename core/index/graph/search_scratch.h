// What a search of a graph, and of what is outside of it, keeps from one query to the next;
// internal to core/index/graph. Threads: belongs to one.
#pragma once

#include "core/index/graph/graph_search.h"
#include "core/index/graph/graph_walk.h"

namespace grape::index {

struct SearchScratch {
    WalkScratch walk;
    std::vector<GraphCandidate> candidates;
    std::vector<uint32_t> distances;  // of the candidates
    std::vector<float> keys;
    std::vector<uint8_t> code;  // of the query, in another order

    size_t heap_bytes() const {
        return walk.heap_bytes() + candidates.capacity() * sizeof(GraphCandidate) +
               (distances.capacity() + keys.capacity()) * sizeof(float) + code.capacity();
    }
};

}  // namespace grape::index
