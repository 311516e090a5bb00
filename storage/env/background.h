// The threads of a store: one that runs LevelDB's compactions, one after the other, started when
// the first job comes and joined at the end; nothing is detached, so a library that was closed
// leaves no thread behind. Threads: all functions from any thread; stop() once.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/thread.h"

namespace grape::storage::env {

class Background {
  public:
    using Function = void (*)(void*);

    ~Background() { stop(); }
    // Starts the thread unless it runs. A writer asks before it writes, so that a system without a
    // thread to give makes a write fail and not a flush wait for ever.
    base::Status start() GRAPE_EXCLUDES(mutex_);
    // Puts a job into the queue, and tries to start the thread.
    void submit(Function function, void* argument) GRAPE_EXCLUDES(mutex_);
    // Runs a function in a thread of its own, joined by stop(); here and now if there is none.
    void run_beside(Function function, void* argument) GRAPE_EXCLUDES(mutex_);
    // Runs in the calling thread what no thread was there for.
    void run_left_over() GRAPE_EXCLUDES(mutex_);
    // Ends the thread after the job that it runs; jobs that have not begun are dropped.
    void stop() GRAPE_EXCLUDES(mutex_);

  private:
    struct Job {
        Function function;
        void* argument;
    };
    base::Status start_locked() GRAPE_REQUIRES(mutex_);
    void work() GRAPE_EXCLUDES(mutex_);
    void join_worker() GRAPE_THREAD_ATTRIBUTE(no_thread_safety_analysis);

    base::Mutex mutex_;
    base::Condition changed_;
    std::deque<Job> jobs_ GRAPE_GUARDED_BY(mutex_);
    bool stopping_ GRAPE_GUARDED_BY(mutex_) = false;
    base::Thread thread_ GRAPE_GUARDED_BY(mutex_);
    std::vector<std::unique_ptr<base::Thread>> others_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::storage::env
