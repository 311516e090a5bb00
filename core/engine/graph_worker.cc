#include "core/engine/graph_worker.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

namespace grape::engine {

using base::Status;

namespace {

// Changes come in crowds: a while passes before they are looked at.
constexpr std::chrono::milliseconds kGatherTime{200};
constexpr std::chrono::seconds kLongestSleep{3600};

}  // namespace

void GraphWorker::start() {
    const base::MutexLock lock(mutex_);
    enabled_ = true;
}

void GraphWorker::stop() {
    {
        const base::MutexLock lock(mutex_);
        stopping_ = true;
        enabled_ = false;
        wake_.notify_all();
    }
    thread_.join();
}

void GraphWorker::note(uint32_t collection) {
    const base::MutexLock lock(mutex_);
    if (!enabled_) return;
    const bool first = schedule_.empty();
    schedule_.note(collection, services_.clock->monotonic_us());
    if (!threaded_) {
        // Without a thread the next note tries again.
        threaded_ =
            thread_.start("grape-graph", base::Thread::Priority::background, [this] { loop(); })
                .ok();
    }
    if (first) wake_.notify_all();
}

void GraphWorker::note_commit(const CommitEdit& edit) {
    for (const auto& [key, shard] : edit.shards()) {
        const bool large = shard.view->rows.live() >= services_.sizes.graph_vectors_min;
        if (large) note(key.collection);
    }
}

void GraphWorker::pause() {
    const base::MutexLock lock(mutex_);
    paused_ = true;
    while (running_) changed_.wait(mutex_);
}

void GraphWorker::resume() {
    const base::MutexLock lock(mutex_);
    paused_ = false;
    wake_.notify_all();
}

// The time of it is not the build's.
void GraphWorker::stand_still() {
    const uint64_t began_us = services_.clock->monotonic_us();
    while (paused_ && drains_ == 0 && !stopping_) {
        running_ = false;
        changed_.notify_all();
        wake_.wait_for(mutex_, kLongestSleep);
    }
    stood_still_us_ += services_.clock->monotonic_us() - began_us;
}

// Asked by a build. The worker's own stands still while there is a pause, and ends when somebody
// waits for graphs then; what is built for him goes on.
bool GraphWorker::should_stop(bool waits_in_pause) {
    const base::MutexLock lock(mutex_);
    if (waits_in_pause && paused_) stand_still();
    running_ = waits_in_pause || running_;
    return stopping_ || (waits_in_pause && paused_);
}

void GraphWorker::note_failure(uint32_t collection, const Status& failure) {
    if (failure.code() == base::Code::cancelled) return;
    base::log(services_.logger, base::LogLevel::error,
              base::cat("a graph of collection ", collection, ": ", failure.to_string()));
    const base::MutexLock lock(mutex_);
    if (enabled_) schedule_.rest(collection, services_.clock->monotonic_us());
}

bool GraphWorker::will_look_at(uint32_t collection) const {
    const base::MutexLock lock(mutex_);
    return schedule_.contains(collection) || (task_ && task_->collection == collection);
}

void GraphWorker::forget(uint32_t collection) {
    const base::MutexLock lock(mutex_);
    schedule_.forget(collection);
}

Status GraphWorker::work(const GraphSchedule::Task& task) {
    const base::MutexLock build(build_mutex_);
    const uint64_t began_us = services_.clock->monotonic_us(), done = counts_.done;
    {
        const base::MutexLock lock(mutex_);
        stood_still_us_ = 0;
    }
    Status worked = look_at(task.collection, task.need, 1);
    if (counts_.done == done) return worked;
    const uint64_t now_us = services_.clock->monotonic_us();
    const base::MutexLock lock(mutex_);
    const uint64_t took_us = now_us - began_us;
    schedule_.note_build(task.collection, took_us - std::min(took_us, stood_still_us_), now_us);
    return worked;
}

void GraphWorker::loop() {
    while (true) {
        std::optional<GraphSchedule::Task> task;
        {
            const base::MutexLock lock(mutex_);
            while (!stopping_ && (paused_ || schedule_.empty())) {
                wake_.wait_for(mutex_, kLongestSleep);
            }
            if (!stopping_) wake_.wait_for(mutex_, kGatherTime);
            if (stopping_) return;
            if (paused_) continue;
            task = schedule_.next(services_.clock->monotonic_us());
            if (!task) continue;
            task_ = task;
            running_ = true;
        }
        Status worked;
        try {
            worked = work(*task);
        } catch (const std::bad_alloc&) {
            worked = Status::make_nomem("not enough memory");
        }
        if (!worked.ok()) note_failure(task->collection, worked);
        const base::MutexLock lock(mutex_);
        task_.reset();
        running_ = false;
        changed_.notify_all();
    }
}

Status GraphWorker::look_at(uint32_t collection, GraphNeed need, uint32_t threads) {
    const std::shared_ptr<const View> view = services_.views.current();
    const CollectionView* found = view->state().collections.find(collection);
    const uint32_t vectors = found == nullptr ? 0 : found->collection->vectors();
    Status refused;
    for (uint32_t vector = 0; vector < vectors; ++vector) {
        Status grown = grow(collection, vector, need, threads);
        // Without memory for one graph there may be enough for the next.
        if (!grown.ok() && grown.code() != base::Code::nomem) return grown;
        if (refused.ok()) refused = std::move(grown);
    }
    return refused;
}

// A vector that came while its graph was built may make the next one due at once.
Status GraphWorker::grow(uint32_t collection, uint32_t vector, GraphNeed need, uint32_t threads) {
    constexpr int kRoundsMax = 3;
    for (int round = 0; round < kRoundsMax; ++round) {
        GraphWish wish = GraphWish::none;
        {
            const std::shared_ptr<const View> view = services_.views.current();
            const CollectionView* found = view->state().collections.find(collection);
            const std::shared_ptr<const ShardView> shard =
                found == nullptr ? nullptr : found->shard->loaded();
            if (shard == nullptr) return {};
            wish = graph_wish(services_.sizes, shard->vectors[vector], need);
        }
        if (wish == GraphWish::none) return {};
        if (wish == GraphWish::flush_first) GRAPE_TRY(background_.flush_collection(collection));
        const bool waits = need != GraphNeed::complete;
        GRAPE_TRY(build_graph(
            services_, sequencer_, background_.work_mutex(), {collection, vector, threads},
            [this, waits] { return should_stop(waits); }, counts_));
    }
    return {};
}

Status GraphWorker::drain() {
    const uint32_t threads = std::max(1u, std::thread::hardware_concurrency());
    std::vector<uint32_t> all;
    services_.views.current()->state().collections.for_each(
        [&](uint32_t number, const std::shared_ptr<const CollectionView>&) {
            all.push_back(number);
        });
    {
        const base::MutexLock lock(mutex_);
        ++drains_;
        wake_.notify_all();
    }
    Status drained;
    for (const uint32_t number : all) {
        const base::MutexLock build(build_mutex_);
        if (!drained.ok()) continue;
        drained = look_at(number, GraphNeed::complete, threads);
        // Without memory for a graph its vectors are scanned; the others still get theirs.
        if (drained.code() == base::Code::nomem) {
            note_failure(number, drained);
            drained = {};
        }
    }
    const base::MutexLock lock(mutex_);
    --drains_;
    return drained;
}

}  // namespace grape::engine
