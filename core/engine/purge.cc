#include "core/engine/purge.h"

#include <algorithm>
#include <iterator>

namespace grape::engine {

using base::Result;
using base::Status;
using storage::Tree;

namespace {

constexpr size_t kRowsPerSlice = 1000;
constexpr size_t kKeysPerSlice = 20000;
constexpr uint64_t kRecordsPerTrim = 10000;

// A sorted copy without repetitions. Rows mostly come in order, and opening a database goes through
// many.
std::vector<uint32_t> sorted(std::vector<uint32_t> rows) {
    if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

}  // namespace

PurgeItem PurgeItem::from(uint64_t commit, const storage::ShardChange& change, uint32_t vectors) {
    PurgeItem item;
    item.commit = commit;
    item.shard = change.shard;
    item.vectors = vectors;
    item.deleted = change.deleted;
    const std::vector<uint32_t> put = sorted(change.put), vectors_put = sorted(change.vectors),
                                inserted = sorted(change.inserted);
    std::vector<uint32_t> written;
    std::set_union(put.begin(), put.end(), vectors_put.begin(), vectors_put.end(),
                   std::back_inserter(written));
    // New points superseded nothing.
    std::set_difference(written.begin(), written.end(), inserted.begin(), inserted.end(),
                        std::back_inserter(item.replaced));
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
    for (const std::deque<PurgeItem>* items : {&queue_, &failed_}) {
        for (const PurgeItem& item : *items) {
            if (item.shard != shard) continue;
            rows.insert(rows.end(), item.deleted.begin(), item.deleted.end());
        }
    }
    return rows;
}

Result<bool> Purge::step(uint64_t commit) {
    PurgeItem* item = nullptr;
    {
        const base::MutexLock lock(mutex_);
        if (queue_.empty() || queue_.front().commit > commit) return false;
        if (services_.pins->min_pinned() < queue_.front().commit) return false;
        // Only this thread takes items off, and others only add behind: it stays where it is.
        item = &queue_.front();
    }
    const Result<bool> finished = item->dropped ? drop_slice(*item) : purge_slice(*item);
    const base::MutexLock lock(mutex_);
    if (!finished.ok()) {
        // What cannot be purged now keeps its commit records, and is tried again after opening.
        failed_.push_back(std::move(queue_.front()));
        queue_.pop_front();
        return finished.status();
    }
    if (*finished) queue_.pop_front();
    return true;
}

namespace {

// What has to go on behalf of one slice. It is found without the sequencer: keys up to the item's
// commit are nobody's but the purge's.
class Slice {
  public:
    Slice(const storage::Store& store, const PurgeItem& item) : store_(store), item_(item) {}

    Status add(uint32_t row, bool deleted) {
        GRAPE_TRY(add_superseded(
            storage::point_row_prefix(item_.shard, row), deleted, storage::parse_point_key,
            [&](std::string_view value) { return deleted ? add_id(row, value) : Status(); }));
        for (uint32_t vector = 0; vector < item_.vectors; ++vector) {
            GRAPE_TRY(add_superseded(storage::pending_row_prefix(item_.shard, vector, row), deleted,
                                     storage::parse_pending_key,
                                     [](std::string_view) { return Status(); }));
        }
        return {};
    }

    Status apply(CommitEdit& edit) const {
        for (const std::string& key : keys_) edit.batch().remove(key);
        for (const auto& [id, row] : ids_) {
            GRAPE_TRY(edit.forget_row(item_.shard, id, row, item_.commit));
        }
        return {};
    }

  private:
    // The keys under `prefix` that commits up to the item's wrote; the newest of them is what the
    // row holds, and stays when the row lives. Calls `removed` with the value of each.
    template <typename Parse, typename Removed>
    Status add_superseded(const std::string& prefix, bool deleted, Parse parse, Removed removed) {
        std::string last_key, last_value;
        const auto remove_last = [&]() -> Status {
            if (last_key.empty()) return {};
            keys_.push_back(last_key);
            return removed(last_value);
        };
        const auto visit = [&](std::string_view key, std::string_view value) -> Status {
            const auto parsed = parse(key);
            if (!parsed || parsed->commit > item_.commit) return {};
            GRAPE_TRY(remove_last());
            last_key = key;
            last_value = value;
            return {};
        };
        GRAPE_TRY(storage::scan(store_, prefix, visit));
        return deleted ? remove_last() : Status();
    }

    Status add_id(uint32_t row, std::string_view point_value) {
        GRAPE_ASSIGN(const storage::PointValue value, storage::decode_point(point_value));
        GRAPE_ASSIGN(const base::PointId id, base::PointId::from_key(value.id));
        ids_.emplace_back(id, row);
        return {};
    }

    const storage::Store& store_;
    const PurgeItem& item_;
    std::vector<std::string> keys_;
    std::vector<std::pair<base::PointId, uint32_t>> ids_;
};

}  // namespace

Result<bool> Purge::purge_slice(PurgeItem& item) {
    const size_t replaced = std::min(item.replaced.size(), kRowsPerSlice);
    const size_t deleted = std::min(item.deleted.size(), kRowsPerSlice - replaced);
    Slice slice(*services_.store, item);
    for (size_t i = item.replaced.size() - replaced; i < item.replaced.size(); ++i) {
        GRAPE_TRY(slice.add(item.replaced[i], false));
    }
    for (size_t i = item.deleted.size() - deleted; i < item.deleted.size(); ++i) {
        GRAPE_TRY(slice.add(item.deleted[i], true));
    }
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) { return slice.apply(edit); };
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
    // No file goes before the drop and the end of its record are durable.
    const bool sync = finished || !files.empty();
    GRAPE_TRY(services_.store->write(batch, sync ? storage::Sync::yes : storage::Sync::no));
    for (const uint64_t file : files) services_.files->doom(file);
    if (finished) GRAPE_TRY(drop_logs(item));
    return finished;
}

// The log files that the dropped collection used.
Status Purge::drop_logs(const PurgeItem& item) {
    const std::vector<uint64_t> files = sequencer_.log_use_table().files_of(item.shard);
    Change change;
    change.is_commit = false;
    change.apply = [&](CommitEdit& edit) -> Status {
        for (const uint64_t file : files) edit.release_log(file, item.shard);
        return {};
    };
    return sequencer_.run(change);
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
        for (const PurgeItem& item : failed_) {
            if (!item.dropped) end = std::min(end, item.commit);
        }
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
