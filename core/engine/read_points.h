// Reads of points of one view: get, scroll by id, count. A reader holds its view as long as it
// reads. Threads: any; the functions change nothing.
#pragma once

#include "core/engine/services.h"

namespace grape::engine {

base::Result<PointsReply> get_points(const Services& services, const View& view,
                                     const GetPoints& request);
base::Result<ScrollReply> scroll_points(const Services& services, const View& view,
                                        const ScrollPoints& request);
base::Result<CountReply> count_points(const Services& services, const View& view,
                                      const CountPoints& request);

}  // namespace grape::engine
