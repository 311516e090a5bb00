#include "core/engine/shard_loader.h"

#include <algorithm>
#include <unordered_map>

#include "core/base/limits.h"
#include "core/engine/field_loader.h"
#include "core/engine/file_table.h"

namespace grape::engine {
namespace {

using base::Result;
using base::Status;
using storage::Tree;

class Load {
  public:
    Load(const Collection& collection, const ShardInputs& inputs, const storage::Store& store,
         FileTable& files, const base::Logger& logger, bool use_row_files)
        : collection_(collection),
          inputs_(inputs),
          store_(store),
          files_(files),
          logger_(logger),
          use_row_files_(use_row_files) {}

    Result<std::shared_ptr<const ShardView>> run();

  private:
    Status open_row_files();
    Status open_runs();
    Status rows_from_points();
    Status rows_from_changes();
    Status refresh_row(uint32_t row, uint64_t commit, bool must_exist);
    Status gather_log_tails();
    Status gather_pending();
    Status gather_file_entries();
    Status gather_run(uint32_t vector, const index::RunView& run);
    void offer(uint32_t vector, uint32_t row, uint64_t commit, Place place);
    void settle_places();
    Status hide_old();
    void load_graphs();
    Status load_graph(const storage::RunRecord& record, uint32_t vector);
    Status meet(uint32_t row);

    index::RunView& tail(uint32_t vector);

