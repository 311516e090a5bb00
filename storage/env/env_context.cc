#include "storage/env/env_context.h"

namespace grape::storage::env {

void LogTracker::created(uint64_t number) {
    base::MutexLock lock(mutex_);
    live_.insert(number);
    newest_ = std::max(newest_, number);
}

void LogTracker::removed(uint64_t number) {
    base::MutexLock lock(mutex_);
    live_.erase(number);
    changed_.notify_all();
}

uint64_t LogTracker::newest() const {
    base::MutexLock lock(mutex_);
    return newest_;
}

bool LogTracker::wait_until_gone(uint64_t number, std::chrono::milliseconds timeout,
                                 const FailureLatch& stop) {
    // The latch does not notify: a short wait and another look is enough for something this rare.
    constexpr std::chrono::milliseconds kLook{20};
    const auto end = std::chrono::steady_clock::now() + timeout;
    base::MutexLock lock(mutex_);
    while (!live_.empty() && *live_.begin() <= number) {
        if (stop.failed() || std::chrono::steady_clock::now() >= end) return false;
        changed_.wait_for(mutex_, kLook);
    }
    return true;
}

}  // namespace grape::storage::env
