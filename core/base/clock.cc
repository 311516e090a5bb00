#include "core/base/clock.h"

#include <time.h>

namespace grape::base {
namespace {

uint64_t read_us(clockid_t id) {
    timespec now{};
    clock_gettime(id, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<uint64_t>(now.tv_nsec) / 1000;
}

class SystemClock final : public Clock {
  public:
    uint64_t wall_ms() const override { return read_us(CLOCK_REALTIME) / 1000; }
    uint64_t monotonic_us() const override { return read_us(CLOCK_MONOTONIC); }
};

}  // namespace

Clock& Clock::system() {
    // Never destroyed: a thread of the host may ask for the time while the process exits.
    static SystemClock* const clock = new SystemClock;
    return *clock;
}

}  // namespace grape::base
