// Searches, alone and in batches. Threads: pure functions over a pinned view.
#pragma once

#include <span>

#include "core/engine/services.h"

namespace grape::engine {

base::Result<QueryReply> query_points(const Services& services, const View& view,
                                      const QueryPoints& request);
// Neighbours in the list that ask the same vector of the same collection share a pass.
base::Result<QueryBatchReply> query_batch(const Services& services, const View& view,
                                          std::span<const QueryPoints> requests);

}  // namespace grape::engine
