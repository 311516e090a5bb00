// Runs query plans over the runs of one vector of one shard.
// Threads: pure functions; the runs and the order must stay as they are during the call.
#pragma once

#include <span>

#include "core/index/flat_search.h"
#include "core/query/query.h"

namespace grape::query {

// The hits of each query, best first, ties by id. All queries are answered in one pass over the
// runs.
base::Result<std::vector<std::vector<Hit>>> run_nearest(std::span<const index::RunView> runs,
                                                        const index::FlatShape& shape,
                                                        std::span<const Nearest> queries,
                                                        const index::RowOrder& order);

}  // namespace grape::query
