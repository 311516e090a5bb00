// Reads of one view: get, scroll, count and search. A reader holds its view as long as it reads.
// Threads: any; the functions change nothing.
#pragma once

#include "core/engine/services.h"

namespace grape::engine {

base::Result<PointsReply> get_points(const Services& services, const View& view,
                                     const GetPoints& request);
base::Result<ScrollReply> scroll_points(const Services& services, const View& view,
                                        const ScrollPoints& request);
base::Result<CountReply> count_points(const View& view, const CountPoints& request);
base::Result<QueryReply> query_points(const Services& services, const View& view,
                                      const QueryPoints& request);
// Searches of one collection and vector that follow each other share one pass over the runs.
base::Result<QueryBatchReply> query_batch(const Services& services, const View& view,
                                          std::span<const QueryPoints> requests);

}  // namespace grape::engine