    const Collection& collection_;
    const ShardInputs& inputs_;
    const storage::Store& store_;
    FileTable& files_;
    const base::Logger& logger_;
    const bool use_row_files_;
    const uint64_t edit_ = base::next_edit();
    std::shared_ptr<ShardView> view_;
    // The greatest commit seen for a row's vector and where it is, beyond what the row files say.
    struct Best {
        uint64_t commit = 0;
        Place place;
    };
    std::vector<std::unordered_map<uint32_t, Best>> best_;
};

Result<std::shared_ptr<const ShardView>> Load::run() {
    GRAPE_TRY(inputs_.damage);
    view_ = std::make_shared<ShardView>(collection_.vectors());
    best_.resize(collection_.vectors());
    GRAPE_TRY(open_row_files());
    GRAPE_TRY(open_runs());
    if (view_->row_files == nullptr) {
        GRAPE_TRY(rows_from_points());
    } else {
        GRAPE_TRY(rows_from_changes());
    }
    GRAPE_TRY(gather_log_tails());
    GRAPE_TRY(gather_pending());
    GRAPE_TRY(gather_file_entries());
    settle_places();
    GRAPE_TRY(hide_old());
    load_graphs();
    GRAPE_TRY(load_fields(collection_, inputs_, store_, files_, logger_, *view_));
    view_->last_commit = inputs_.last_commit;
    view_->log_files = inputs_.log_files;
    return std::shared_ptr<const ShardView>(std::move(view_));
}

// A row that something names: later ones are given beyond it.
Status Load::meet(uint32_t row) {
    if (row >= base::limits::rows_per_shard_max) {
        return Status::make_corrupt("collection '", collection_.name(), "': row ", row,
                                    " is named, the limit is ", base::limits::rows_per_shard_max);
    }
    view_->rows.raise_high(row + 1);
    return {};
}

// A damaged row file is no loss: the rows are derived again from the points.
Status Load::open_row_files() {
    if (!use_row_files_) return {};
    std::vector<std::shared_ptr<const RowFile>> opened;
    for (const auto& [key, record] : inputs_.runs) {
        if (key.index != storage::kRowTableIndex) continue;
        auto blob = files_.open(record.blob, storage::BlobKind::rows, collection_.side_placement());
        Result<std::shared_ptr<const RowFile>> file =
            blob.ok() ? RowFile::open(std::move(blob).value(), collection_.vectors())
                      : Result<std::shared_ptr<const RowFile>>(blob.status());
        if (!file.ok()) {
            base::log(logger_, base::LogLevel::warning,
                      base::cat("collection '", collection_.name(), "': ",
                                file.status().to_string(), "; its rows are read from the store"));
            return {};
        }
        opened.push_back(std::move(file).value());
    }
    if (opened.empty()) return {};
    view_->row_files = RowFiles::make(std::move(opened), collection_.vectors());
    view_->rows.reset(view_->row_files, view_->row_files->live());
    view_->checkpoint = inputs_.checkpoint;
    return {};
}

Status Load::open_runs() {
    for (const auto& [key, record] : inputs_.runs) {
        view_->next_run_id = std::max(view_->next_run_id, record.run_id + 1);
        if (storage::index_kind(key.index) != storage::IndexKind::vectors) continue;
        if (key.index >= collection_.vectors()) {
            return Status::make_corrupt("collection '", collection_.name(),
                                        "': a run of an unknown vector");
        }
        const storage::VectorRecord& vector = collection_.vector(key.index);
        GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob,
                     files_.open(record.blob, storage::BlobKind::vectors, vector.placement));
        GRAPE_ASSIGN(const std::shared_ptr<index::DenseFile> file,
                     index::DenseFile::open(std::move(blob), {record.offset, record.length},
                                            collection_.section_shape(key.index), record.run_id));
        view_->vectors[key.index].runs.push_back({file, file->count(), {}});
    }
    return {};
}

Status Load::rows_from_points() {
    std::unordered_map<uint32_t, uint64_t> deleted;
    for (const auto& [commit, change] : inputs_.changes) {
        for (const uint32_t row : change.deleted) deleted[row] = commit;
    }
    RowTable& rows = view_->rows;
    return storage::scan(
        store_, storage::shard_prefix(Tree::points, collection_.shard()),
        [&](std::string_view raw_key, std::string_view raw_value) -> Status {
            const auto key = storage::parse_point_key(raw_key);
            if (!key) return Status::make_corrupt("a key of `points` is malformed");
            GRAPE_TRY(meet(key->row));
            const auto death = deleted.find(key->row);
            if (death != deleted.end() && death->second >= key->commit) return {};
            GRAPE_ASSIGN(const storage::PointValue value, storage::decode_point(raw_value));
            GRAPE_ASSIGN(const base::PointId id, base::PointId::from_key(value.id));
            // Keys of a row come in the order of their commits.
            if (!rows.alive(key->row)) rows.insert(key->row, id, edit_);
            rows.set_key_commit(key->row, key->commit, edit_);
            rows.set_version(key->row, key->commit, edit_);
            return {};
        });
}

// Reads the newest key of a row in `points`.
Status Load::refresh_row(uint32_t row, uint64_t commit, bool must_exist) {
    uint64_t newest = 0;
    base::PointId id;
    GRAPE_TRY(storage::scan(store_, storage::point_row_prefix(collection_.shard(), row),
                            [&](std::string_view raw_key, std::string_view raw_value) -> Status {
                                const auto key = storage::parse_point_key(raw_key);
                                if (!key)
                                    return Status::make_corrupt("a key of `points` is malformed");
                                GRAPE_ASSIGN(const storage::PointValue value,
                                             storage::decode_point(raw_value));
                                GRAPE_ASSIGN(id, base::PointId::from_key(value.id));
                                newest = key->commit;
                                return {};
                            }));
    if (newest == 0) {
        if (!must_exist) return {};
        return Status::make_corrupt("collection '", collection_.name(), "': row ", row,
                                    " of commit ", commit, " is not in the store");
    }
    RowTable& rows = view_->rows;
    if (!rows.alive(row)) rows.insert(row, id, edit_);
    rows.set_key_commit(row, newest, edit_);
    rows.set_version(row, std::max(rows.version(row), commit), edit_);
    return {};
}

Status Load::rows_from_changes() {
    std::unordered_map<uint32_t, uint64_t> last_deleted;
    RowTable& rows = view_->rows;
    for (const auto& [commit, change] : inputs_.changes) {
        for (const uint32_t row : change.deleted) {
            last_deleted[row] = commit;
            GRAPE_TRY(meet(row));
        }
    }
    for (const auto& [commit, change] : inputs_.changes) {
        if (commit <= inputs_.checkpoint) continue;
        const auto dies_later = [&, at = commit](uint32_t row) {
            const auto death = last_deleted.find(row);
            return death != last_deleted.end() && death->second >= at;
        };
        for (const std::vector<uint32_t>* list : {&change.inserted, &change.put}) {
            for (const uint32_t row : *list) {
                if (!dies_later(row)) GRAPE_TRY(refresh_row(row, commit, true));
            }
        }
        for (const uint32_t row : change.vectors) {
            if (rows.alive(row)) rows.set_version(row, commit, edit_);
        }
        for (const uint32_t row : change.deleted) {
            if (rows.alive(row)) rows.remove(row, edit_);
        }
    }
    return {};
}

void Load::offer(uint32_t vector, uint32_t row, uint64_t commit, Place place) {
    if (!view_->rows.alive(row)) return;
    Best& best = best_[vector][row];
    if (commit >= best.commit) best = {commit, place};
}

Status Load::gather_log_tails() {
    for (const auto& [vector, tail_run] : inputs_.tails) {
        if (vector >= collection_.vectors()) {
            return Status::make_corrupt("the vector log names an unknown vector");
        }
        const uint32_t length = inputs_.tail_lengths.at(vector);
        view_->vectors[vector].runs.push_back({tail_run, length, {}});
        view_->next_run_id = std::max(view_->next_run_id, tail_run->id() + 1);
        view_->tail_bytes += uint64_t{length} * tail_run->row_bytes();
        GRAPE_TRY(gather_run(vector, view_->vectors[vector].runs.back()));
    }
    return {};
}

index::RunView& Load::tail(uint32_t vector) {
    VectorRuns& runs = view_->vectors[vector];
    if (!runs.open_tail) {
        runs.runs.push_back({std::make_shared<index::DenseTail>(view_->next_run_id++,
                                                                collection_.row_bytes(vector)),
                             0,
                             {}});
        runs.open_tail = true;
    }
    return runs.runs.back();
}

Status Load::gather_pending() {
    return storage::scan(
        store_, storage::shard_prefix(Tree::pending, collection_.shard()),
        [&](std::string_view raw_key, std::string_view value) -> Status {
            const auto key = storage::parse_pending_key(raw_key);
            if (!key || key->vector >= collection_.vectors() ||
                (!value.empty() && value.size() != collection_.row_bytes(key->vector))) {
                return Status::make_corrupt("a key of `pending` is malformed");
            }
            GRAPE_TRY(meet(key->row));
            if (key->commit <= view_->checkpoint || !view_->rows.alive(key->row)) return {};
            if (value.empty()) {
                offer(key->vector, key->row, key->commit, {});
                return {};
            }
            index::RunView& run = tail(key->vector);
            auto* open_tail =
                const_cast<index::DenseTail*>(static_cast<const index::DenseTail*>(run.run.get()));
            const uint32_t position = run.length++;
            std::copy(value.begin(), value.end(), open_tail->put(position, key->row, key->commit));
            view_->tail_bytes += value.size();
            offer(key->vector, key->row, key->commit, {run.run->id(), position});
            return {};
        });
}

Status Load::gather_run(uint32_t vector, const index::RunView& run) {
    std::vector<index::DenseEntry> entries(std::min(run.length, 65536u));
    for (uint32_t first = 0; first < run.length;) {
        const auto count =
            std::min<uint32_t>(run.length - first, static_cast<uint32_t>(entries.size()));
        const std::span<index::DenseEntry> part(entries.data(), count);
        GRAPE_TRY(run.run->entries(first, part));
        for (uint32_t i = 0; i < count; ++i) {
            if (part[i].commit <= view_->checkpoint) continue;
            offer(vector, part[i].row, part[i].commit, {run.run->id(), first + i});
        }
        first += count;
    }
    return {};
}

// With row files only runs that were registered after them say something new.
Status Load::gather_file_entries() {
    for (const auto& [key, record] : inputs_.runs) {
        if (storage::index_kind(key.index) != storage::IndexKind::vectors ||
            record.checkpoint <= view_->checkpoint) {
            continue;
        }
        const index::RunView* run = view_->vectors[key.index].find(record.run_id);
        GRAPE_TRY(gather_run(key.index, *run));
        const auto* file = static_cast<const index::DenseFile*>(run->run.get());
        GRAPE_ASSIGN(const std::vector<index::DenseEntry> absent, file->absent());
        for (const index::DenseEntry& entry : absent) {
            if (entry.commit > view_->checkpoint) offer(key.index, entry.row, entry.commit, {});
        }
    }
    return {};
}

void Load::settle_places() {
    RowTable& rows = view_->rows;
    for (uint32_t vector = 0; vector < best_.size(); ++vector) {
        for (const auto& [row, best] : best_[vector]) {
            rows.set_place(row, vector, best.place, edit_);
            rows.set_version(row, std::max(rows.version(row), best.commit), edit_);
        }
    }
}

// A graph is derived: without it its vectors are scanned, until there is a new one.
void Load::load_graphs() {
    for (const auto& [key, record] : inputs_.runs) {
        if (storage::index_kind(key.index) != storage::IndexKind::graph) continue;
        const uint32_t vector = key.index - storage::kGraphIndexBase;
        if (vector >= collection_.vectors()) continue;
        const Status loaded = load_graph(record, vector);
        if (loaded.ok()) continue;
        view_->vectors[vector].drop_graph();
        base::log(logger_, base::LogLevel::warning,
                  base::cat("collection '", collection_.name(), "': the graph of vector '",
                            collection_.vector(vector).name, "': ", loaded.to_string(),
                            "; it is made again"));
    }
}

Status Load::load_graph(const storage::RunRecord& record, uint32_t vector) {
    GRAPE_ASSIGN(
        std::shared_ptr<storage::Blob> blob,
        files_.open(record.blob, storage::BlobKind::graph, collection_.vector(vector).placement));
    GRAPE_ASSIGN(std::shared_ptr<const index::GraphRun> run,
                 index::GraphRun::open(std::move(blob), {record.offset, record.length},
                                       collection_.graph_shape(vector)));
    GraphView graph = GraphView::of(std::move(run), files_.pinned_memory());
    graph.id = record.run_id;
    VectorRuns& runs = view_->vectors[vector];
    GRAPE_TRY(mark_graphed(graph, runs.runs, view_->rows.high(), edit_));
    runs.graph = std::move(graph);
    return {};
}

// Also the check that rows and runs agree: each place that a row claims is met exactly once.
Status Load::hide_old() {
    uint64_t current = 0;
    for (uint32_t vector = 0; vector < view_->vectors.size(); ++vector) {
        for (index::RunView& run : view_->vectors[vector].runs) {
            std::vector<uint32_t> rows(run.length);
            GRAPE_TRY(run.run->rows(0, rows));
            for (uint32_t position = 0; position < run.length; ++position) {
                GRAPE_TRY(meet(rows[position]));
                if (view_->rows.place(rows[position], vector) != Place{run.run->id(), position}) {
                    run.hidden.set(position, edit_);
                }
            }
            current += run.current();
        }
    }
    uint64_t claimed = 0;
    for (uint32_t row = 0; row < view_->rows.high(); ++row) {
        for (uint32_t vector = 0; vector < collection_.vectors(); ++vector) {
            claimed += view_->rows.place(row, vector).none() ? 0 : 1;
        }
    }
    if (claimed == current) return {};
    return Status::make_corrupt("collection '", collection_.name(), "': rows name ", claimed,
                                " vectors, its files hold ", current, " of them");
}

}  // namespace

