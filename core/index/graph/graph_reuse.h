// The part of an old graph that a new one goes on with. Threads: one.
#pragma once

#include "core/base/chunked_bitset.h"
#include "core/index/graph/graph_builder.h"

namespace grape::index {

// Copies the nodes of `old` that are not in `dead` to the first nodes of `graph`, in their order,
// with entries, codes and links. A node that loses links to dead ones gets new links in their
// place, chosen among what those dead ones linked to. Code::corrupt for a link out of bounds.
base::Status load_kept(const GraphRun& old, const base::ChunkedBitset& dead, BuiltGraph& graph);

}  // namespace grape::index
