// Makes a shard's view from what the store and the files hold, at the shard's first use after open.
//
// Rules (docs/design/0004): of a row's keys in `points` the greatest commit counts, unless a kept
// commit record deleted the row at that commit or later; of a row's entries for a vector, in files,
// log and `pending`, the one of the greatest commit counts, absences too. Row files replace all
// that up to their checkpoint. Threads: load() from any; the inputs are immutable.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/log.h"
#include "core/engine/shard_view.h"
#include "storage/store.h"

namespace grape::engine {

// Opens blob files and keeps one handle a file, so that a file that nothing uses any more can go.
class FileTable;

// What open found about a shard that is not loaded yet.
struct ShardInputs {
    std::vector<std::pair<storage::RunKey, storage::RunRecord>> runs;  // row files, then vectors
    // Changes of the kept commit records, ascending.
    std::vector<std::pair<uint64_t, storage::ShardChange>> changes;
    // The vectors of log frames after the checkpoint, by vector number.
    std::map<uint32_t, std::shared_ptr<index::DenseTail>> tails;
    std::map<uint32_t, uint32_t> tail_lengths;
    std::map<uint64_t, uint32_t> log_vectors_found;  // by commit
    std::vector<LogUse> log_files;
    uint64_t checkpoint = 0;
    uint64_t last_commit = 0;
    base::Status damage;  // of the log, where it names this shard
};

base::Result<std::shared_ptr<const ShardView>> load_shard(const Collection& collection,
                                                          const ShardInputs& inputs,
                                                          const storage::Store& store,
                                                          FileTable& files,
                                                          const base::Logger& logger);

// Whether all vectors are there that commits after the checkpoint put into the log.
base::Status check_log_complete(const Collection& collection, const ShardInputs& inputs);

// As shard_cell.h's, for a shard that is not loaded.
uint64_t recovery_floor(const ShardInputs& inputs);

}  // namespace grape::engine
