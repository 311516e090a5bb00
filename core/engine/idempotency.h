// Idempotency keys: how long one holds, and the removal of those that do not any more.
// Threads: sweep_keys() from one thread at a time.
#pragma once

#include <string>

#include "core/engine/sequencer.h"

namespace grape::engine {

// A key holds for 24 hours and 100,000 commits, whichever ends first (core/base/limits.h).
bool key_expired(const storage::KeyUse& use, uint64_t commit, uint64_t wall_ms);

// Looks at some keys behind `cursor` and removes the expired ones; false when it was at the end,
// and the cursor is at the beginning again.
base::Result<bool> sweep_keys(const Services& services, Sequencer& sequencer, std::string& cursor);

}  // namespace grape::engine
