#include "core/base/thread_pool.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>

namespace grape::base {
namespace {

// Opened once; who waits for it before goes on then.
class Gate {
  public:
    void open() {
        const MutexLock lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait() {
        const MutexLock lock(mutex_);
        while (!open_) changed_.wait(mutex_);
    }

  private:
    Mutex mutex_;
    Condition changed_;
    bool open_ GRAPE_GUARDED_BY(mutex_) = false;
};

struct Counts {
    std::atomic<int> ran{0}, cancelled{0}, dropped{0};
};

class CountingTask : public ThreadPool::Task {
  public:
    explicit CountingTask(Counts& counts, std::function<void()> body = {})
        : counts_(counts), body_(std::move(body)) {}
    ~CountingTask() override { ++counts_.dropped; }
    void run() noexcept override {
        if (body_) body_();
        ++counts_.ran;
    }
    void cancel() noexcept override { ++counts_.cancelled; }

  private:
    Counts& counts_;
    std::function<void()> body_;
};

Status submit(ThreadPool& pool, Counts& counts, std::function<void()> body = {},
              uint64_t* ticket = nullptr) {
    uint64_t unwanted = 0;
    return pool.submit(std::make_unique<CountingTask>(counts, std::move(body)),
                       ticket == nullptr ? &unwanted : ticket);
}

// Keeps one thread of the pool busy until the gate is opened; returns when it is.
void occupy(ThreadPool& pool, Counts& counts, Gate& gate) {
    Gate running;
    ASSERT_TRUE(submit(pool, counts, [&] {
                    running.open();
                    gate.wait();
                }).ok());
    running.wait();
}

TEST(ThreadPool, starts_no_thread_before_it_has_a_task) {
    Counts counts;
    ThreadPool pool({"grape-test", 4, 10});
    EXPECT_EQ(pool.thread_count(), 0u);
    Gate done;
    ASSERT_TRUE(submit(pool, counts, [&] { done.open(); }).ok());
    done.wait();
    EXPECT_EQ(pool.thread_count(), 1u);
}

TEST(ThreadPool, runs_every_task_once_on_no_more_threads_than_it_may_have) {
    Counts counts;
    ThreadPool pool({"grape-test", 3, 2000});
    std::set<uint64_t> tickets;
    for (int i = 0; i < 1000; ++i) {
        uint64_t ticket = 0;
        ASSERT_TRUE(submit(pool, counts, {}, &ticket).ok());
        EXPECT_TRUE(tickets.insert(ticket).second);
        EXPECT_LE(pool.thread_count(), 3u);
    }
    EXPECT_EQ(tickets.count(0), 0u);
    while (counts.dropped != 1000) sched_yield();
    EXPECT_EQ(counts.ran, 1000);
    pool.close();
    EXPECT_EQ(counts.cancelled, 0);
}

TEST(ThreadPool, runs_as_many_tasks_at_once_as_it_has_threads) {
    Counts counts;
    Gate gate;
    ThreadPool pool({"grape-test", 3, 10});
    for (int i = 0; i < 3; ++i) occupy(pool, counts, gate);
    EXPECT_EQ(pool.thread_count(), 3u);
    gate.open();
}

TEST(ThreadPool, begins_tasks_in_their_order) {
    Counts counts;
    Gate gate;
    std::vector<int> order;
    ThreadPool pool({"grape-test", 1, 100});
    occupy(pool, counts, gate);
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(submit(pool, counts, [&order, i] { order.push_back(i); }).ok());
    }
    gate.open();
    while (counts.dropped != 101) sched_yield();
    ASSERT_EQ(order.size(), 100u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadPool, is_busy_when_the_queue_is_full_and_drops_the_task) {
    Counts counts;
    Gate gate;
    ThreadPool pool({"grape-test", 1, 2});
    occupy(pool, counts, gate);
    ASSERT_TRUE(submit(pool, counts).ok());
    uint64_t second = 0;
    ASSERT_TRUE(submit(pool, counts, {}, &second).ok());
    EXPECT_EQ(submit(pool, counts).code(), Code::busy);
    EXPECT_EQ(counts.dropped, 1);
    // What is cancelled keeps its place until it has been told.
    EXPECT_TRUE(pool.cancel(second));
    EXPECT_EQ(submit(pool, counts).code(), Code::busy);
    gate.open();
    while (counts.dropped != 5) sched_yield();
    EXPECT_TRUE(submit(pool, counts).ok());
    pool.close();
    EXPECT_EQ(counts.ran + counts.cancelled, 4);
}

TEST(ThreadPool, cancels_what_waits_and_nothing_else) {
    Counts counts;
    Gate gate;
    ThreadPool pool({"grape-test", 1, 10});
    uint64_t running = 0;
    Gate started;
    ASSERT_TRUE(submit(
                    pool, counts,
                    [&] {
                        started.open();
                        gate.wait();
                    },
                    &running)
                    .ok());
    started.wait();
    uint64_t waiting = 0;
    ASSERT_TRUE(submit(pool, counts, {}, &waiting).ok());
    EXPECT_FALSE(pool.cancel(running));
    EXPECT_FALSE(pool.cancel(0));
    EXPECT_FALSE(pool.cancel(waiting + 1));
    EXPECT_TRUE(pool.cancel(waiting));
    EXPECT_FALSE(pool.cancel(waiting));
    EXPECT_EQ(counts.cancelled, 0);  // comes on a thread of the pool
    gate.open();
    while (counts.dropped != 2) sched_yield();
    EXPECT_EQ(counts.ran, 1);
    EXPECT_EQ(counts.cancelled, 1);
}

TEST(ThreadPool, cancels_what_waits_when_it_is_closed_and_ends_what_runs) {
    Counts counts;
    Counts late;
    ThreadPool pool({"grape-test", 1, 100});
    Gate running;
    Gate filled;
    // Ends when the pool is closed, so that all others still wait by then.
    ASSERT_TRUE(submit(pool, counts, [&] {
                    running.open();
                    filled.wait();
                    while (submit(pool, late).code() != Code::closed) sched_yield();
                }).ok());
    running.wait();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(submit(pool, counts).ok());
    filled.open();
    pool.close();
    EXPECT_EQ(counts.ran, 1);
    EXPECT_EQ(counts.cancelled, 50);
    EXPECT_EQ(counts.dropped, 51);
    EXPECT_EQ(late.ran, 0);
    EXPECT_EQ(pool.thread_count(), 0u);
    EXPECT_EQ(submit(pool, counts).code(), Code::closed);
    EXPECT_FALSE(pool.cancel(2));
}

TEST(ThreadPool, lets_tasks_submit_tasks) {
    Counts counts;
    ThreadPool pool({"grape-test", 2, 10});
    Gate done;
    std::atomic<int> left{50};
    std::function<void()> next = [&] {
        if (--left == 0) {
            done.open();
        } else {
            EXPECT_TRUE(submit(pool, counts, next).ok());
        }
    };
    ASSERT_TRUE(submit(pool, counts, next).ok());
    done.wait();
    pool.close();
    EXPECT_EQ(counts.ran, 50);
}

TEST(ThreadPool, knows_its_own_threads) {
    Counts counts;
    ThreadPool pool({"grape-test", 1, 1});
    EXPECT_FALSE(pool.is_own_thread());
    bool inside = false;
    Gate done;
    ASSERT_TRUE(submit(pool, counts, [&] {
                    inside = pool.is_own_thread();
                    done.open();
                }).ok());
    done.wait();
    EXPECT_TRUE(inside);
    EXPECT_FALSE(pool.is_own_thread());
}

}  // namespace
}  // namespace grape::base
