#include "core/engine/background.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "core/engine/idempotency.h"
#include "core/engine/rewrite_choice.h"
#include "core/engine/row_reclaim.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// Nothing tells of a reader that lets go of an old view: while the purge waits for one it looks.
constexpr std::chrono::seconds kSleepWhilePurging{1};
constexpr std::chrono::seconds kLongestSleep{60};
constexpr uint64_t kRestUs = 60'000'000;  // of a collection whose rewrite failed

}  // namespace

Status Background::start() {
    {
        const base::MutexLock lock(mutex_);
        threaded_ = true;
    }
    return thread_.start("grape-work", base::Thread::Priority::background, [this] { loop(); });
}

void Background::stop() {
    {
        const base::MutexLock lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
        changed_.notify_all();
    }
    thread_.join();
}

void Background::note_commit(const CommitEdit& edit) {
    services_.unflushed_bytes += edit.vector_bytes();
    const base::MutexLock lock(mutex_);
    for (const auto& [key, shard] : edit.shards()) dirty_.insert(key.collection);
    woken_ = true;
    wake_.notify_one();
}

void Background::pause() {
    const base::MutexLock lock(mutex_);
    paused_ = true;
    while (running_) changed_.wait(mutex_);
}

void Background::resume() {
    const base::MutexLock lock(mutex_);
    paused_ = false;
    woken_ = true;
    wake_.notify_one();
}

bool Background::paused() const {
    const base::MutexLock lock(mutex_);
    return paused_;
}

std::string Background::last_error() const {
    const base::MutexLock lock(mutex_);
    return last_error_;
}

void Background::note_failure(const Status& failure) {
    ++counts_.failures;
    base::log(services_.logger, base::LogLevel::error,
              base::cat("background work: ", failure.to_string()));
    const base::MutexLock lock(mutex_);
    last_error_ = failure.to_string();
}

// A collection that cannot be rewritten must not hold up the others: it rests for a while.
void Background::set_aside(uint32_t collection, const Status& failure) {
    note_failure(failure);
    const base::MutexLock lock(mutex_);
    set_aside_[collection] = {services_.clock->monotonic_us() + kRestUs, failure};
}

bool Background::rests(uint32_t collection) const {
    const base::MutexLock lock(mutex_);
    return set_aside_.contains(collection);
}

// Who has rested long enough is looked at again, whether or not it changed. Dropped collections are
// found to be gone then.
void Background::end_rests() {
    const uint64_t now_us = services_.clock->monotonic_us();
    const base::MutexLock lock(mutex_);
    for (auto at = set_aside_.begin(); at != set_aside_.end();) {
        if (now_us < at->second.until_us) {
            ++at;
            continue;
        }
        dirty_.insert(at->first);
        at = set_aside_.erase(at);
    }
}

// After a failure the thread rests a while, so that a full disk is not asked all the time.
void Background::loop() {
    bool rest = false;
    while (true) {
        {
            const base::MutexLock lock(mutex_);
            if (!stopping_ && (paused_ || rest || !woken_)) {
                const bool soon = rest || (!paused_ && purge_.pending());
                wake_.wait_for(mutex_, soon ? kSleepWhilePurging : kLongestSleep);
            }
            if (stopping_) return;
            if (paused_) continue;
            woken_ = false;
            running_ = true;
        }
        bool worked = false;
        rest = false;
        try {
            const base::MutexLock work(work_mutex_);
            Result<bool> done = unit();
            if (done.ok()) {
                worked = *done;
            } else {
                note_failure(done.status());
                rest = true;
            }
        } catch (const std::bad_alloc&) {
            note_failure(Status::make_nomem("not enough memory"));
            rest = true;
        }
        const base::MutexLock lock(mutex_);
        running_ = false;
        woken_ = woken_ || worked;
        changed_.notify_all();
    }
}

Result<bool> Background::unit() {
    services_.views.reclaim();
    end_rests();
    GRAPE_ASSIGN(const bool rewritten, rewrite_one());
    if (rewritten) return true;
    GRAPE_ASSIGN(const bool relieved, relieve());
    if (relieved) return true;
    GRAPE_ASSIGN(const bool freed, free_log());
    if (freed) return true;
    GRAPE_ASSIGN(const bool purged, purge_.step());
    if (purged) return true;
    GRAPE_ASSIGN(const bool reclaimed, reclaim_rows(services_, sequencer_, purge_));
    if (reclaimed) return true;
    GRAPE_ASSIGN(const bool trimmed, trim_records());
    if (trimmed) return true;
    return sweep();
}

