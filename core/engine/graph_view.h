// GraphView: the graph of one vector as a view sees it, and which vectors of the shard's runs are
// nodes of it.
//
// What must stay true: a position of a run is marked `graphed` only when the graph has a node with
// its row and commit; of each such node `hidden` says whether the position is. A search of the
// graph and of the positions that are not marked meets every current vector exactly once. Threads:
// values; immutable once they are in a view.
#pragma once

#include <memory>
#include <vector>

#include "core/index/graph/graph_search.h"

namespace grape::base {
class MemoryBudget;
}
namespace grape::index {
class OutsideCodes;
}

namespace grape::engine {

struct GraphView {
    std::shared_ptr<const index::GraphRun> run;
    uint32_t id = 0;             // of its record
    base::ChunkedBitset hidden;  // nodes that are no longer current
    std::shared_ptr<index::GraphScratchPool> scratch;
    std::shared_ptr<index::OutsideCodes> outside;  // of the vectors that the graph does not have

    // Nothing hidden yet. `memory` is for codes, and outlives all views.
    static GraphView of(std::shared_ptr<const index::GraphRun> graph, base::MemoryBudget& memory);
};

// Marks the positions of the runs that the graph has, and hides its other nodes. Reads all entries
// of the runs and of the graph. Code::corrupt for a node of a row from `rows_high` on.
base::Status mark_graphed(GraphView& graph, std::vector<index::RunView>& runs, uint32_t rows_high,
                          uint64_t edit);

}  // namespace grape::engine
