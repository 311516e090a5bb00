// Which commits are let in while flushes are behind (docs/design/0009-memory.md).
#include <algorithm>
#include <chrono>

#include "core/engine/background.h"

namespace grape::engine {

using base::Status;

// Without a budget a bound that holds roughly is enough, and a request of any size may come.
bool Background::is_full(uint64_t bytes) const {
    const uint64_t used = services_.unflushed_bytes;
    const uint64_t max = services_.sizes.unflushed_bytes_max;
    if (!services_.memory_is_limited()) return used > max;
    return bytes != 0 && used + admitted_bytes_ + bytes > max;
}

Status Background::check_admission(uint64_t bytes) const {
    if (!services_.memory_is_limited()) return {};
    const uint64_t max = services_.sizes.unflushed_bytes_max;
    if (bytes > max) {
        return Status::make_nomem("commit: ", bytes, " bytes of vectors are over the ", max,
                                  " that memory_bytes_max leaves for vectors in memory");
    }
    if (is_full(bytes) && (paused_ || !threaded_)) {
        return Status::make_nomem("commit: the ", max, " bytes that memory_bytes_max leaves for ",
                                  "vectors in memory are full, and background work is ",
                                  paused_ ? "paused" : "off");
    }
    return {};
}

Status Background::admit(uint64_t bytes) {
    const base::MutexLock lock(mutex_);
    GRAPE_TRY(check_admission(bytes));
    while (is_full(bytes) && threaded_ && !paused_ && !stopping_) {
        wanted_bytes_ = std::max(wanted_bytes_, bytes);
        woken_ = true;
        wake_.notify_one();
        changed_.wait_for(mutex_, std::chrono::milliseconds(100));
        GRAPE_TRY(check_admission(bytes));
    }
    wanted_bytes_ = 0;  // whoever still waits says so again
    admitted_bytes_ += bytes;
    return {};
}

void Background::leave(uint64_t bytes) {
    const base::MutexLock lock(mutex_);
    admitted_bytes_ -= bytes;
    if (wanted_bytes_ != 0) changed_.notify_all();
}

// A commit that waits for more room than half gets it.
uint64_t Background::relief_limit() const {
    const uint64_t max = services_.sizes.unflushed_bytes_max;
    const base::MutexLock lock(mutex_);
    return std::min(max / 2, max - std::min(wanted_bytes_, max));
}

}  // namespace grape::engine
