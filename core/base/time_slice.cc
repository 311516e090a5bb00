#include "core/base/time_slice.h"

// Android ends apps that make system calls which it does not expect of them.
#if defined(__linux__) && !defined(__ANDROID__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

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

#if defined(__linux__) && !defined(__ANDROID__)

constexpr uint64_t kKeepPolicy = 0x08;  // SCHED_FLAG_KEEP_POLICY

// False for threads that are not normal ones (`runtime_ns` of a deadline is something else), and
// before Linux 6.12, where it is 0.
bool read(Attributes& attributes) {
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) != 0) return false;
    const bool normal = attributes.policy == SCHED_OTHER || attributes.policy == SCHED_BATCH;
    return normal && attributes.runtime_ns != 0;
}

// There is no way to keep a nice value that somebody else sets after it was read.
bool write(Attributes& attributes, uint64_t slice_ns) {
    attributes.flags |= kKeepPolicy;
    attributes.runtime_ns = slice_ns;
    return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0;
}

#else

bool read(Attributes&) {
    return false;
}
bool write(Attributes&, uint64_t) {
    return false;
}

#endif

}  // namespace

uint64_t time_slice_ns() {
    Attributes attributes;
    return read(attributes) ? attributes.runtime_ns : 0;
}

bool set_time_slice_ns(uint64_t slice_ns) {
    Attributes attributes;
    return read(attributes) && write(attributes, slice_ns);
}

LongTimeSlice::LongTimeSlice(bool wanted) {
    Attributes attributes;
    if (!wanted || !read(attributes)) return;
    const uint64_t now_ns = attributes.runtime_ns;
    if (now_ns < kLongTimeSliceNs && write(attributes, kLongTimeSliceNs)) before_ns_ = now_ns;
}

LongTimeSlice::~LongTimeSlice() {
    if (before_ns_ == 0) return;
    Attributes attributes;
    // Somebody else may have set another one.
    if (read(attributes) && attributes.runtime_ns == kLongTimeSliceNs) {
        write(attributes, before_ns_);
    }
}

}  // namespace grape::base
