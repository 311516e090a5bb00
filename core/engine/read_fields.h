// Reads that go by an indexed payload field: scrolls in its order, and facets. Threads: pure
// functions over a pinned view.
#pragma once

#include "core/engine/services.h"

namespace grape::engine {

// For a request with order_by.
base::Result<ScrollReply> scroll_in_order(const Services& services, const View& view,
                                          const ScrollPoints& request);
base::Result<FacetReply> facet_points(const Services& services, const View& view,
                                      const FacetPoints& request);

}  // namespace grape::engine
