#include "core/base/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>

#include "core/base/mutex.h"

namespace grape::base {
namespace {

TEST(Thread, runs_its_body_and_is_joined) {
    Thread thread;
    EXPECT_FALSE(thread.running());
    std::atomic<bool> ran{false};
    ASSERT_TRUE(thread.start("grape-test", Thread::Priority::normal, [&] { ran = true; }).ok());
    EXPECT_TRUE(thread.running());
    thread.join();
    EXPECT_TRUE(ran);
    EXPECT_FALSE(thread.running());
    thread.join();  // a second time does nothing
}

TEST(Thread, starts_again_after_it_was_joined) {
    Thread thread;
    int runs = 0;
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(thread.start("grape-test", Thread::Priority::normal, [&] { ++runs; }).ok());
        thread.join();
    }
    EXPECT_EQ(runs, 3);
}

TEST(Thread, has_a_name_and_leaves_signals_to_the_host) {
    Thread thread;
    char name[16] = {};
    bool blocked = false;
    ASSERT_TRUE(thread
                    .start("grape-test", Thread::Priority::normal,
                           [&] {
                               pthread_getname_np(pthread_self(), name, sizeof(name));
                               sigset_t mask;
                               pthread_sigmask(SIG_SETMASK, nullptr, &mask);
                               blocked = sigismember(&mask, SIGINT) == 1 &&
                                         sigismember(&mask, SIGUSR1) == 1;
                           })
                    .ok());
    thread.join();
    EXPECT_STREQ(name, "grape-test");
    EXPECT_TRUE(blocked);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_EQ(sigismember(&mask, SIGINT), 0);  // the caller's own mask is as it was
}

TEST(Thread, background_work_is_nice_and_its_caller_is_not) {
    const int before = getpriority(PRIO_PROCESS, 0);
    Thread thread;
    int inside = 0;
    ASSERT_TRUE(thread
                    .start("grape-test", Thread::Priority::background,
                           [&] { inside = getpriority(PRIO_PROCESS, 0); })
                    .ok());
    thread.join();
    EXPECT_GE(inside, 10);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

TEST(Condition, wakes_who_waits_and_runs_out_of_time) {
    Mutex mutex;
    Condition changed;
    bool done = false;
    Thread thread;
    ASSERT_TRUE(thread
                    .start("grape-test", Thread::Priority::normal,
                           [&] {
                               const MutexLock lock(mutex);
                               done = true;
                               changed.notify_one();
                           })
                    .ok());
    {
        const MutexLock lock(mutex);
        while (!done) changed.wait(mutex);
        EXPECT_FALSE(changed.wait_for(mutex, std::chrono::microseconds(1)));
    }
    thread.join();
}

}  // namespace
}  // namespace grape::base
