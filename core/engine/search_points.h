// Searches, alone and in batches. Threads: pure functions over a pinned view.
#pragma once

#include <span>

#include "core/engine/shard_reader.h"
#include "core/query/executor.h"

namespace grape::engine {

base::Result<QueryReply> query_points(const Services& services, const View& view,
                                      const QueryPoints& request);
// Neighbours in the list that ask the same vector of the same collection share a pass.
base::Result<QueryBatchReply> query_batch(const Services& services, const View& view,
                                          std::span<const QueryPoints> requests);

// Where the vectors of a number are searched; `vectors` and the reader must outlive it.
query::SearchSpace search_space(const ShardReader& reader, uint32_t number,
                                const ShardVectors& vectors);

}  // namespace grape::engine
