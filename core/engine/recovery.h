// Recovery: what open() finds in the store and the files, and the state that it makes of it. It
// reads the catalogue, the kept commit records, the run records and the vector log; shards are
// loaded at their first use (shard_loader.h). What an interrupted commit or rewrite left behind is
// removed. Threads: once, before anything else runs.
#pragma once

#include <vector>

#include "core/engine/purge.h"
#include "core/engine/sequencer.h"

namespace grape::engine {

struct Recovered {
    SequencerState state;
    std::vector<PurgeItem> purge;
    uint64_t first_record = 1;
    uint64_t cut_bytes = 0;  // of the vector log
    std::vector<std::pair<uint64_t, storage::ShardKey>> log_uses;
};

base::Result<Recovered> recover(Services& services);

}  // namespace grape::engine
