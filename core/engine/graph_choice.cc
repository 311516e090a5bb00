#include "core/engine/graph_choice.h"

#include <algorithm>

namespace grape::engine {
namespace {

// What is outside of a graph is scanned by every search.
constexpr uint64_t kOutsideShare = 8;    // an eighth of the graph
constexpr uint64_t kOutsideMin = 5'000;  // vectors
constexpr uint64_t kDeadShare = 5;       // a fifth of the nodes

}  // namespace

bool is_worn(const GraphView& graph) {
    return uint64_t{graph.hidden.count()} * kDeadShare > graph.run->count();
}

GraphWish graph_wish(const Sizes& sizes, const VectorRuns& runs, bool complete) {
    uint64_t current = 0, outside = 0, outside_in_memory = 0;
    for (const index::RunView& run : runs.runs) {
        current += run.current();
        outside += run.outside_graph();
        if (!run.run->in_file()) outside_in_memory += run.current();
    }
    if (current < sizes.graph_vectors_min) return GraphWish::none;
    uint64_t enough = sizes.graph_vectors_min / 2;
    if (runs.graph) {
        enough = std::max(std::min(kOutsideMin, enough), runs.graph->run->count() / kOutsideShare);
    }
    if (complete) enough = 1;
    const bool worn = runs.graph && is_worn(*runs.graph);
    if (outside < enough && !worn) return GraphWish::none;
    return outside_in_memory * 2 > outside && outside >= enough ? GraphWish::flush_first
                                                                : GraphWish::due;
}

bool graph_is_due(const Sizes& sizes, const ShardView& view) {
    return std::any_of(view.vectors.begin(), view.vectors.end(), [&](const VectorRuns& runs) {
        return graph_wish(sizes, runs, false) != GraphWish::none;
    });
}

}  // namespace grape::engine