// Looks at the collections that changed; leaves those in the list that were not looked at.
Result<bool> Background::rewrite_one() {
    std::set<uint32_t> dirty;
    {
        const base::MutexLock lock(mutex_);
        dirty.swap(dirty_);
    }
    const std::shared_ptr<const View> view = services_.views.current();
    Result<bool> worked = false;
    while (!dirty.empty() && worked.ok() && !*worked) {
        const uint32_t number = *dirty.begin();
        const CollectionView* collection = view->state().collections.find(number);
        const std::shared_ptr<const ShardView> shard =
            collection == nullptr ? nullptr : collection->shard->loaded();
        if (shard != nullptr && !rests(number)) {
            const RewritePlan plan = merge_plan(services_.sizes, number, *shard);
            if (plan.merge() || wants_flush(services_.sizes, *shard, false)) worked = rewrite(plan);
        }
        // A collection that was rewritten may want more.
        if (worked.ok() && !*worked) dirty.erase(dirty.begin());
    }
    const base::MutexLock lock(mutex_);
    dirty_.insert(dirty.begin(), dirty.end());
    return worked;
}

// A log file lives as long as one shard has vectors in it, and a small shard may never have enough
// for a flush of its own: when there are many files, who holds the oldest one is flushed.
Result<bool> Background::free_log() {
    const std::vector<storage::ShardKey> users =
        sequencer_.log_use_table().oldest_users(services_.sizes.log_files_max);
    if (users.empty()) return false;
    const std::shared_ptr<const View> view = services_.views.current();
    for (const storage::ShardKey shard : users) {
        const CollectionView* found = view->state().collections.find(shard.collection);
        // A dropped collection lets go of its logs when it is purged, a damaged one never.
        if (found == nullptr || rests(shard.collection) || !found->shard->get().ok()) continue;
        return rewrite({shard.collection, {}});
    }
    return false;
}

Result<bool> Background::rewrite(const RewritePlan& plan) {
    ++(plan.merge() ? counts_.merges_started : counts_.flushes_started);
    const Result<uint64_t> done = try_rewrite(plan);
    if (!done.ok()) {
        set_aside(plan.collection, done.status());
        recount_tails();  // its tail is nothing to wait for
        return true;
    }
    const uint64_t vectors = *done;
    ++(plan.merge() ? counts_.merges_done : counts_.flushes_done);
    (plan.merge() ? counts_.vectors_merged : counts_.vectors_flushed) += vectors;
    recount_tails();
    return true;
}

Result<uint64_t> Background::try_rewrite(const RewritePlan& plan) {
    try {
        const Result<uint64_t> done = run_rewrite(services_, sequencer_, plan);
        if (done.ok() && new_files_) new_files_(plan.collection);
        return done;
    } catch (const std::bad_alloc&) {
        return Status::make_nomem("not enough memory");
    }
}

// Tails of many collections, none of them large enough for a flush of its own, can be too much
// together: writers wait, and nothing would ever end their waiting. Then the largest one goes.
Result<bool> Background::relieve() {
    const uint64_t limit = relief_limit();
    if (services_.unflushed_bytes <= limit) return false;
    const std::optional<uint32_t> largest = recount_tails();
    if (!largest || services_.unflushed_bytes <= limit) return false;
    return rewrite({*largest, {}});
}

// Counts what a flush can bring to files (small shards have none, and shards that rest are left as
// they are), and says whose tail is largest.
std::optional<uint32_t> Background::recount_tails() {
    std::set<uint32_t> resting;
    {
        const base::MutexLock lock(mutex_);
        for (const auto& [number, rest] : set_aside_) resting.insert(number);
    }
    // Before the view is taken: what commits add meanwhile stays counted, some of it twice.
    const uint64_t before = services_.unflushed_bytes;
    uint64_t bytes = 0;
    uint64_t most = 0;
    std::optional<uint32_t> largest;
    services_.views.current()->state().collections.for_each(
        [&](uint32_t number, const std::shared_ptr<const CollectionView>& collection) {
            const auto shard = collection->shard->loaded();
            if (shard == nullptr || shard->tail_bytes < services_.sizes.small_shard_bytes) return;
            if (resting.contains(number)) return;
            bytes += shard->tail_bytes;
            if (shard->tail_bytes <= most) return;
            most = shard->tail_bytes;
            largest = number;
        });
    services_.unflushed_bytes += bytes - before;
    return largest;
}

