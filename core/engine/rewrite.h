// Rewrite: turns a shard's tails, and files that are worth it, into one new vector file and a row
// file, and puts them into their place: a flush when only tails go in, a merge when files do too.
//
//   seal      (sequencer)  the open tails end; V is the shard as it is then
//   write     (no lock)    a section a vector with V's current entries; V's rows with their new
//   places register  (sequencer)  one batch: new records in, old ones and flushed `pending` keys
//   out; rows that
//                          changed since V keep what they have, and their copies are hidden
//
// Every rewrite takes all tails, so that no place in a row file names a tail (docs/design/0004).
// Threads: one rewrite of a database at a time.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/engine/sequencer.h"

namespace grape::engine {

struct RewritePlan {
    uint32_t collection = 0;
    std::map<uint32_t, std::vector<uint32_t>> files;  // vector -> runs in files to rewrite
    bool merge() const { return !files.empty(); }
};

// How many vectors went into the new file. A collection that is gone by then is no error.
base::Result<uint64_t> run_rewrite(Services& services, Sequencer& sequencer,
                                   const RewritePlan& plan);

}  // namespace grape::engine
