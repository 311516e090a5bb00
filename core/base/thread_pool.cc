#include "core/base/thread_pool.h"

#include <algorithm>
#include <utility>

#include "core/base/result.h"

namespace grape::base {

ThreadPool::ThreadPool(Options options) : options_(std::move(options)) {}

ThreadPool::~ThreadPool() {
    close();
}

// A thread for each task that waits, as far as the number goes. Without a single one the task that
// comes would wait for ever; beside others a failure is no more than a slower pool.
Status ThreadPool::make_thread_if_needed() {
    if (waiting() < idle_ || threads_.size() >= options_.threads_max) return {};
    threads_.reserve(threads_.size() + 1);
    auto thread = std::make_unique<Thread>();
    const Status started =
        thread->start(options_.name, Thread::Priority::normal, [this] { work(); });
    if (!started.ok()) return threads_.empty() ? started : Status();
    threads_.push_back(std::move(thread));
    ++idle_;
    return {};
}

Status ThreadPool::submit(std::unique_ptr<Task> task, uint64_t* ticket) {
    const MutexLock lock(mutex_);
    if (closed_) return Status::make_closed("the pool is closed");
    if (waiting() >= options_.waiting_max) {
        return Status::make_busy(options_.waiting_max,
                                 " requests wait already, which is the limit; try again later");
    }
    GRAPE_TRY(make_thread_if_needed());
    // First the place, which needs memory, then the task.
    std::unique_ptr<Task>& place = waiting_[last_ticket_ + 1];
    place = std::move(task);
    *ticket = ++last_ticket_;
    wake_.notify_one();
    return {};
}

bool ThreadPool::cancel(uint64_t ticket) {
    const MutexLock lock(mutex_);
    Tasks::node_type node = waiting_.extract(ticket);
    if (node.empty()) return false;
    cancelled_.insert(std::move(node));  // moves as it is: cancelling needs no memory
    return true;
}

void ThreadPool::close() {
    std::vector<std::unique_ptr<Thread>> threads;
    {
        const MutexLock lock(mutex_);
        closed_ = true;
        cancelled_.merge(waiting_);
        threads.swap(threads_);
        wake_.notify_all();
    }
    for (const auto& thread : threads) thread->join();
}

bool ThreadPool::is_own_thread() const {
    const MutexLock lock(mutex_);
    return std::any_of(threads_.begin(), threads_.end(),
                       [](const auto& thread) { return thread->is_current(); });
}

size_t ThreadPool::thread_count() const {
    const MutexLock lock(mutex_);
    return threads_.size();
}

void ThreadPool::work() {
    const MutexLock lock(mutex_);
    while (true) {
        if (waiting() != 0) {
            run_next();
        } else if (closed_) {
            return;
        } else {
            wake_.wait(mutex_);
        }
    }
}

void ThreadPool::run_next() {
    const bool cancelled = !cancelled_.empty();
    Tasks& tasks = cancelled ? cancelled_ : waiting_;
    std::unique_ptr<Task> task = std::move(tasks.begin()->second);
    tasks.erase(tasks.begin());
    --idle_;
    mutex_.unlock();
    if (cancelled) {
        task->cancel();
    } else {
        task->run();
    }
    task.reset();
    mutex_.lock();
    ++idle_;
}

}  // namespace grape::base
