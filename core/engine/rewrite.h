// Rewrite: turns a shard's tails, and files that are worth it, into one new vector file and a row
// file, and puts them into their place: a flush when only tails go in, a merge when files do too.
//
// 1. Seal, in the sequencer: the open tails end; V is the shard as it is then.
// 2. Write, without a lock (rewrite_files.h): a section a vector with V's current entries, and V's
//    rows with their new places.
// 3. Register, in the sequencer, as one batch: new records in, old ones and flushed `pending` keys
//    out. Rows that changed since V keep what they have, and their copies are hidden.
//
// Every rewrite takes all tails, so that no place in a row file names a tail (docs/design/0004).
// Threads: one rewrite of a database at a time.
#pragma once

#include "core/engine/rewrite_files.h"
#include "core/engine/sequencer.h"

namespace grape::engine {

// How many vectors went into the new file. A collection that is gone by then is no error.
base::Result<uint64_t> run_rewrite(Services& services, Sequencer& sequencer,
                                   const RewritePlan& plan);

}  // namespace grape::engine
