// CommitEdit: one request's changes while the sequencer makes them: a private copy of the next
// state, the batch of keys, and the lists that its commit record will carry. Nothing of it is seen
// by anybody before the group that it belongs to is committed; dropping it undoes everything.
//
// Threads: belongs to the sequencer's current leader.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/engine/services.h"

namespace grape::engine {

// A vector that has to be made durable with its commit. `stored` points into a tail.
struct VectorWrite {
    storage::ShardKey shard;
    uint32_t vector = 0;
    uint32_t row = 0;
    uint64_t commit = 0;
    base::Bytes stored;
};

// What the store will hold once the group is written, for requests of the same group.
struct KeyOverlay {
    std::unordered_map<std::string, std::vector<storage::IdEntry>> ids;  // by id key
    std::unordered_map<std::string, std::string> points;                 // by point key
    void merge(KeyOverlay&& newer);
};

// One shard as the request changes it.
struct ShardEdit {
    std::shared_ptr<const Collection> collection;
    std::shared_ptr<ShardView> view;
    storage::ShardChange change;
    std::vector<std::pair<uint32_t, uint32_t>> touched;  // vector, row
    std::vector<base::PointId> removed;                  // ids of the points that are gone

    // After seal(): the ids of all points that were inserted, changed or removed; some may stand
    // there several times.
    std::vector<base::PointId> changed_ids() const;
    size_t changed_ids_max() const {
        return removed.size() + change.inserted.size() + change.put.size() + change.vectors.size();
    }
};

class CommitEdit {
  public:
    // `group` holds what earlier requests of the group wrote. An edit that runs alone may write its
    // batch in parts.
    CommitEdit(Services& services, ViewState state, const KeyOverlay& group, uint64_t next_commit,
               bool alone);
    ~CommitEdit();

    ViewState& state() { return state_; }
    uint64_t edit() const { return edit_; }
    // The number that this request's commit has or will have.
    uint64_t commit() const { return commit_; }
    // Says that this request is a commit (and not work of the engine's own).
    void make_commit() { is_commit_ = true; }
    bool is_commit() const { return is_commit_; }
    bool alone() const { return alone_; }
    // Says that the edit is a transaction's own and is never sealed: nothing goes into the store,
    // or into tails that others share, and it may not grow beyond so many bytes.
    void make_private(uint64_t bytes_max) { private_bytes_max_ = bytes_max; }
    // What a private edit has written so far, about.
    uint64_t private_bytes() const { return private_bytes_; }
    Services& services() { return services_; }
    storage::WriteBatch& batch() { return batch_; }

    base::Result<const CollectionView*> find(std::string_view name) const;
    // The shard of a collection, loaded and ready to be changed.
    base::Result<ShardEdit*> shard(const CollectionView& collection);

    // The row of the point, if there is one.
    base::Result<std::optional<uint32_t>> find_row(const ShardEdit& shard, const base::PointId& id);
    // Gives the point a row: Code::full when none is free.
    base::Result<uint32_t> insert(ShardEdit& shard, const base::PointId& id);
    void remove(ShardEdit& shard, uint32_t row);
    // Takes a purged row off the rows that the store keeps for an id; not when it was given to the
    // id again after `born_max`.
    base::Status forget_row(storage::ShardKey shard, const base::PointId& id, uint32_t row,
                            uint64_t born_max);
    // The shard has no vectors in the log file any more that are not in files.
    void release_log(uint64_t file_number, storage::ShardKey shard) {
        released_logs_.emplace_back(file_number, shard);
    }
    // Writes the point's key of this commit.
    base::Status put_point(ShardEdit& shard, uint32_t row, std::string_view payload, bool inserted);
    base::Result<std::string> payload(const ShardEdit& shard, uint32_t row) const;
    // Room in the tail for a vector of the row, to be filled at once.
    uint8_t* put_vector(ShardEdit& shard, uint32_t vector, uint32_t row);
    void remove_vector(ShardEdit& shard, uint32_t vector, uint32_t row);

    // A commit that runs alone writes what it has when that is much.
    base::Status maybe_spill();
    // Puts the changed shards into the state and collects what has to be made durable.
    base::Status seal();

    // For the group, after seal().
    // By shard, as the record's changes are.
    const std::vector<VectorWrite>& writes() const { return writes_; }
    uint64_t vector_bytes() const { return vector_bytes_; }  // of the writes
    storage::CommitRecord& record() { return record_; }
    const storage::CommitRecord& record() const { return record_; }
    KeyOverlay& keys() { return keys_; }
    const std::vector<std::pair<uint64_t, storage::ShardKey>>& released_logs() const {
        return released_logs_;
    }
    std::map<storage::ShardKey, ShardEdit>& shards() { return shards_; }
    const std::map<storage::ShardKey, ShardEdit>& shards() const { return shards_; }
    // Where to say what parts of the edit are, or may be, in the store already.
    void report_spill_to(std::optional<storage::Intent>* report) { spilled_ = report; }
    // The edit was committed: what it made stays.
    void keep() { kept_ = true; }
    // A file that this edit made, removed unless the edit is kept.
    void add_file(uint64_t file_number) { files_.push_back(file_number); }

  private:
    uint32_t take_row(ShardView& view, bool* found) const;
    index::RunView& open_tail(ShardEdit& shard, uint32_t vector);
    base::Result<std::vector<storage::IdEntry>> id_entries(const std::string& key);
    // Whether the id's key is beyond all that the store has: new ids mostly are.
    bool is_beyond_last(const ShardEdit& shard, const std::string& key);
    void find_last_id_key(const ShardEdit& shard);
    // The point as this request or one before it in the group wrote it; null: neither did.
    const std::string* written_point(const std::string& key) const;
    // In `room`, or where it was written.
    base::Result<std::string_view> payload_bytes(const ShardEdit& shard, uint32_t row,
                                                 std::string& room) const;
    base::Status index_payloads(ShardEdit& shard);
    storage::Intent intent() const;

    Services& services_;
    ViewState state_;
    const KeyOverlay& group_;
    const uint64_t commit_;
    const bool alone_;
    const uint64_t edit_ = base::next_edit();
    bool is_commit_ = false, kept_ = false;
    std::optional<uint64_t> private_bytes_max_;
    uint64_t private_bytes_ = 0;
    std::optional<storage::Intent>* spilled_ = nullptr;
    size_t intent_shards_ = 0;  // shards that the stored intent names
    storage::WriteBatch batch_;
    KeyOverlay keys_;
    uint32_t ids_asked_for_ = 0;
    std::map<storage::ShardKey, ShardEdit> shards_;
    std::vector<VectorWrite> writes_;
    uint64_t vector_bytes_ = 0;
    storage::CommitRecord record_;
    std::vector<uint64_t> files_;
    std::vector<std::pair<uint64_t, storage::ShardKey>> released_logs_;
};

// Removes what a commit in several batches left in the store when it was not finished.
base::Status clean_unfinished(storage::Store& store, const storage::Intent& intent);

}  // namespace grape::engine
