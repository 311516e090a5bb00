#include "core/engine/purge.h"

#include <algorithm>

namespace grape::engine {

using base::Result;
using base::Status;
using storage::Tree;

namespace {

constexpr size_t kRowsPerSlice = 1000;
constexpr size_t kKeysPerSlice = 20000;
constexpr uint64_t kRecordsPerTrim = 10000;

}  // namespace

PurgeItem PurgeItem::from(uint64_t commit, const storage::ShardChange& change, uint32_t vectors) {
    PurgeItem item;
    item.commit = commit;
    item.shard = change.shard;
    item.vectors = vectors;
    item.deleted = change.deleted;
    item.replaced = change.put;
    item.replaced.insert(item.replaced.end(), change.vectors.begin(), change.vectors.end());
    std::sort(item.replaced.begin(), item.replaced.end());
    item.replaced.erase(std::unique(item.replaced.begin(), item.replaced.end()),
                        item.replaced.end());
    // New points superseded nothing.
    std::vector<uint32_t> inserted = change.inserted;
    std::sort(inserted.begin(), inserted.end());
    std::erase_if(item.replaced, [&](uint32_t row) {
        return std::binary_search(inserted.begin(), inserted.end(), row);
    });
    return item;
}

void Purge::add(PurgeItem item) {
    if (item.empty()) return;
    const base::MutexLock lock(mutex_);
    queue_.push_back(std::move(item));
}

void Purge::add_edit(const CommitEdit& edit) {
    for (const storage::ShardChange& change : edit.record().changes) {
        const uint32_t vectors = edit.shards().at(change.shard).collection->vectors();
        add(PurgeItem::from(edit.commit(), change, vectors));
    }
}

bool Purge::pending() const {
    const base::MutexLock lock(mutex_);
    return !queue_.empty();
}

std::vector<uint32_t> Purge::waiting_rows(storage::ShardKey shard) const {
    const base::MutexLock lock(mutex_);
    std::vector<uint32_t> rows;
    for (const PurgeItem& item : queue_) {
        if (item.shard == shard) rows.insert(rows.end(), item.deleted.begin(), item.deleted.end());
    }
    return rows;
}

Result<bool> Purge::step() {
    PurgeItem item;
    {
        const base::MutexLock lock(mutex_);
        if (queue_.empty() || services_.pins->min_pinned() < queue_.front().commit) return false;
        item = queue_.front();
    }
    GRAPE_ASSIGN(const bool finished, item.dropped ? drop_slice(item) : purge_slice(item));
    const base::MutexLock lock(mutex_);
    if (finished) {
        queue_.pop_front();
    } else {
        queue_.front() = std::move(item);
    }
    return true;
}

// Takes the row off the id's list of rows.
Status Purge::purge_id(CommitEdit& edit, const PurgeItem& item, uint32_t row,
                       std::string_view point_value) {
    GRAPE_ASSIGN(const storage::PointValue value, storage::decode_point(point_value));
    GRAPE_ASSIGN(const base::PointId id, base::PointId::from_key(value.id));
    return edit.forget_row(item.shard, id, row);
}

namespace {

// Removes the keys under `prefix` that commits up to `commit` wrote; the newest of them is what the
// row holds, and stays when the row lives. Calls `removed` with the value of each.
template <typename Parse, typename Removed>
Status remove_superseded(CommitEdit& edit, const std::string& prefix, uint64_t commit, bool deleted,
                         Parse parse, Removed removed) {
    std::string last_key, last_value;
    const auto remove_last = [&]() -> Status {
        if (last_key.empty()) return {};
        edit.batch().remove(last_key);
        return removed(last_value);
    };
    const auto visit = [&](std::string_view key, std::string_view value) -> Status {
        const auto parsed = parse(key);
        if (!parsed || parsed->commit > commit) return {};
        GRAPE_TRY(remove_last());
        last_key = key;
        last_value = value;
        return {};
    };
    GRAPE_TRY(storage::scan(*edit.services().store, prefix, visit));
    return deleted ? remove_last() : Status();
}

}  // namespace

Status Purge::purge_row(CommitEdit& edit, const PurgeItem& item, uint32_t row, bool deleted) {
    GRAPE_TRY(remove_superseded(edit, storage::point_row_prefix(item.shard, row), item.commit,
                                deleted, storage::parse_point_key, [&](std::string_view value) {
                                    return deleted ? purge_id(edit, item, row, value) : Status();
                                }));
    for (uint32_t vector = 0; vector < item.vectors; ++vector) {
        GRAPE_TRY(remove_superseded(edit, storage::pending_row_prefix(item.shard, vector, row),
                                    item.commit, deleted, storage::parse_pending_key,
                                    [](std::string_view) { return Status(); }));
    }
    return {};
}

Result<bool> Purge::purge_slice(PurgeItem& item) {
    Change change;
    change.is_commit = false;
    change.sync = false;
    const size_t replaced = std::min(item.replaced.size(), kRowsPerSlice);
    const size_t deleted = std::min(item.deleted.size(), kRowsPerSlice - replaced);
    change.apply = [&](CommitEdit& edit) -> Status {
        for (size_t i = item.replaced.size() - replaced; i < item.replaced.size(); ++i) {
            GRAPE_TRY(purge_row(edit, item, item.replaced[i], false));
        }
        for (size_t i = item.deleted.size() - deleted; i < item.deleted.size(); ++i) {
            GRAPE_TRY(purge_row(edit, item, item.deleted[i], true));
        }
        return {};
    };
    GRAPE_TRY(sequencer_.run(change));
    item.replaced.resize(item.replaced.size() - replaced);
    item.deleted.resize(item.deleted.size() - deleted);
    rows_purged_ += replaced + deleted;
    return item.replaced.empty() && item.deleted.empty();
}

// Removes keys of a dropped collection; its files go when their run records do.
Result<bool> Purge::drop_slice(const PurgeItem& item) {
    storage::WriteBatch batch;
    std::vector<uint64_t> files;
    for (const Tree tree : {Tree::ids, Tree::points, Tree::pending, Tree::runs}) {
        const auto iterator = services_.store->iterate(storage::shard_prefix(tree, item.shard));
        for (; iterator->valid() && batch.count() < kKeysPerSlice; iterator->next()) {
            if (tree == Tree::runs) {
                GRAPE_ASSIGN(const storage::RunRecord run, storage::decode_run(iterator->value()));
                files.push_back(run.blob.file_number);
            }
            batch.remove(iterator->key());
        }
        GRAPE_TRY(iterator->status());
    }
    const bool finished = batch.count() < kKeysPerSlice;
    if (finished) batch.remove(storage::dropped_key(item.shard.collection));
    GRAPE_TRY(services_.store->write(batch, finished ? storage::Sync::yes : storage::Sync::no));
    for (const uint64_t file : files) services_.files->doom(file);
    if (finished) GRAPE_TRY(drop_logs(item));
    return finished;
}

// Log files that only the dropped collection used.
Status Purge::drop_logs(const PurgeItem& item) {
    std::vector<uint64_t> unused;
    Change change;
    change.is_commit = false;
    change.apply = [&](CommitEdit& edit) -> Status {
        for (const auto& [file, users] : sequencer_.log_uses()) {
            if (!users.contains(item.shard) || !sequencer_.drop_log_use(file, item.shard)) continue;
            unused.push_back(file);
            edit.batch().remove(storage::log_key(file));
        }
        return {};
    };
    GRAPE_TRY(sequencer_.run(change));
    for (const uint64_t file : unused) GRAPE_TRY(services_.log->remove(file));
    return {};
}

void Purge::set_first_record(uint64_t commit) {
    const base::MutexLock lock(mutex_);
    first_record_ = commit;
}

uint64_t Purge::first_record() const {
    const base::MutexLock lock(mutex_);
    return first_record_;
}

Result<bool> Purge::trim(uint64_t floor) {
    uint64_t first = 0;
    uint64_t end = 0;
    {
        const base::MutexLock lock(mutex_);
        first = first_record_;
        end = queue_.empty() ? floor : std::min(floor, queue_.front().commit);
    }
    if (first >= end) return false;
    end = std::min(end, first + kRecordsPerTrim);
    storage::WriteBatch batch;
    for (uint64_t commit = first; commit < end; ++commit) batch.remove(storage::commit_key(commit));
    GRAPE_TRY(services_.store->write(batch, storage::Sync::no));
    set_first_record(end);
    return true;
}

}  // namespace grape::engine
