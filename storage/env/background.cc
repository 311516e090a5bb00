#include "storage/env/background.h"

namespace grape::storage::env {

using base::MutexLock;
using base::Status;
using base::Thread;

Status Background::start_locked() {
    if (thread_.running()) return {};
    return thread_.start("grape-store", Thread::Priority::background, [this] { work(); });
}

Status Background::start() {
    MutexLock lock(mutex_);
    return start_locked();
}

void Background::submit(Function function, void* argument) {
    MutexLock lock(mutex_);
    jobs_.push_back({function, argument});
    // Without a thread the job waits for the next start() or run_left_over().
    static_cast<void>(start_locked());
    changed_.notify_one();
}

void Background::run_beside(Function function, void* argument) {
    auto thread = std::make_unique<Thread>();
    const Status started =
        thread->start("grape-store-2", Thread::Priority::background, [=] { function(argument); });
    if (!started.ok()) return function(argument);
    MutexLock lock(mutex_);
    others_.push_back(std::move(thread));
}

void Background::run_left_over() {
    while (true) {
        Job job{};
        {
            MutexLock lock(mutex_);
            if (thread_.running() || jobs_.empty()) return;
            job = jobs_.front();
            jobs_.pop_front();
        }
        job.function(job.argument);
    }
}

void Background::work() {
    while (true) {
        Job job{};
        {
            MutexLock lock(mutex_);
            while (jobs_.empty() && !stopping_) changed_.wait(mutex_);
            if (stopping_) return;
            job = jobs_.front();
            jobs_.pop_front();
        }
        job.function(job.argument);
    }
}

// Without the mutex, which the worker takes once more before it ends. Nobody starts a thread any
// more: the store that would is being destroyed.
void Background::join_worker() {
    thread_.join();
}

void Background::stop() {
    std::vector<std::unique_ptr<Thread>> others;
    bool running = false;
    {
        MutexLock lock(mutex_);
        stopping_ = true;
        others.swap(others_);
        running = thread_.running();
        changed_.notify_all();
    }
    if (running) join_worker();
    for (const std::unique_ptr<Thread>& thread : others) thread->join();
}

}  // namespace grape::storage::env
