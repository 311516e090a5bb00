#include "core/engine/graph_choice.h"

#include <algorithm>

namespace grape::engine {
namespace {

// What is outside of a graph is scanned by every search; to take it in all of the graph is written.
struct Outside {
    uint64_t share;  // of the graph: one in so many
    uint64_t least;  // vectors
};
constexpr Outside kBusy{4, 5'000}, kQuiet{64, 500};
constexpr uint64_t kDeadShare = 5;  // a fifth of the nodes

// So many outside are too many.
uint64_t outside_max(const Sizes& sizes, const VectorRuns& runs, GraphNeed need) {
    if (need == GraphNeed::complete) return 1;
    const uint64_t without_graph = sizes.graph_vectors_min / 2;
    if (!runs.graph) return without_graph;
    const Outside& rule = need == GraphNeed::busy ? kBusy : kQuiet;
    return std::max(std::min(rule.least, without_graph), runs.graph->run->count() / rule.share);
}

}  // namespace

bool is_worn(const GraphView& graph) {
    return uint64_t{graph.hidden.count()} * kDeadShare > graph.run->count();
}

GraphWish graph_wish(const Sizes& sizes, const VectorRuns& runs, GraphNeed need) {
    uint64_t current = 0, outside = 0, outside_in_memory = 0;
    for (const index::RunView& run : runs.runs) {
        current += run.current();
        outside += run.outside_graph();
        if (!run.run->in_file()) outside_in_memory += run.current();
    }
    if (current < sizes.graph_vectors_min) return GraphWish::none;
    const uint64_t enough = outside_max(sizes, runs, need);
    const bool worn = runs.graph && is_worn(*runs.graph);
    if (outside < enough && !worn) return GraphWish::none;
    return outside_in_memory * 2 > outside && outside >= enough ? GraphWish::flush_first
                                                                : GraphWish::due;
}

bool graph_is_due(const Sizes& sizes, const ShardView& view, GraphNeed need) {
    return std::any_of(view.vectors.begin(), view.vectors.end(), [&](const VectorRuns& runs) {
        return graph_wish(sizes, runs, need) != GraphWish::none;
    });
}

}  // namespace grape::engine
