// Time slices: how long Linux lets a thread compute before another one that is ready gets its CPU.
// Since Linux 6.12 a thread may ask for its own, and one that wakes up takes the CPU at once from
// one whose slices are longer (PREEMPT_SHORT), unless it had its share already. Long slices give no
// more CPU, but later turns on a busy machine, so they are for threads that compute. Elsewhere
// nothing here does anything.
// Threads: each function and object is about the thread that calls.
#pragma once

#include <cstdint>

namespace grape::base {

// 0: the system does not say, or the thread is not a normal one (SCHED_OTHER or SCHED_BATCH).
uint64_t time_slice_ns();
// From 100 us to 100 ms. False where time_slice_ns() is 0, or the system refuses it.
bool set_time_slice_ns(uint64_t slice_ns);

// A thread that asks for nothing has some 0.7 to 3 ms.
constexpr uint64_t kLongTimeSliceNs = 5'000'000;

// While it lives, the thread has long slices, if `wanted` and it had shorter ones. It gets those
// back as if it had asked for them: they no longer follow changes of the system's own.
class LongTimeSlice {
  public:
    explicit LongTimeSlice(bool wanted);
    ~LongTimeSlice();
    LongTimeSlice(const LongTimeSlice&) = delete;
    LongTimeSlice& operator=(const LongTimeSlice&) = delete;

  private:
    uint64_t before_ns_ = 0;  // 0: nothing is to be given back
};

}  // namespace grape::base
