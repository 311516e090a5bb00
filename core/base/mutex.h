// Mutex, lock and condition variable with clang's thread-safety annotations, so that clang checks
// at compile time which members are touched under which lock (-Wthread-safety).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define GRAPE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define GRAPE_THREAD_ATTRIBUTE(x)
#endif
#define GRAPE_GUARDED_BY(mutex) GRAPE_THREAD_ATTRIBUTE(guarded_by(mutex))
#define GRAPE_REQUIRES(mutex) GRAPE_THREAD_ATTRIBUTE(requires_capability(mutex))
#define GRAPE_EXCLUDES(mutex) GRAPE_THREAD_ATTRIBUTE(locks_excluded(mutex))
#define GRAPE_RETURN_CAPABILITY(mutex) GRAPE_THREAD_ATTRIBUTE(lock_returned(mutex))

namespace grape::base {

class GRAPE_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
  public:
    void lock() GRAPE_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
    void unlock() GRAPE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
    bool try_lock() GRAPE_THREAD_ATTRIBUTE(try_acquire_capability(true)) {
        return mutex_.try_lock();
    }

  private:
    friend class Condition;
    std::mutex mutex_;
};

class GRAPE_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) GRAPE_THREAD_ATTRIBUTE(acquire_capability(mutex))
        : mutex_(mutex) {
        mutex_.lock();
    }
    ~MutexLock() GRAPE_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    Mutex& mutex_;
};

// wait() gives the mutex back while it waits; always inside a loop that tests the condition.
class Condition {
  public:
    void wait(Mutex& mutex) GRAPE_REQUIRES(mutex) {
        std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
        condition_.wait(lock);
        lock.release();
    }
    // False when the time ran out.
    bool wait_for(Mutex& mutex, std::chrono::microseconds timeout) GRAPE_REQUIRES(mutex) {
        std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
        const auto outcome = condition_.wait_for(lock, timeout);
        lock.release();
        return outcome == std::cv_status::no_timeout;
    }
    void notify_one() { condition_.notify_one(); }
    void notify_all() { condition_.notify_all(); }

  private:
    std::condition_variable condition_;
};

}  // namespace grape::base
