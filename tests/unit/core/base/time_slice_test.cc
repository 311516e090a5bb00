#include "core/base/time_slice.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <thread>

#include "core/base/thread.h"

namespace grape::base {
namespace {

// A thread keeps what a test asks for; so each has its own.
class TimeSlice : public testing::Test {
  protected:
    void SetUp() override {
        const uint64_t now_ns = time_slice_ns();
        if (now_ns == 0 || !set_time_slice_ns(now_ns)) {
            GTEST_SKIP() << "this system has no time slices to ask for";
        }
    }
};

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
