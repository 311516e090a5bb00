// Makes a shard's indexes of payload fields when the shard is loaded: runs from the files, tails
// from the payloads that were written since. Runs are derived: where one is damaged or missing the
// field says less, its points are answered from their payloads, and the background makes it again.
// Threads: as load_shard().
#pragma once

#include "core/engine/shard_loader.h"

namespace grape::engine {

// `view` has its rows.
base::Status load_fields(const Collection& collection, const ShardInputs& inputs,
                         const storage::Store& store, FileTable& files, const base::Logger& logger,
                         ShardView& view);

// Appends entries for the live rows whose payload was written in the interval, in the order of
// their commits. `payload` gives the payload of a row.
using ReadPayload = std::function<base::Result<std::string>(uint32_t row)>;
base::Status index_payloads(const Collection::Field& schema, index::CommitInterval interval,
                            const RowTable& rows, const ReadPayload& payload, FieldRuns& out);

}  // namespace grape::engine
