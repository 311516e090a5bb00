// Which vectors of a shard are worth a graph, and when it is time for a new one: decided from one
// view of the shard alone. Threads: any.
#pragma once

#include "core/engine/services.h"

namespace grape::engine {

// The graph that a vector should have next is made over its vectors in files.
enum class GraphWish : uint8_t {
    none,
    // So many vectors of the graph are gone, or so many others are outside of it, that searches
    // would be slow.
    due,
    // What is outside of the graph is mostly in memory: a flush comes first.
    flush_first,
};
// How many vectors outside of a graph are too many.
enum class GraphNeed : uint8_t {
    busy,      // while the collection is written to: a graph is made anew for many at once
    quiet,     // nobody has written for a while
    complete,  // one is
};
GraphWish graph_wish(const Sizes& sizes, const VectorRuns& runs, GraphNeed need);

// A graph of which so much is gone is not worth going on from.
bool is_worn(const GraphView& graph);

// Whether a vector of the shard waits for its graph.
bool graph_is_due(const Sizes& sizes, const ShardView& view, GraphNeed need);

}  // namespace grape::engine
