#include "core/engine/background.h"

#include <algorithm>
#include <chrono>
#include <new>

#include "core/engine/idempotency.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// Nothing tells of a reader that lets go of an old view: while the purge waits for one it looks.
constexpr std::chrono::seconds kSleepWhilePurging{1};
constexpr std::chrono::seconds kLongestSleep{60};
constexpr uint64_t kRestUs = 60'000'000;  // of a collection whose rewrite failed
constexpr uint32_t kSmallFilesToJoin = 4;

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

void Background::wait_for_room() {
    const base::MutexLock lock(mutex_);
    while (services_.unflushed_bytes > services_.sizes.unflushed_bytes_max && threaded_ &&
           !paused_ && !stopping_) {
        changed_.wait_for(mutex_, std::chrono::milliseconds(100));
    }
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
    GRAPE_ASSIGN(const bool reclaimed, reclaim_rows());
    if (reclaimed) return true;
    GRAPE_ASSIGN(const bool trimmed, trim_records());
    if (trimmed) return true;
    return sweep();
}

bool Background::wants_flush(const ShardView& view, bool force) const {
    // Rows that no row file has are like tails: they are in memory until one is written.
    const uint64_t row_bytes = view.changed_row_bytes();
    if (view.tail_bytes >= services_.sizes.flush_tail_bytes) return true;
    if (row_bytes >= services_.sizes.flush_row_bytes) return true;
    const bool large = std::max(view.tail_bytes, row_bytes) >= services_.sizes.small_shard_bytes;
    return force && (large || !view.log_files.empty());
}

RewritePlan Background::merge_plan(uint32_t collection, const ShardView& view) const {
    RewritePlan plan{collection, {}};
    const uint64_t file_max =
        std::max(services_.sizes.vector_file_bytes, view.live_vector_bytes() / 8);
    for (uint32_t vector = 0; vector < view.vectors.size(); ++vector) {
        std::vector<uint32_t> small;
        for (const index::RunView& run : view.vectors[vector].runs) {
            if (!run.run->in_file()) continue;
            const bool quarter_dead = uint64_t{run.hidden.count()} * 4 > run.length;
            if (quarter_dead) {
                plan.files[vector] = {run.run->id()};
                return plan;
            }
            if (uint64_t{run.length} * run.run->row_bytes() * 4 < file_max) {
                small.push_back(run.run->id());
            }
        }
        if (small.size() >= kSmallFilesToJoin) {
            plan.files[vector] = std::move(small);
            return plan;
        }
    }
    return plan;
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
            const RewritePlan plan = merge_plan(number, *shard);
            if (plan.merge() || wants_flush(*shard, false)) worked = rewrite(plan);
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
        return run_rewrite(services_, sequencer_, plan);
    } catch (const std::bad_alloc&) {
        return Status::make_nomem("not enough memory");
    }
}

// Tails of many collections, none of them large enough for a flush of its own, can be too much
// together: writers wait, and nothing would ever end their waiting. Then the largest one goes.
Result<bool> Background::relieve() {
    const uint64_t limit = services_.sizes.unflushed_bytes_max / 2;
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
    services_.unflushed_bytes = bytes;
    return largest;
}

// Row numbers of dead points come back once the store has forgotten them and no run names them.
Result<bool> Background::reclaim_rows_of(const CollectionView& collection) {
    const std::shared_ptr<const ShardView> view = collection.shard->loaded();
    if (view == nullptr) return false;
    const uint64_t free_left =
        view->free_rows == nullptr ? 0 : view->free_rows->size() - view->free_rows_used;
    const uint64_t dead = view->rows.high() - view->rows.live() - free_left;
    const bool scarce = view->rows.high() > services_.sizes.rows_max / 8 * 7;
    const bool many =
        dead > std::max<uint64_t>(services_.sizes.dead_rows_min, view->rows.high() / 4);
    // Where rows are scarce a request may need more than are left of the last ones.
    if (dead == 0 || !(scarce || many) || (free_left != 0 && !scarce)) return false;
    std::vector<bool> covered(view->rows.high());
    for (const uint32_t row : purge_.waiting_rows(collection.collection->shard())) {
        if (row < covered.size()) covered[row] = true;
    }
    for (const VectorRuns& runs : view->vectors) {
        for (const index::RunView& run : runs.runs) {
            std::vector<uint32_t> rows(run.length);
            if (!rows.empty()) GRAPE_TRY(run.run->rows(0, rows));
            for (const uint32_t row : rows) covered[row] = true;
        }
    }
    std::vector<uint32_t> free;
    for (uint32_t row = 0; row < covered.size(); ++row) {
        if (!covered[row] && !view->rows.alive(row)) free.push_back(row);
    }
    if (free.size() <= free_left) return false;
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) -> Status {
        const CollectionView* now = edit.state().collections.find(collection.collection->number());
        // Something changed meanwhile: the next look will find the rows again. Also when a commit
        // that is in the view was not queued to be purged yet when it was looked at.
        if (now == nullptr || now->shard->loaded() != view || purge_.pending()) return {};
        GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*now));
        shard->view->free_rows = std::make_shared<const std::vector<uint32_t>>(std::move(free));
        shard->view->free_rows_used = 0;
        return {};
    };
    bool given = false;
    change.committed = [&](CommitEdit& edit) { given = !edit.shards().empty(); };
    GRAPE_TRY(sequencer_.run(change));
    return given;
}

Result<bool> Background::reclaim_rows() {
    if (purge_.pending()) return false;
    const std::shared_ptr<const View> view = services_.views.current();
    std::vector<std::shared_ptr<const CollectionView>> collections;
    view->state().collections.for_each(
        [&](uint32_t, const std::shared_ptr<const CollectionView>& collection) {
            const auto shard = collection->shard->loaded();
            if (shard != nullptr && shard->rows.high() != shard->rows.live()) {
                collections.push_back(collection);
            }
        });
    for (const auto& collection : collections) {
        GRAPE_ASSIGN(const bool done, reclaim_rows_of(*collection));
        if (done) return true;
    }
    return false;
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
        if (merge) plan = merge_plan(number, *shard);
        if (!plan.merge() && (flushed || !wants_flush(*shard, true))) return {};
        flushed = true;  // a merge takes the tails with it
        GRAPE_TRY(rewrite(plan).status());
    }
    return {};
}

// Purges what was there at `commit`.
Status Background::drain_rest(uint64_t commit) {
    while (true) {
        services_.views.reclaim();
        GRAPE_ASSIGN(const bool purged, purge_.step(commit));
        if (!purged) break;
    }
    while (true) {
        GRAPE_ASSIGN(const bool reclaimed, reclaim_rows());
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
