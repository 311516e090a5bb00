#include "core/engine/sync_timer.h"

#include <algorithm>
#include <chrono>

namespace grape::engine {

base::Status SyncTimer::sync_within(uint32_t delay_ms) {
    const base::MutexLock lock(mutex_);
    if (!started_) {
        GRAPE_TRY(thread_.start("grape-sync", base::Thread::Priority::nice, [this] { loop(); }));
        started_ = true;
    }
    const uint64_t due = services_.clock->monotonic_us() + uint64_t{delay_ms} * 1000;
    deadline_us_ = std::min(deadline_us_, due);
    wake_.notify_one();
    return {};
}

void SyncTimer::stop() {
    {
        const base::MutexLock lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

void SyncTimer::loop() {
    mutex_.lock();
    while (!stopping_) {
        const uint64_t now = services_.clock->monotonic_us();
        if (deadline_us_ == UINT64_MAX) {
            wake_.wait(mutex_);
        } else if (now < deadline_us_) {
            wake_.wait_for(mutex_, std::chrono::microseconds(deadline_us_ - now));
        } else {
            deadline_us_ = UINT64_MAX;
            mutex_.unlock();
            // A failure latches in the store: the next write reports it.
            const base::Status synced = services_.store->sync();
            if (!synced.ok())
                base::log(services_.logger, base::LogLevel::error, synced.to_string());
            mutex_.lock();
        }
    }
    mutex_.unlock();
}

}  // namespace grape::engine
