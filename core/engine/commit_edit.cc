#include "core/engine/commit_edit.h"

#include <algorithm>
#include <type_traits>

namespace grape::engine {

using base::Result;
using base::Status;
using storage::IdEntry;

namespace {

constexpr uint64_t kRowChangeBytes = 64;  // a changed row's share of the tables

// Mostly there is nothing older: a large commit is a group of its own.
template <typename Map>
void merge_into(Map& older, std::type_identity_t<Map>&& newer) {
    if (older.empty()) {
        older = std::move(newer);
        return;
    }
    for (auto& [key, value] : newer) older.insert_or_assign(key, std::move(value));
}

}  // namespace

void KeyOverlay::merge(KeyOverlay&& newer) {
    merge_into(ids, std::move(newer.ids));
    merge_into(points, std::move(newer.points));
}

std::vector<base::PointId> ShardEdit::changed_ids() const {
    std::vector<base::PointId> out = removed;
    for (const auto* rows : {&change.inserted, &change.put, &change.vectors}) {
        for (const uint32_t row : *rows) {
            if (view->rows.alive(row)) out.push_back(view->rows.id(row));
        }
    }
    return out;
}

CommitEdit::CommitEdit(Services& services, ViewState state, const KeyOverlay& group,
                       uint64_t next_commit, bool alone)
    : services_(services),
      state_(std::move(state)),
      group_(group),
      commit_(next_commit),
      alone_(alone) {}

CommitEdit::~CommitEdit() {
    if (kept_) return;
    shards_.clear();
    for (const uint64_t file : files_) services_.files->doom(file);
}

Result<const CollectionView*> CommitEdit::find(std::string_view name) const {
    const NameTable::Entry* entry = state_.names.find(name);
    const CollectionView* found =
        entry == nullptr ? nullptr : state_.collections.find(entry->collection);
    if (found == nullptr) {
        return Status::make_not_found("collection_name: there is no collection '", name, "'");
    }
    return found;
}

Result<ShardEdit*> CommitEdit::shard(const CollectionView& collection) {
    const storage::ShardKey key = collection.collection->shard();
    const auto found = shards_.find(key);
    if (found != shards_.end()) return &found->second;
    GRAPE_ASSIGN(const std::shared_ptr<const ShardView> loaded, collection.shard->get());
    ShardEdit& made = shards_[key];
    made.collection = collection.collection;
    made.view = std::make_shared<ShardView>(*loaded);
    made.change.shard = key;
    if (private_bytes_max_) {
        for (VectorRuns& runs : made.view->vectors) runs.open_tail = false;
        for (FieldRuns& field : made.view->fields) field.open_tail = false;
    }
    return &made;
}

Result<std::vector<IdEntry>> CommitEdit::id_entries(const std::string& key) {
    for (const KeyOverlay* overlay : {&std::as_const(keys_), &group_}) {
        const auto found = overlay->ids.find(key);
        if (found != overlay->ids.end()) return found->second;
    }
    GRAPE_ASSIGN(const std::optional<std::string> value, services_.store->get(key));
    if (!value) return std::vector<IdEntry>();
    return storage::decode_id_entries(*value);
}

// One look into the store, which pays when some ids are asked for, and holds for later commits.
void CommitEdit::find_last_id_key(const ShardEdit& shard) {
    const std::string prefix = storage::shard_prefix(storage::Tree::ids, shard.change.shard);
    const auto found = services_.store->last_key(prefix);
    if (!found.ok()) return;  // each id is asked for then
    std::string last = found->value_or("");
    for (const KeyOverlay* overlay : {&std::as_const(keys_), &group_}) {
        for (const auto& [key, entries] : overlay->ids) {
            if (key > last && key.starts_with(prefix)) last = key;
        }
    }
    shard.view->last_id_key = std::move(last);
}

bool CommitEdit::is_beyond_last(const ShardEdit& shard, const std::string& key) {
    constexpr uint32_t kWorthALook = 16;
    const std::optional<std::string>& last = shard.view->last_id_key;
    if (!last && ++ids_asked_for_ % kWorthALook == 0) find_last_id_key(shard);
    return last && key > *last;
}

Result<std::optional<uint32_t>> CommitEdit::find_row(const ShardEdit& shard,
                                                     const base::PointId& id) {
    const std::string key = storage::id_key(shard.change.shard, id);
    if (is_beyond_last(shard, key)) return std::optional<uint32_t>();
    GRAPE_ASSIGN(const std::vector<IdEntry> entries, id_entries(key));
    for (const IdEntry& entry : entries) {
        const RowTable& rows = shard.view->rows;
        if (rows.alive(entry.row) && rows.id(entry.row) == id) {
            return std::optional<uint32_t>(entry.row);
        }
    }
    return std::optional<uint32_t>();
}

uint32_t CommitEdit::take_row(ShardView& view, bool* found) const {
    *found = true;
    if (view.free_rows != nullptr && view.free_rows_used < view.free_rows->size()) {
        return (*view.free_rows)[view.free_rows_used++];
    }
    if (view.rows.high() < services_.sizes.rows_max) return view.rows.high();
    *found = false;
    return 0;
}

Result<uint32_t> CommitEdit::insert(ShardEdit& shard, const base::PointId& id) {
    bool found = false;
    const uint32_t row = take_row(*shard.view, &found);
    if (!found) {
        return Status::make_full("collection '", shard.collection->name(), "': all ",
                                 services_.sizes.rows_max,
                                 " row numbers are taken; rows of deleted points come back once "
                                 "background work has removed them");
    }
    const std::string key = storage::id_key(shard.change.shard, id);
    std::vector<IdEntry> entries;
    if (is_beyond_last(shard, key)) {
        shard.view->last_id_key = key;
    } else {
        GRAPE_ASSIGN(entries, id_entries(key));
    }
    entries.insert(entries.begin(), IdEntry{row, commit_});
    batch_.put(key, storage::encode_id_entries(entries));
    keys_.ids.insert_or_assign(key, std::move(entries));
    shard.view->rows.insert(row, id, edit_);
    shard.change.inserted.push_back(row);
    return row;
}

void CommitEdit::remove(ShardEdit& shard, uint32_t row) {
    ShardView& view = *shard.view;
    shard.removed.push_back(view.rows.id(row));
    private_bytes_ += kRowChangeBytes;
    for (uint32_t vector = 0; vector < view.vectors.size(); ++vector) {
        view.hide(vector, view.rows.place(row, vector), edit_);
    }
    view.rows.remove(row, edit_);
    shard.change.deleted.push_back(row);
}

Status CommitEdit::forget_row(storage::ShardKey shard, const base::PointId& id, uint32_t row,
                              uint64_t born_max) {
    const std::string key = storage::id_key(shard, id);
    GRAPE_ASSIGN(std::vector<IdEntry> entries, id_entries(key));
    const size_t dropped = std::erase_if(
        entries, [&](const IdEntry& entry) { return entry.row == row && entry.born <= born_max; });
    if (dropped == 0) return {};
    if (entries.empty()) {
        batch_.remove(key);
    } else {
        batch_.put(key, storage::encode_id_entries(entries));
    }
    keys_.ids.insert_or_assign(key, std::move(entries));
    return {};
}

Status CommitEdit::put_point(ShardEdit& shard, uint32_t row, std::string_view payload,
                             bool inserted) {
    RowTable& rows = shard.view->rows;
    std::string id;
    rows.id(row).append_key(id);
    const std::string key = storage::point_key(shard.change.shard, row, commit_);
    std::string value = storage::encode_point(id, payload);
    batch_.put(key, value);
    keys_.points.insert_or_assign(key, std::move(value));
    if (!inserted) shard.change.put.push_back(row);
    rows.set_key_commit(row, commit_, edit_);
    rows.set_version(row, commit_, edit_);
    return maybe_spill();
}

const std::string* CommitEdit::written_point(const std::string& key) const {
    for (const KeyOverlay* overlay : {&keys_, &group_}) {
        const auto found = overlay->points.find(key);
        if (found != overlay->points.end()) return &found->second;
    }
    return nullptr;
}

Result<std::string_view> CommitEdit::payload_bytes(const ShardEdit& shard, uint32_t row,
                                                   std::string& room) const {
    const std::string key =
        storage::point_key(shard.change.shard, row, shard.view->rows.key_commit(row));
    if (const std::string* const written = written_point(key)) {
        GRAPE_ASSIGN(const storage::PointValue point, storage::decode_point(*written));
        return point.payload;
    }
    GRAPE_ASSIGN(std::optional<std::string> stored, services_.store->get(key));
    if (!stored) {
        return Status::make_corrupt("collection '", shard.collection->name(), "': point ",
                                    shard.view->rows.id(row).to_string(), " is not in the store");
    }
    room = std::move(*stored);
    GRAPE_ASSIGN(const storage::PointValue point, storage::decode_point(room));
    GRAPE_TRY(base::validate_payload(point.payload));
    return point.payload;
}

Result<std::string> CommitEdit::payload(const ShardEdit& shard, uint32_t row) const {
    std::string room;
    GRAPE_ASSIGN(const std::string_view bytes, payload_bytes(shard, row, room));
    return std::string(bytes);
}

index::RunView& CommitEdit::open_tail(ShardEdit& shard, uint32_t vector) {
    VectorRuns& runs = shard.view->vectors[vector];
    if (!runs.open_tail) {
        const uint32_t row_bytes = shard.collection->row_bytes(vector);
        runs.runs.push_back(
            {std::make_shared<index::DenseTail>(shard.view->next_run_id++, row_bytes), 0, {}});
        runs.open_tail = true;
    }
    return runs.runs.back();
}

uint8_t* CommitEdit::put_vector(ShardEdit& shard, uint32_t vector, uint32_t row) {
    ShardView& view = *shard.view;
    view.hide(vector, view.rows.place(row, vector), edit_);
    index::RunView& run = open_tail(shard, vector);
    // The view's length is what readers see; the sequencer alone writes beyond it.
    auto* tail = const_cast<index::DenseTail*>(static_cast<const index::DenseTail*>(run.run.get()));
    const uint32_t position = run.length++;
    view.rows.set_place(row, vector, {run.run->id(), position}, edit_);
    view.rows.set_version(row, commit_, edit_);
    view.tail_bytes += run.run->row_bytes();
    private_bytes_ += kRowChangeBytes + run.run->row_bytes();
    shard.touched.emplace_back(vector, row);
    return tail->put(position, row, commit_);
}

void CommitEdit::remove_vector(ShardEdit& shard, uint32_t vector, uint32_t row) {
    ShardView& view = *shard.view;
    const Place place = view.rows.place(row, vector);
    if (place.none()) return;
    view.hide(vector, place, edit_);
    view.rows.set_place(row, vector, {}, edit_);
    private_bytes_ += kRowChangeBytes;
    view.rows.set_version(row, commit_, edit_);
    shard.touched.emplace_back(vector, row);
}

Status CommitEdit::maybe_spill() {
    if (private_bytes_max_) {
        private_bytes_ += kRowChangeBytes + batch_.size_bytes();
        batch_.clear();
        if (private_bytes_ <= *private_bytes_max_) return {};
        return Status::make_limit("transaction: its writes need more than ", *private_bytes_max_,
                                  " bytes, which is the limit");
    }
    if (!alone_) {
        // Too much for a group: the sequencer tries again alone.
        const bool large = batch_.size_bytes() > 2 * services_.sizes.batch_bytes;
        return large ? Status::make_cancelled() : Status();
    }
    if (batch_.size_bytes() < services_.sizes.batch_bytes) return {};
    // The intent stands in the store before, or with, the first key of each shard that it names.
    if (intent_shards_ != shards_.size()) {
        batch_.put(storage::intent_key(), storage::encode(intent()));
        intent_shards_ = shards_.size();
    }
    // A write that fails may have arrived all the same.
    if (spilled_ != nullptr) *spilled_ = intent();
    GRAPE_TRY(services_.store->write(batch_, storage::Sync::no));
    batch_.clear();
    keys_ = {};
    return {};
}

storage::Intent CommitEdit::intent() const {
    storage::Intent out{commit_, {}};
    for (const auto& [key, shard] : shards_) out.shards.push_back(key);
    return out;
}

// The indexed fields of the payloads that this request wrote: at its end, since a point may have
// been written several times.
Status CommitEdit::index_payloads(ShardEdit& shard) {
    if (shard.view->fields.empty()) return {};
    std::vector<uint32_t> rows = shard.change.inserted;
    rows.insert(rows.end(), shard.change.put.begin(), shard.change.put.end());
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    index::FieldValues values;
    std::string room;
    for (const uint32_t row : rows) {
        if (!shard.view->rows.alive(row)) continue;
        GRAPE_ASSIGN(const std::string_view bytes, payload_bytes(shard, row, room));
        for (const Collection::Field& schema : shard.collection->fields()) {
            FieldRuns* field = shard.view->field(schema.number);
            index::extract_field(base::PayloadView(bytes), schema.path, schema.type, values);
            if (field != nullptr) field->put(row, commit_, values);
        }
    }
    return {};
}

Status CommitEdit::seal() {
    for (auto& [key, shard] : shards_) {
        ShardView& view = *shard.view;
        std::sort(shard.touched.begin(), shard.touched.end());
        const auto last = std::unique(shard.touched.begin(), shard.touched.end());
        for (auto at = shard.touched.begin(); at != last; ++at) {
            const auto [vector, row] = *at;
            if (!view.rows.alive(row)) continue;
            shard.change.vectors.push_back(row);
            const Place place = view.rows.place(row, vector);
            if (place.none()) {
                batch_.put(storage::pending_key(key, vector, row, commit_), "");
                GRAPE_TRY(maybe_spill());
                continue;
            }
            GRAPE_ASSIGN(const index::DenseBlock block, view.vector_at(vector, place));
            writes_.push_back({key, vector, row, commit_,
                               base::Bytes(block.vectors, shard.collection->row_bytes(vector))});
            vector_bytes_ += writes_.back().stored.size();
        }
        GRAPE_TRY(index_payloads(shard));
        if (is_commit_) view.last_commit = commit_;
        if (state_.collections.find(key.collection) != nullptr) {
            state_.collections.set(key.collection,
                                   std::make_shared<CollectionView>(CollectionView{
                                       shard.collection, std::make_shared<ShardCell>(shard.view)}),
                                   edit_);
        }
        record_.changes.push_back(shard.change);
    }
    return {};
}

namespace {

// Writes the deletes of an unfinished commit in small batches.
class Cleaner {
  public:
    Cleaner(storage::Store& store, const storage::Intent& intent)
        : store_(store), intent_(intent) {}

