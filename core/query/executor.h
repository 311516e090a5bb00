// Runs query plans over the runs of one vector of one shard.
// Threads: pure functions; the runs and the order must stay as they are during the call.
#pragma once

#include <span>

#include "core/index/flat_search.h"
#include "core/index/graph/graph_search.h"
#include "core/query/query.h"

namespace grape::index {
class OutsideCodes;
}

namespace grape::query {

// The vectors that are searched: the runs of one vector of a shard, and where each row's one is.
struct SearchSpace {
    std::span<const index::RunView> runs;
    const index::RowVectors& vectors;
    index::FlatShape shape;
    const index::RowOrder& order;
    // The graph of the vectors that the runs mark as graphed, and its hidden nodes; or null.
    const index::GraphRun* graph = nullptr;
    const base::ChunkedBitset* hidden_nodes = nullptr;
    index::GraphScratchPool* scratch = nullptr;
    // Codes of what is outside of the graph; null: it is scanned as it is.
    index::OutsideCodes* outside = nullptr;
};

// How a query is answered: its filter's rows are looked at, or their codes in the graph are, or the
// graph is walked, or the runs are scanned. Where codes or a walk find too few it goes on in one of
// the other ways.
enum class SearchWay : uint8_t { rows, codes, walk, scan };
SearchWay way_of(const SearchSpace& space, const Nearest& query);

// The hits of each query, best first, ties by id. Where there is a graph it is walked, and what is
// outside of it scanned, unless the query wants to be exact; where a filter leaves few rows, these
// alone are looked at, by their codes where that is enough; else the runs are scanned, once for all
// such queries. A walk that may have missed answers which a filter lets through is finished
// exactly: as many hits as are asked for are found whenever so many match.
base::Result<std::vector<std::vector<Hit>>> run_nearest(const SearchSpace& space,
                                                        std::span<const Nearest> queries);

}  // namespace grape::query
