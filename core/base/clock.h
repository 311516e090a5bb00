// Clock: the time, passed in so that tests can turn it. Threads: now functions from any thread.
#pragma once

#include <cstdint>

namespace grape::base {

class Clock {
  public:
    virtual ~Clock() = default;
    virtual uint64_t wall_ms() const = 0;       // since 1970; may jump
    virtual uint64_t monotonic_us() const = 0;  // never goes back
    static Clock& system();
};

}  // namespace grape::base
