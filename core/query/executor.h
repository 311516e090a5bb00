// Runs query plans over the runs of one vector of one shard.
// Threads: pure functions; the runs and the order must stay as they are during the call.
#pragma once

#include <span>

#include "core/index/flat_search.h"
#include "core/query/query.h"

namespace grape::query {

// The vectors that are searched: the runs of one vector of a shard, and where each row's one is.
struct SearchSpace {
    std::span<const index::RunView> runs;
    const index::RowVectors& vectors;
    index::FlatShape shape;
    const index::RowOrder& order;
};

// The hits of each query, best first, ties by id. Queries whose filters leave many rows are
// answered in one pass over the runs; where few rows are left, these alone are looked at.
base::Result<std::vector<std::vector<Hit>>> run_nearest(const SearchSpace& space,
                                                        std::span<const Nearest> queries);

}  // namespace grape::query
