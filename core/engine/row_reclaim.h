// Gives the row numbers of dead points back to their shards, once the store has forgotten them and
// no run names them. Threads: one at a time.
#pragma once

#include "core/engine/purge.h"

namespace grape::engine {

// Looks at the shards in turn until one got rows back; false when none did.
base::Result<bool> reclaim_rows(const Services& services, Sequencer& sequencer, const Purge& purge);

}  // namespace grape::engine
