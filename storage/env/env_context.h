// What the files of one store share: where and whose they are, the latch of the first failure, the
// faults that tests inject, and which logs LevelDB still keeps.
// Threads: all functions from any thread; `manifest` see there.
#pragma once

#include <atomic>
#include <chrono>
#include <set>
#include <string>

#include "core/base/log.h"
#include "core/base/mutex.h"
#include "storage/env/failure_latch.h"
#include "storage/env/file_kind.h"
#include "storage/file.h"

namespace grape::storage::env {

// The logs that this Env has made and that have not been removed: LevelDB removes one when all that
// is in it stands in tables.
class LogTracker {
  public:
    void created(uint64_t number) GRAPE_EXCLUDES(mutex_);
    void removed(uint64_t number) GRAPE_EXCLUDES(mutex_);
    uint64_t newest() const GRAPE_EXCLUDES(mutex_);
    // Waits until no log up to `number` is left, `stop` fails or the time is over; says whether
    // they are gone.
    bool wait_until_gone(uint64_t number, std::chrono::milliseconds timeout,
                         const FailureLatch& stop) GRAPE_EXCLUDES(mutex_);

  private:
    mutable base::Mutex mutex_;
    base::Condition changed_;
    std::set<uint64_t> live_ GRAPE_GUARDED_BY(mutex_);
    uint64_t newest_ GRAPE_GUARDED_BY(mutex_) = 0;
};

struct EnvContext {
    std::string directory;
    uint64_t database_id = 0;
    FileFaults* faults = nullptr;
    base::Logger logger;
    FailureLatch latch;
    LogTracker logs;
    std::atomic<uint64_t> open_table_bytes{0};

    FileIdentity identity(const FileName& name) const {
        return {database_id, name.number, name.kind};
    }
};

}  // namespace grape::storage::env
