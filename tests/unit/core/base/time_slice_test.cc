#include "core/base/time_slice.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "core/base/cat.h"
#include "core/base/thread.h"

namespace grape::base {
namespace {

// Asked of the system itself: a fault of ours must not look like a system that has none.
std::string why_there_are_none() {
    utsname system{};
    int major = 0, minor = 0;
    uname(&system);
    std::sscanf(system.release, "%d.%d", &major, &minor);
    const bool is_linux = std::string(system.sysname) == "Linux";
    if (!is_linux || std::pair(major, minor) < std::pair(6, 12)) {
        return cat("threads have time slices of their own since Linux 6.12; this is ",
                   system.sysname, " ", system.release);
    }
#if defined(SYS_sched_getattr) && defined(SYS_sched_setattr)
    alignas(uint64_t) char attributes[48];
    if (syscall(SYS_sched_getattr, 0, attributes, sizeof(attributes), 0) != 0 ||
        syscall(SYS_sched_setattr, 0, attributes, 0) != 0) {
        return cat("the system refuses sched_getattr or sched_setattr: ", std::strerror(errno));
    }
#endif
    return "";
}

// A thread keeps what a test asks for; so each has its own.
class TimeSlice : public testing::Test {
  protected:
    void SetUp() override {
        const std::string why = why_there_are_none();
        if (!why.empty()) GTEST_SKIP() << why;
    }
};

TEST(LongTimeSlice, changes_nothing_where_there_are_none) {
    if (time_slice_ns() != 0) return;  // the tests below
    EXPECT_FALSE(set_time_slice_ns(1'000'000));
    const LongTimeSlice wanted(true);
    EXPECT_EQ(time_slice_ns(), 0u);
}

TEST_F(TimeSlice, is_what_was_asked_for_and_the_thread_stays_as_nice) {
    std::thread([] {
        setpriority(PRIO_PROCESS, 0, 19);
        ASSERT_TRUE(set_time_slice_ns(300'000));
        EXPECT_EQ(time_slice_ns(), 300'000u);
        EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 19);
    }).join();
}

TEST_F(TimeSlice, is_long_for_as_long_as_it_is_wanted) {
    std::thread([] {
        constexpr uint64_t kBefore = 1'000'000;
        ASSERT_TRUE(set_time_slice_ns(kBefore));
        {
            const LongTimeSlice wanted(true);
            EXPECT_EQ(time_slice_ns(), kLongTimeSliceNs);
            {
                const LongTimeSlice again(true);
                EXPECT_EQ(time_slice_ns(), kLongTimeSliceNs);
            }
            EXPECT_EQ(time_slice_ns(), kLongTimeSliceNs);
        }
        EXPECT_EQ(time_slice_ns(), kBefore);
        const LongTimeSlice unwanted(false);
        EXPECT_EQ(time_slice_ns(), kBefore);
    }).join();
}

TEST_F(TimeSlice, that_is_longer_already_or_set_meanwhile_stays) {
    std::thread([] {
        ASSERT_TRUE(set_time_slice_ns(2 * kLongTimeSliceNs));
        {
            const LongTimeSlice wanted(true);
            EXPECT_EQ(time_slice_ns(), 2 * kLongTimeSliceNs);
        }
        ASSERT_TRUE(set_time_slice_ns(1'000'000));
        {
            const LongTimeSlice wanted(true);
            ASSERT_TRUE(set_time_slice_ns(3 * kLongTimeSliceNs));
        }
        EXPECT_EQ(time_slice_ns(), 3 * kLongTimeSliceNs);
    }).join();
}

TEST_F(TimeSlice, of_background_threads_is_long_and_of_others_the_callers) {
    using Priority = Thread::Priority;
    for (const auto priority : {Priority::background, Priority::nice, Priority::normal}) {
        uint64_t inside = 0;
        Thread thread;
        ASSERT_TRUE(thread.start("grape-test", priority, [&] { inside = time_slice_ns(); }).ok());
        thread.join();
        EXPECT_EQ(inside, priority == Priority::background ? kLongTimeSliceNs : time_slice_ns());
    }
}

}  // namespace
}  // namespace grape::base
