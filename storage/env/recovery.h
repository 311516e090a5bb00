// What happens to the append files of a store before LevelDB opens it: torn tails are cut, logs get
// their seal, and damage stops the store from opening.
//
// The rules, beside the one of frame_reader.h:
//  1. A log is sealed when it is closed, before the first frame goes into the next one, and here.
//  So
//     a log that is not sealed while a later one has frames has lost its end.
//  2. Only the manifest that CURRENT names counts.
//  3. Nothing is changed before all files were found to be free of damage.
// Threads: called before anything else of the store runs.
#pragma once

#include "core/base/result.h"
#include "storage/env/env_context.h"

namespace grape::storage::env {

// Gives the number of bytes that were cut. Code::corrupt names the damaged file.
base::Result<uint64_t> recover_append_files(EnvContext& context);

}  // namespace grape::storage::env
