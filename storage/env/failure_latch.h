// FailureLatch: keeps the first failure of a write. After it nothing more is written by anybody:
// what the file system holds behind a failed write or fsync is unknown, and a later success would
// only hide that (an fsync that is tried again may say yes without having written anything).
// Threads: all functions from any thread.
#pragma once

#include <atomic>

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace grape::storage::env {

class FailureLatch {
  public:
    bool failed() const { return failed_.load(std::memory_order_acquire); }
    base::Status status() const GRAPE_EXCLUDES(mutex_) {
        if (!failed()) return {};
        base::MutexLock lock(mutex_);
        return first_;
    }
    // Keeps `status` when it is a failure and the first one; gives it back.
    base::Status keep(const base::Status& status) GRAPE_EXCLUDES(mutex_) {
        if (status.ok()) return status;
        base::MutexLock lock(mutex_);
        if (first_.ok()) first_ = status;
        failed_.store(true, std::memory_order_release);
        return status;
    }

  private:
    mutable base::Mutex mutex_;
    base::Status first_ GRAPE_GUARDED_BY(mutex_);
    std::atomic<bool> failed_{false};
};

}  // namespace grape::storage::env
