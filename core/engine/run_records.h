// Records of runs in the store. Threads: on the sequencer's leader.
#pragma once

#include <set>

#include "core/engine/commit_edit.h"

namespace grape::engine {

// Takes all records of an index out of the store, as the store has them: a view knows nothing of
// runs that could not be used when it was loaded. `files` gets the files that they name.
base::Status remove_run_records(CommitEdit& edit, storage::ShardKey shard, uint32_t index,
                                std::set<uint64_t>* files);

}  // namespace grape::engine
