// Which shards are worth a rewrite, and of what: decided from one view of the shard alone.
// Threads: any.
#pragma once

#include "core/engine/rewrite_files.h"

namespace grape::engine {

// Whether the tails, or the rows that no row file has, are enough for a flush. `force`: also where
// they are only enough to have files at all.
bool wants_flush(const Sizes& sizes, const ShardView& view, bool force);

// The files of one vector that are worth rewriting: one with many dead entries, or several small
// ones. A plan without files when there are none.
RewritePlan merge_plan(const Sizes& sizes, uint32_t collection, const ShardView& view);

}  // namespace grape::engine
