// Opening the LevelDB store with faults, for tests; everybody else uses disk.h.
// Threads: free function.
#pragma once

#include "storage/disk.h"
#include "storage/file.h"

namespace grape::storage {

// `faults` may be null; it must outlive the store.
base::Result<OpenedStore> open_leveldb_store(const StoreOptions& options, FileFaults* faults);

}  // namespace grape::storage
