#include "core/index/graph/workers.h"

#include <algorithm>
#include <new>

#include "core/base/cat.h"

namespace grape::index {
namespace {

constexpr size_t kItemsAtOnce = 16;

}  // namespace

Workers::Workers(size_t count) {
    for (size_t worker = 1; worker < count; ++worker) {
        auto thread = std::make_unique<base::Thread>();
        const base::Status started =
            thread->start(base::cat("grape graph ", worker % 100),
                          base::Thread::Priority::background, [this, worker] { serve(worker); });
        if (!started.ok()) return;
        threads_.push_back(std::move(thread));
    }
}

Workers::~Workers() {
    {
        const base::MutexLock lock(mutex_);
        closing_ = true;
    }
    work_.notify_all();
    for (const auto& thread : threads_) thread->join();
}

void Workers::serve(size_t worker) {
    uint64_t seen = 0;
    while (true) {
        {
            const base::MutexLock lock(mutex_);
            while (round_ == seen && !closing_) work_.wait(mutex_);
            if (closing_) return;
            seen = round_;
        }
        take_items(worker, nullptr);
        const base::MutexLock lock(mutex_);
        if (--busy_ == 0) done_.notify_one();
    }
}

void Workers::take_items(size_t worker, const std::function<bool()>* stop) {
    try {
        while (!stopped_.load(std::memory_order_relaxed)) {
            const size_t first = next_.fetch_add(kItemsAtOnce, std::memory_order_relaxed);
            if (first >= items_) return;
            if (stop != nullptr && *stop && (*stop)()) {
                stopped_.store(true, std::memory_order_relaxed);
                return;
            }
            const size_t end = std::min(items_, first + kItemsAtOnce);
            for (size_t item = first; item < end; ++item) (*body_)(item, worker);
        }
    } catch (const std::bad_alloc&) {
        out_of_memory_.store(true, std::memory_order_relaxed);
        stopped_.store(true, std::memory_order_relaxed);
    }
}

base::Status Workers::run(size_t items, const std::function<bool()>& stop, const Body& body) {
    body_ = &body;
    items_ = items;
    next_.store(0, std::memory_order_relaxed);
    stopped_.store(false, std::memory_order_relaxed);
    out_of_memory_.store(false, std::memory_order_relaxed);
    {
        const base::MutexLock lock(mutex_);
        ++round_;
        busy_ = threads_.size();
    }
    work_.notify_all();
    take_items(0, &stop);
    {
        const base::MutexLock lock(mutex_);
        while (busy_ != 0) done_.wait(mutex_);
    }
    if (out_of_memory_.load(std::memory_order_relaxed)) {
        return base::Status::make_nomem("graph build: memory is short");
    }
    if (stopped_.load(std::memory_order_relaxed)) {
        return base::Status::make_cancelled("graph build: stopped");
    }
    return {};
}

}  // namespace grape::index
