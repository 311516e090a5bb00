// ThreadPool: a few threads and a bounded queue of tasks that wait for them, the oldest first. A
// thread is made when a task finds none idle, up to the pool's number, and stays until close().
//
// Threads: submit(), cancel() and is_own_thread() from any at once, also from inside a task;
// close() from one, and from no task. No lock is held while a task runs or is dropped. What must
// stay true: of a task that submit() took exactly one of run() and cancel() is called, once, on a
// thread of the pool; then it is dropped there. Both are over when close() returns.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/thread.h"

namespace grape::base {

class ThreadPool {
  public:
    class Task {
      public:
        virtual ~Task() = default;
        virtual void run() noexcept = 0;
        // Instead of run(): cancelled while it waited.
        virtual void cancel() noexcept = 0;
    };
    struct Options {
        std::string name = "grape-pool";  // of its threads
        uint32_t threads_max = 1;
        size_t waiting_max = 1;  // tasks that wait; those that run do not count
    };

    explicit ThreadPool(Options options);
    ~ThreadPool();  // closes
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    // Does not wait. `ticket` gets a number that no other task of this pool has, before the task
    // can run. Code::busy when as many wait as may, Code::closed, Code::nomem when there is no
    // thread and none can be started; the task is then dropped on this thread.
    Status submit(std::unique_ptr<Task> task, uint64_t* ticket) GRAPE_EXCLUDES(mutex_);
    // True when that task still waited: its cancel() is called as soon as a thread is free.
    bool cancel(uint64_t ticket) GRAPE_EXCLUDES(mutex_);
    // Takes no more tasks, cancels those that wait, and returns when the last thread has ended.
    void close() GRAPE_EXCLUDES(mutex_);

    // Is the caller inside a task of this pool?
    bool is_own_thread() const GRAPE_EXCLUDES(mutex_);
    size_t thread_count() const GRAPE_EXCLUDES(mutex_);

  private:
    using Tasks = std::map<uint64_t, std::unique_ptr<Task>>;  // by ticket: the oldest first

    Status make_thread_if_needed() GRAPE_REQUIRES(mutex_);
    size_t waiting() const GRAPE_REQUIRES(mutex_) { return waiting_.size() + cancelled_.size(); }
    void work() GRAPE_EXCLUDES(mutex_);
    void run_next() GRAPE_REQUIRES(mutex_);

    const Options options_;
    mutable Mutex mutex_;
    Condition wake_;
    Tasks waiting_ GRAPE_GUARDED_BY(mutex_);
    Tasks cancelled_ GRAPE_GUARDED_BY(mutex_);  // go first: they are short
    std::vector<std::unique_ptr<Thread>> threads_ GRAPE_GUARDED_BY(mutex_);
    size_t idle_ GRAPE_GUARDED_BY(mutex_) = 0;  // threads without a task, or not there yet
    uint64_t last_ticket_ GRAPE_GUARDED_BY(mutex_) = 0;
    bool closed_ GRAPE_GUARDED_BY(mutex_) = false;
};

}  // namespace grape::base