Result<std::shared_ptr<const ShardView>> load_shard(const Collection& collection,
                                                    const ShardInputs& inputs,
                                                    const storage::Store& store, FileTable& files,
                                                    const base::Logger& logger) {
    auto loaded = Load(collection, inputs, store, files, logger, true).run();
    if (loaded.ok() || loaded.status().code() != base::Code::corrupt) return loaded;
    // Row files are derived: what they say can be found again without them.
    auto again = Load(collection, inputs, store, files, logger, false).run();
    if (!again.ok()) return loaded;
    base::log(logger, base::LogLevel::warning,
              base::cat(loaded.status().to_string(), "; its rows are read from the store"));
    return again;
}

Status check_log_complete(const Collection& collection, const ShardInputs& inputs) {
    for (const auto& [commit, change] : inputs.changes) {
        if (commit <= inputs.checkpoint || change.log_vectors == 0) continue;
        const auto found = inputs.log_vectors_found.find(commit);
        const uint32_t have = found == inputs.log_vectors_found.end() ? 0 : found->second;
        if (have != change.log_vectors) {
            return Status::make_corrupt("collection '", collection.name(), "': commit ", commit,
                                        " put ", change.log_vectors,
                                        " vectors into the vector log, ", have, " are there");
        }
    }
    return {};
}

uint64_t recovery_floor(const ShardInputs& inputs) {
    const bool row_files = std::any_of(inputs.runs.begin(), inputs.runs.end(), [](const auto& run) {
        return run.first.index == storage::kRowTableIndex;
    });
    const bool small = !row_files && inputs.log_files.empty() && inputs.damage.ok();
    if (small) return UINT64_MAX;
    for (const auto& [commit, change] : inputs.changes) {
        if (commit > inputs.checkpoint) return commit;
    }
    return UINT64_MAX;
}

}  // namespace grape::engine