// When too many records are kept, the shard that needs the oldest one is flushed.
Result<bool> Background::trim_records() {
    const uint64_t first = purge_.first_record();
    const std::shared_ptr<const View> view = services_.views.current();
    const uint64_t kept = view->commit() - std::min(first, view->commit());
    if (kept < services_.sizes.kept_commits_max / 4) return false;
    uint64_t floor = view->commit();  // the last record always stays
    const CollectionView* lagging = nullptr;
    view->state().collections.for_each(
        [&](uint32_t, const std::shared_ptr<const CollectionView>& collection) {
            if (collection->shard->floor() >= floor) return;
            floor = collection->shard->floor();
            lagging = collection.get();
        });
    GRAPE_ASSIGN(const bool trimmed, purge_.trim(floor));
    if (trimmed) return true;
    if (kept <= services_.sizes.kept_commits_max || lagging == nullptr) return false;
    // A damaged shard keeps the records that it needs.
    const uint32_t number = lagging->collection->number();
    if (rests(number) || !lagging->shard->get().ok()) return false;
    return rewrite({number, {}});
}

// Every collection is looked at once, as it is when its turn comes: under steady writing, too, this
// has an end.
Status Background::drain(bool everything) {
    const base::MutexLock work(work_mutex_);
    const std::shared_ptr<const View> view = services_.views.current();
    std::vector<uint32_t> all;
    view->state().collections.for_each(
        [&](uint32_t number, const std::shared_ptr<const CollectionView>&) {
            all.push_back(number);
        });
    {
        const base::MutexLock lock(mutex_);
        set_aside_.clear();
    }
    for (const uint32_t number : all) {
        services_.views.reclaim();
        GRAPE_TRY(drain_collection(number, everything));
    }
    if (everything) GRAPE_TRY(drain_rest(view->commit()));
    recount_tails();  // what was dropped, or is too small for a flush, is nothing to wait for
    const base::MutexLock lock(mutex_);
    return set_aside_.empty() ? Status() : set_aside_.begin()->second.why;
}

Status Background::drain_collection(uint32_t number, bool merge) {
    bool flushed = false;
    while (!rests(number)) {
        const std::shared_ptr<const View> view = services_.views.current();
        const CollectionView* collection = view->state().collections.find(number);
        const std::shared_ptr<const ShardView> shard =
            collection == nullptr ? nullptr : collection->shard->loaded();
        if (shard == nullptr) return {};
        RewritePlan plan{number, {}};
        if (merge) plan = merge_plan(services_.sizes, number, *shard);
        if (!plan.merge() && (flushed || !wants_flush(services_.sizes, *shard, true))) return {};
        flushed = true;  // a merge takes the tails with it
        GRAPE_TRY(rewrite(plan).status());
    }
    return {};
}

Status Background::flush_collection(uint32_t collection) {
    const base::MutexLock work(work_mutex_);
    return rewrite({collection, {}}).status();
}

Status Background::cover_fields(const std::string& name) {
    const base::MutexLock work(work_mutex_);
    const std::shared_ptr<const View> view = services_.views.current();
    const Result<const CollectionView*> found = view->find(name);
    if (!found.ok()) return {};  // dropped meanwhile
    GRAPE_ASSIGN(const std::shared_ptr<const ShardView> shard, (*found)->shard->get());
    const bool covered =
        std::all_of(shard->fields.begin(), shard->fields.end(),
                    [](const FieldRuns& field) { return field.covered_after == 0; });
    return covered ? Status() : try_rewrite({(*found)->collection->number(), {}}).status();
}

// Purges what was there at `commit`.
Status Background::drain_rest(uint64_t commit) {
    while (true) {
        services_.views.reclaim();
        GRAPE_ASSIGN(const bool purged, purge_.step(commit));
        if (!purged) break;
    }
    while (true) {
        GRAPE_ASSIGN(const bool reclaimed, reclaim_rows(services_, sequencer_, purge_));
        if (reclaimed) continue;
        GRAPE_ASSIGN(const bool trimmed, trim_records());
        if (!trimmed) return {};
    }
}

// Looks through the idempotency keys now and then.
Result<bool> Background::sweep() {
    constexpr uint64_t kCommitsBetween = 10000;
    const uint64_t commit = services_.views.current()->commit();
    if (sweep_cursor_.empty() && commit < next_sweep_) return false;
    GRAPE_ASSIGN(const bool more, sweep_keys(services_, sequencer_, sweep_cursor_));
    if (!more) next_sweep_ = commit + kCommitsBetween;
    return more;
}

}  // namespace grape::engine
