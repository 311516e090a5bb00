// Workers: threads that share out the items of a loop, for the time of one build. The caller's
// thread takes part. Which thread gets which item is chance, so a body may write only what belongs
// to its item or its worker. Threads: run() from one, the owner.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/thread.h"

namespace grape::index {

class Workers {
  public:
    // body(item, worker): worker is below count().
    using Body = std::function<void(size_t item, size_t worker)>;

    // Fewer than `count` threads when the system gives no more.
    explicit Workers(size_t count);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    size_t count() const { return threads_.size() + 1; }
    // All items once, or Code::cancelled after stop(), asked every few items by the caller's
    // thread, said true: then some were done. Code::nomem when memory ran out in a body.
    base::Status run(size_t items, const std::function<bool()>& stop, const Body& body);

  private:
    void serve(size_t worker);
    void take_items(size_t worker, const std::function<bool()>* stop);

    base::Mutex mutex_;
    base::Condition work_, done_;
    uint64_t round_ GRAPE_GUARDED_BY(mutex_) = 0;
    size_t busy_ GRAPE_GUARDED_BY(mutex_) = 0;
    bool closing_ GRAPE_GUARDED_BY(mutex_) = false;
    // Of the round that runs; set while no other thread works.
    const Body* body_ = nullptr;
    size_t items_ = 0;
    std::atomic<size_t> next_{0};
    std::atomic<bool> stopped_{false}, out_of_memory_{false};
    std::vector<std::unique_ptr<base::Thread>> threads_;
};

}  // namespace grape::index
