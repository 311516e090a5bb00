#include "core/engine/recovery.h"

#include <algorithm>
#include <set>

#include "core/base/checksum.h"
#include "core/engine/shard_loader.h"

namespace grape::engine {

using base::Result;
using base::Status;
using storage::ShardKey;
using storage::Tree;

namespace {

class Recovery {
  public:
    explicit Recovery(Services& services) : services_(services), store_(*services.store) {}
    Result<Recovered> run();

  private:
    struct Shard {
        std::shared_ptr<const Collection> collection;
        std::shared_ptr<ShardInputs> inputs = std::make_shared<ShardInputs>();
        uint32_t last_run_id = 0;
    };
    Status undo_unfinished();
    Status read_collections();
    Status read_dropped();
    Status read_commits();
    void note_change(uint64_t commit, const storage::ShardChange& change);
    Status read_runs();
    Status read_logs();
    Status read_log(const storage::LogPosition& position);
    Status take_frame(uint64_t file, const storage::LogFrame& frame);
    Status note_damage(const storage::LogFrame& header, const Status& damage);
    void find_losses();
    Status remove_unused_files();
    void build_view();

    Services& services_;
    storage::Store& store_;
    Recovered out_;
    std::map<ShardKey, Shard> shards_;
    std::set<uint64_t> registered_files_;
    std::vector<uint64_t> unused_logs_;
    std::set<uint64_t> damaged_logs_;
    uint64_t last_commit_ = 0;
};

Result<Recovered> Recovery::run() {
    GRAPE_TRY(undo_unfinished());
    GRAPE_TRY(read_collections());
    GRAPE_TRY(read_dropped());
    GRAPE_TRY(read_runs());
    GRAPE_TRY(read_commits());
    GRAPE_TRY(read_logs());
    GRAPE_TRY(remove_unused_files());
    build_view();
    return std::move(out_);
}

Status Recovery::undo_unfinished() {
    GRAPE_ASSIGN(const std::optional<std::string> stored, store_.get(storage::intent_key()));
    if (!stored) return {};
    GRAPE_ASSIGN(const storage::Intent intent, storage::decode_intent(*stored));
    // A commit that has its record was finished: nothing of it may go.
    GRAPE_ASSIGN(const std::optional<std::string> record,
                 store_.get(storage::commit_key(intent.commit)));
    if (!record) return clean_unfinished(store_, intent);
    storage::WriteBatch batch;
    batch.remove(storage::intent_key());
    return store_.write(batch, storage::Sync::yes);
}

Status Recovery::read_collections() {
    ViewState& view = out_.state.view;
    GRAPE_ASSIGN(const std::optional<std::string> settings, store_.get(storage::settings_key()));
    if (settings) {
        GRAPE_ASSIGN(const storage::Settings decoded, storage::decode_settings(*settings));
        view.next_collection = decoded.next_collection;
    }
    GRAPE_TRY(storage::scan(
        store_, storage::collection_prefix(),
        [&](std::string_view, std::string_view value) -> Status {
            GRAPE_ASSIGN(storage::CollectionRecord record, storage::decode_collection(value));
            const Status metadata =
                record.metadata.empty() ? Status() : base::validate_payload(record.metadata);
            if (!metadata.ok()) return metadata.with_context("metadata");
            GRAPE_ASSIGN(std::shared_ptr<const Collection> collection,
                         Collection::make(std::move(record)));
            shards_[collection->shard()].collection = std::move(collection);
            return {};
        }));
    return storage::scan(store_, storage::alias_prefix(),
                         [&](std::string_view key, std::string_view value) -> Status {
                             base::ByteReader in(value);
                             const auto number = in.le<uint32_t>();
                             if (!in.done()) return Status::make_corrupt("an alias is malformed");
                             view.names.put({std::string(storage::alias_of_key(key)), number, true},
                                            base::next_edit());
                             return {};
                         });
}

Status Recovery::read_dropped() {
    return storage::scan(store_, storage::dropped_prefix(),
                         [&](std::string_view key, std::string_view) -> Status {
                             const auto number = storage::parse_catalogue_number(key);
                             if (!number) return Status::make_corrupt("a mark is malformed");
                             PurgeItem item;
                             item.shard = {*number, 0};
                             item.dropped = true;
                             out_.purge.push_back(std::move(item));
                             return {};
                         });
}

Status Recovery::read_runs() {
    return storage::scan(store_, storage::tree_prefix(Tree::runs),
                         [&](std::string_view raw_key, std::string_view value) -> Status {
                             const auto key = storage::parse_run_key(raw_key);
                             if (!key) return Status::make_corrupt("a key of `runs` is malformed");
                             GRAPE_ASSIGN(const storage::RunRecord run, storage::decode_run(value));
                             registered_files_.insert(run.blob.file_number);
                             const auto found = shards_.find(key->shard);
                             if (found == shards_.end())
                                 return {};  // dropped, its keys are on their way out
                             ShardInputs& inputs = *found->second.inputs;
                             inputs.runs.emplace_back(*key, run);
                             found->second.last_run_id =
                                 std::max(found->second.last_run_id, run.run_id);
                             if (key->index == storage::kRowTableIndex) {
                                 inputs.checkpoint = std::max(inputs.checkpoint, run.checkpoint);
                             }
                             return {};
                         });
}

Status Recovery::read_commits() {
    bool first = true;
    GRAPE_TRY(storage::scan(
        store_, storage::tree_prefix(Tree::commits),
        [&](std::string_view raw_key, std::string_view value) -> Status {
            const auto number = storage::parse_commit_key(raw_key);
            GRAPE_ASSIGN(const storage::CommitRecord record, storage::decode_commit(value));
            const bool follows = first || (record.number == last_commit_ + 1 &&
                                           record.previous == out_.state.last_hash);
            if (!number || *number != record.number || !follows) {
                return Status::make_corrupt("commit record ", record.number,
                                            " does not follow the one before it");
            }
            if (first) out_.first_record = record.number;
            first = false;
            last_commit_ = record.number;
            out_.state.last_hash = base::checksum(value);
            for (const storage::ShardChange& change : record.changes) {
                note_change(record.number, change);
            }
            return {};
        }));
    out_.state.view.commit = last_commit_;
    return {};
}

void Recovery::note_change(uint64_t commit, const storage::ShardChange& change) {
    const auto found = shards_.find(change.shard);
    if (found == shards_.end()) return;
    ShardInputs& inputs = *found->second.inputs;
    inputs.changes.emplace_back(commit, change);
    inputs.last_commit = commit;
    PurgeItem item = PurgeItem::from(commit, change, found->second.collection->vectors());
    if (!item.empty()) out_.purge.push_back(std::move(item));
}

Status Recovery::read_logs() {
    std::map<uint64_t, storage::LogPosition> committed;
    GRAPE_TRY(storage::scan(store_, storage::tree_prefix(Tree::logs),
                            [&](std::string_view key, std::string_view value) -> Status {
                                const auto number = storage::parse_log_key(key);
                                if (!number) return Status::make_corrupt("a log key is malformed");
                                GRAPE_ASSIGN(committed[*number],
                                             storage::decode_log_position(*number, value));
                                return {};
                            }));
    for (const auto& [number, position] : committed) {
        services_.last_file_number = std::max(services_.last_file_number.load(), number);
        GRAPE_TRY(read_log(position));
    }
    find_losses();
    for (const auto& [number, position] : committed) {
        const bool used = std::any_of(out_.log_uses.begin(), out_.log_uses.end(),
                                      [n = number](const auto& use) { return use.first == n; });
        if (!used) unused_logs_.push_back(number);
    }
    GRAPE_ASSIGN(const std::vector<uint64_t> files, services_.log->list());
    for (const uint64_t file : files) {
        services_.last_file_number = std::max(services_.last_file_number.load(), file);
        if (!committed.contains(file)) GRAPE_TRY(services_.log->remove(file));
    }
    return {};
}

Status Recovery::read_log(const storage::LogPosition& position) {
    GRAPE_ASSIGN(const uint64_t cut, services_.log->truncate(position));
    out_.cut_bytes += cut;
    storage::LogScan scan;
    scan.frame = [&](const storage::LogFrame& frame) {
        return take_frame(position.file_number, frame);
    };
    scan.damage = [&](const storage::LogFrame& header, const Status& damage) {
        damaged_logs_.insert(position.file_number);
        return note_damage(header, damage);
    };
    return services_.log->scan(position, scan);
}

Status Recovery::take_frame(uint64_t file, const storage::LogFrame& frame) {
    const auto found = shards_.find({frame.collection, frame.shard});
    if (found == shards_.end()) return {};
    Shard& shard = found->second;
    ShardInputs& inputs = *shard.inputs;
    if (frame.commit <= inputs.checkpoint || frame.commit > last_commit_) return {};
    const bool rows_fit = std::all_of(frame.rows.begin(), frame.rows.end(), [](uint32_t row) {
        return row < base::limits::rows_per_shard_max;
    });
    if (!rows_fit || frame.vector >= shard.collection->vectors() ||
        frame.row_bytes != shard.collection->row_bytes(frame.vector)) {
        return note_damage(frame, Status::make_corrupt("a log frame does not fit its collection"));
    }
    std::shared_ptr<index::DenseTail>& tail = inputs.tails[frame.vector];
    if (tail == nullptr) {
        tail = std::make_shared<index::DenseTail>(shard.last_run_id + 1 + frame.vector,
                                                  frame.row_bytes);
    }
    uint32_t& length = inputs.tail_lengths[frame.vector];
    const uint8_t* from = frame.pieces.front().data();
    for (const uint32_t row : frame.rows) {
        std::copy_n(from, frame.row_bytes, tail->put(length++, row, frame.commit));
        from += frame.row_bytes;
    }
    inputs.log_vectors_found[frame.commit] += static_cast<uint32_t>(frame.rows.size());
    if (inputs.log_files.empty() || inputs.log_files.back().file != file) {
        inputs.log_files.push_back({file, frame.commit, frame.commit});
        out_.log_uses.emplace_back(file, found->first);
    }
    inputs.log_files.back().last_commit = frame.commit;
    return {};
}

// Damage that names its shard is kept there; what other damage hit says find_losses().
Status Recovery::note_damage(const storage::LogFrame& header, const Status& damage) {
    base::log(services_.logger, base::LogLevel::error, damage.to_string());
    const auto found = shards_.find({header.collection, header.shard});
    if (found == shards_.end() || header.commit <= found->second.inputs->checkpoint) return {};
    found->second.inputs->damage =
        damage.with_context(base::cat("collection '", found->second.collection->name(), "'"));
    return {};
}

// A shard that misses what its commit records say is in the log is damaged. It stays a user of the
// log files that are: they may be needed to salvage.
void Recovery::find_losses() {
    for (auto& [key, shard] : shards_) {
        Status& damage = shard.inputs->damage;
        if (damage.ok()) damage = check_log_complete(*shard.collection, *shard.inputs);
        if (damage.ok()) continue;
        for (const uint64_t file : damaged_logs_) out_.log_uses.emplace_back(file, key);
    }
}

// Files that no record names: left by a commit or a rewrite that did not end.
Status Recovery::remove_unused_files() {
    for (const uint64_t file : registered_files_) {
        services_.last_file_number = std::max(services_.last_file_number.load(), file);
    }
    GRAPE_ASSIGN(const std::vector<uint64_t> files, services_.blobs->list());
    for (const uint64_t file : files) {
        services_.last_file_number = std::max(services_.last_file_number.load(), file);
        if (!registered_files_.contains(file)) GRAPE_TRY(services_.blobs->remove(file));
    }
    const bool damaged = std::any_of(shards_.begin(), shards_.end(), [](const auto& each) {
        return !each.second.inputs->damage.ok();
    });
    // While something is damaged nothing of the log goes: it may be needed to salvage.
    if (unused_logs_.empty() || damaged) return {};
    storage::WriteBatch batch;
    for (const uint64_t file : unused_logs_) batch.remove(storage::log_key(file));
    GRAPE_TRY(store_.write(batch, storage::Sync::yes));
    for (const uint64_t file : unused_logs_) GRAPE_TRY(services_.log->remove(file));
    return {};
}

void Recovery::build_view() {
    const uint64_t edit = base::next_edit();
    ViewState& view = out_.state.view;
    for (auto& [key, shard] : shards_) {
        Services* const services = &services_;
        auto load = [services, collection = shard.collection,
                     inputs = std::shared_ptr<const ShardInputs>(shard.inputs)] {
            return load_shard(*collection, *inputs, *services->store, *services->files,
                              services->logger);
        };
        auto cell = std::make_shared<ShardCell>(std::move(load), recovery_floor(*shard.inputs));
        view.names.put({shard.collection->name(), key.collection, false}, edit);
        view.collections.set(
            key.collection,
            std::make_shared<CollectionView>(CollectionView{shard.collection, std::move(cell)}),
            edit);
    }
}

}  // namespace

Result<Recovered> recover(Services& services) {
    return Recovery(services).run();
}

}  // namespace grape::engine