    Status clean_ids(storage::ShardKey shard) {
        return storage::scan(
            store_, storage::shard_prefix(storage::Tree::ids, shard),
            [&](std::string_view key, std::string_view value) -> Status {
                GRAPE_ASSIGN(std::vector<IdEntry> entries, storage::decode_id_entries(value));
                const size_t before = entries.size();
                std::erase_if(entries, [&](const IdEntry& e) { return e.born >= intent_.commit; });
                if (entries.size() == before) return {};
                if (entries.empty()) {
                    batch_.remove(key);
                } else {
                    batch_.put(key, storage::encode_id_entries(entries));
                }
                return write_when_large();
            });
    }

    // Removes the keys whose commit, read by `parse`, is that of the intent.
    template <typename Parse>
    Status clean_tree(storage::Tree tree, storage::ShardKey shard, Parse parse) {
        return storage::scan(store_, storage::shard_prefix(tree, shard),
                             [&](std::string_view key, std::string_view) -> Status {
                                 const auto parsed = parse(key);
                                 if (parsed && parsed->commit >= intent_.commit) batch_.remove(key);
                                 return write_when_large();
                             });
    }

    Status finish() {
        batch_.remove(storage::intent_key());
        return store_.write(batch_, storage::Sync::yes);
    }

  private:
    Status write_when_large() {
        constexpr size_t kBatchBytes = 4u << 20;
        if (batch_.size_bytes() < kBatchBytes) return {};
        GRAPE_TRY(store_.write(batch_, storage::Sync::no));
        batch_.clear();
        return {};
    }

    storage::Store& store_;
    const storage::Intent& intent_;
    storage::WriteBatch batch_;
};

}  // namespace

Status clean_unfinished(storage::Store& store, const storage::Intent& intent) {
    Cleaner cleaner(store, intent);
    for (const storage::ShardKey shard : intent.shards) {
        GRAPE_TRY(cleaner.clean_ids(shard));
        GRAPE_TRY(cleaner.clean_tree(storage::Tree::points, shard, storage::parse_point_key));
        GRAPE_TRY(cleaner.clean_tree(storage::Tree::pending, shard, storage::parse_pending_key));
    }
    return cleaner.finish();
}

}  // namespace grape::engine
