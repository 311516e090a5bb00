// SyncTimer: makes commits of durability group(ms) durable within their time: one thread, started
// with the first such commit, that syncs the store when the earliest deadline comes. Threads: any.
#pragma once

#include "core/base/thread.h"
#include "core/engine/services.h"

namespace grape::engine {

class SyncTimer {
  public:
    explicit SyncTimer(Services& services) : services_(services) {}
    // What is committed now has to be durable in `delay_ms`.
    base::Status sync_within(uint32_t delay_ms) GRAPE_EXCLUDES(mutex_);
    void stop() GRAPE_EXCLUDES(mutex_);

  private:
    void loop();

    Services& services_;
    base::Thread thread_;
    base::Mutex mutex_;
    base::Condition wake_;
    uint64_t deadline_us_ GRAPE_GUARDED_BY(mutex_) = UINT64_MAX;
    bool started_ GRAPE_GUARDED_BY(mutex_) = false;
    bool stopping_ GRAPE_GUARDED_BY(mutex_) = false;
};

}  // namespace grape::engine
