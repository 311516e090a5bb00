#include "core/base/time_slice.h"

// Android ends apps that make system calls which it does not expect of them.
#if defined(__linux__) && !defined(__ANDROID__)

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace grape::base {
namespace {

// Linux's sched_attr in its first version, which <sched.h> has since glibc 2.41.
struct Attributes {
    uint32_t size_bytes = sizeof(Attributes), policy = 0;
    uint64_t flags = 0;
    int32_t nice = 0;
    uint32_t priority = 0;
    uint64_t runtime_ns = 0, deadline_ns = 0, period_ns = 0;
};

constexpr uint64_t kKeepPolicy = 0x08;  // SCHED_FLAG_KEEP_POLICY

// False for threads that are not normal ones: `runtime_ns` of a deadline is something else.
bool read(Attributes& attributes) {
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0) return false;
    return attributes.policy == SCHED_OTHER || attributes.policy == SCHED_BATCH;
}

}  // namespace

// Before 6.12 it is 0.
uint64_t time_slice_ns() {
    Attributes attributes;
    return read(attributes) ? attributes.runtime_ns : 0;
}

// There is no way to keep a nice value that somebody else sets between the two calls.
bool set_time_slice_ns(uint64_t slice_ns) {
    Attributes attributes;
    if (!read(attributes) || attributes.runtime_ns == 0) return false;
    attributes.flags |= kKeepPolicy;
    attributes.runtime_ns = slice_ns;
    return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
}

}  // namespace grape::base

#else

namespace grape::base {

uint64_t time_slice_ns() {
    return 0;
}
bool set_time_slice_ns(uint64_t) {
    return false;
}

}  // namespace grape::base

#endif

namespace grape::base {

LongTimeSlice::LongTimeSlice(bool wanted) {
    const uint64_t now_ns = wanted ? time_slice_ns() : kLongTimeSliceNs;
    if (now_ns != 0 && now_ns < kLongTimeSliceNs && set_time_slice_ns(kLongTimeSliceNs)) {
        before_ns_ = now_ns;
    }
}

LongTimeSlice::~LongTimeSlice() {
    // Somebody else may have set another one.
    if (before_ns_ != 0 && time_slice_ns() == kLongTimeSliceNs) set_time_slice_ns(before_ns_);
}

}  // namespace grape::base
