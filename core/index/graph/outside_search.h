// Exact search of the vectors that a graph does not have, by their codes: what the distance of two
// codes and the errors of both rule out is not looked at any more. So it gives what flat_search()
// gives, and reads a byte a dimension instead of the vectors. Best after the walk, whose answers
// bound it. Threads: pure but for the query's heap and what the codes say of theirs.
#pragma once

#include "core/index/flat_search.h"
#include "core/index/graph/graph_search.h"
#include "core/index/graph/outside_codes.h"

namespace grape::index {

base::Status outside_search(const GraphRun& graph, OutsideCodes& codes,
                            std::span<const RunView> runs, const FlatShape& shape,
                            const FlatQuery& query, GraphScratchPool& scratch);

}  // namespace grape::index
