#include "core/engine/rewrite.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace grape::engine {

using base::Result;
using base::Status;
using index::DenseEntry;
using storage::Tree;

namespace {

constexpr uint32_t kNotCopied = UINT32_MAX;
constexpr size_t kRowFilesMax = 4;

// What one vector's input runs become.
struct VectorOutput {
    std::vector<const index::RunView*> inputs;
    std::map<uint32_t, std::vector<uint32_t>> moved;  // run -> old position -> new position
    std::vector<DenseEntry> entries, absent;
    uint32_t run_id = 0;
    index::SectionPlace place;
    std::shared_ptr<index::DenseFile> file;  // null when nothing was left to write

    // The place in the new file of what was at `old`, or kNotCopied.
    uint32_t position_of(Place old) const {
        const auto found = moved.find(old.run);
        return found == moved.end() ? kNotCopied : found->second[old.position];
    }
};

class Rewrite {
  public:
    Rewrite(Services& services, Sequencer& sequencer, const RewritePlan& plan)
        : services_(services), sequencer_(sequencer), plan_(plan) {}
    ~Rewrite();

    Result<uint64_t> run();

  private:
    Status seal();
    Status gather();
    Status gather_run(VectorOutput& output, const index::RunView& run);
    Status gather_pending();
    void add_absent(uint32_t vector, const DenseEntry& entry);
    Status write_vectors();
    Status write_rows();
    Status register_all();
    Status remove_pending();
    Status apply(CommitEdit& edit);
    void swap_runs(ShardView& view);
    void swap_rows(ShardView& view, uint64_t edit);
    std::shared_ptr<RowLeaf> repoint(const ShardView& current, uint32_t leaf, ShardView& view,
                                     uint64_t edit);
    Status put_records(CommitEdit& edit, const ShardView& view);
    Status remove_row_records(CommitEdit& edit);
    void drop_logs(CommitEdit& edit, ShardView& view);

    Services& services_;
    Sequencer& sequencer_;
    const RewritePlan& plan_;
    std::shared_ptr<const Collection> collection_;
    std::shared_ptr<const ShardView> before_;  // V
    uint64_t as_of_ = 0;
    std::vector<VectorOutput> outputs_;
    std::vector<std::unordered_map<uint32_t, uint64_t>> absent_commits_;
    storage::BlobIdentity vectors_blob_, rows_blob_;
    std::shared_ptr<const RowFiles> row_files_;
    bool all_chunks_ = false;
    std::vector<uint64_t> new_files_, old_files_;
    bool handed_over_ = false;  // the new files are the edit's, and then the store's
    bool registered_ = false;
};

Rewrite::~Rewrite() {
    if (handed_over_) return;
    outputs_.clear();
    row_files_.reset();
    for (const uint64_t file : new_files_) services_.files->doom(file);
}

Result<uint64_t> Rewrite::run() {
    GRAPE_TRY(seal());
    if (before_ == nullptr) return uint64_t{0};
    GRAPE_TRY(gather());
    GRAPE_TRY(write_vectors());
    GRAPE_TRY(write_rows());
    GRAPE_TRY(register_all());
    uint64_t vectors = 0;
    for (const VectorOutput& output : outputs_) vectors += output.entries.size();
    return vectors;
}

Status Rewrite::seal() {
    Change change;
    change.is_commit = false;
    change.sync = false;
    std::vector<uint32_t> run_ids;
    change.apply = [&](CommitEdit& edit) -> Status {
        const CollectionView* found = edit.state().collections.find(plan_.collection);
        if (found == nullptr) return {};
        GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*found));
        run_ids.clear();
        for (VectorRuns& runs : shard->view->vectors) {
            runs.open_tail = false;
            run_ids.push_back(shard->view->next_run_id++);
        }
        return {};
    };
    change.committed = [&](CommitEdit& edit) {
        for (const auto& [key, shard] : edit.shards()) {
            collection_ = shard.collection;
            before_ = shard.view;
        }
        as_of_ = edit.state().commit;
    };
    GRAPE_TRY(sequencer_.run(change));
    if (before_ == nullptr) return {};
    outputs_.resize(collection_->vectors());
    absent_commits_.resize(collection_->vectors());
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        outputs_[vector].run_id = run_ids[vector];
    }
    return {};
}

Status Rewrite::gather() {
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        const auto wanted = plan_.files.find(vector);
        for (const index::RunView& run : before_->vectors[vector].runs) {
            const bool file = run.run->in_file();
            const bool listed = wanted != plan_.files.end() &&
                                std::find(wanted->second.begin(), wanted->second.end(),
                                          run.run->id()) != wanted->second.end();
            if (file && !listed) continue;
            outputs_[vector].inputs.push_back(&run);
            GRAPE_TRY(gather_run(outputs_[vector], run));
            if (!file) continue;
            const auto* dense = static_cast<const index::DenseFile*>(run.run.get());
            GRAPE_ASSIGN(const std::vector<DenseEntry> absent, dense->absent());
            for (const DenseEntry& entry : absent) add_absent(vector, entry);
        }
    }
    GRAPE_TRY(gather_pending());
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        for (const auto& [row, commit] : absent_commits_[vector]) {
            outputs_[vector].absent.push_back({row, commit});
        }
        std::sort(outputs_[vector].absent.begin(), outputs_[vector].absent.end(),
                  [](const DenseEntry& a, const DenseEntry& b) { return a.row < b.row; });
    }
    return {};
}

Status Rewrite::gather_run(VectorOutput& output, const index::RunView& run) {
    std::vector<DenseEntry> entries(run.length);
    if (run.length != 0) GRAPE_TRY(run.run->entries(0, entries));
    std::vector<uint32_t>& moved = output.moved[run.run->id()];
    moved.assign(run.length, kNotCopied);
    for (uint32_t position = 0; position < run.length; ++position) {
        if (run.hidden.test(position)) continue;
        moved[position] = static_cast<uint32_t>(output.entries.size());
        output.entries.push_back(entries[position]);
    }
    return {};
}

// An absence is kept as long as its row lives without the vector: an older file may still have one.
void Rewrite::add_absent(uint32_t vector, const DenseEntry& entry) {
    if (!before_->rows.alive(entry.row) || !before_->rows.place(entry.row, vector).none()) return;
    uint64_t& commit = absent_commits_[vector][entry.row];
    commit = std::max(commit, entry.commit);
}

// The keys of `pending` that the new file makes superfluous, and the absences among them.
Status Rewrite::gather_pending() {
    return storage::scan(*services_.store,
                         storage::shard_prefix(Tree::pending, collection_->shard()),
                         [&](std::string_view key, std::string_view value) -> Status {
                             const auto parsed = storage::parse_pending_key(key);
                             if (!parsed || parsed->vector >= outputs_.size()) {
                                 return Status::make_corrupt("a key of `pending` is malformed");
                             }
                             if (parsed->commit > as_of_) return {};
                             if (value.empty()) {
                                 add_absent(parsed->vector, {parsed->row, parsed->commit});
                             }
                             return {};
                         });
}

Status Rewrite::write_vectors() {
    const bool any = std::any_of(outputs_.begin(), outputs_.end(), [](const VectorOutput& output) {
        return !output.entries.empty() || !output.absent.empty();
    });
    if (!any) return {};
    const uint64_t number = services_.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services_.blobs->create(number, storage::BlobKind::vectors));
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        VectorOutput& output = outputs_[vector];
        if (output.entries.empty() && output.absent.empty()) continue;
        // The current positions of the inputs, in the order in which gather_run() took them.
        size_t input = 0;
        uint32_t position = 0;
        index::DenseBlock block;
        const auto next = [&](uint32_t) -> Result<base::Bytes> {
            while (position >= output.inputs[input]->length ||
                   output.inputs[input]->hidden.test(position)) {
                if (position++ >= output.inputs[input]->length) {
                    ++input;
                    position = 0;
                    block = {};
                }
            }
            const index::RunView& run = *output.inputs[input];
            if (position < block.first || position >= block.first + block.count) {
                GRAPE_ASSIGN(
                    block, run.run->block(position,
                                          std::min(run.length - position,
                                                   index::block_positions(run.run->row_bytes()))));
            }
            const size_t row_bytes = run.run->row_bytes();
            const uint8_t* vector_bytes = block.vectors + (position++ - block.first) * row_bytes;
            return base::Bytes(vector_bytes, row_bytes);
        };
        GRAPE_ASSIGN(output.place, index::write_section(*out, collection_->section_shape(vector),
                                                        output.entries, output.absent, next));
    }
    GRAPE_ASSIGN(vectors_blob_, out->finish());
    new_files_.push_back(number);
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        VectorOutput& output = outputs_[vector];
        if (output.place.length == 0) continue;
        GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob,
                     services_.files->open(vectors_blob_, storage::BlobKind::vectors,
                                           collection_->vector(vector).placement));
        GRAPE_ASSIGN(output.file,
                     index::DenseFile::open(std::move(blob), output.place,
                                            collection_->section_shape(vector), output.run_id));
    }
    return {};
}

Status Rewrite::write_rows() {
    RowTable rows = before_->rows;
    const uint64_t edit = base::next_edit();
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        const VectorOutput& output = outputs_[vector];
        for (uint32_t position = 0; position < output.entries.size(); ++position) {
            rows.set_place(output.entries[position].row, vector, {output.run_id, position}, edit);
        }
    }
    const uint32_t chunks = (rows.high() + kRowChunk - 1) / kRowChunk;
    std::set<uint32_t> changed;
    rows.overlay().for_each([&](uint32_t leaf, const std::shared_ptr<const RowLeaf>&) {
        changed.insert(leaf / (kRowChunk / RowLeaf::kRows));
    });
    const auto& old = before_->row_files;
    all_chunks_ =
        old == nullptr || old->files().size() >= kRowFilesMax || changed.size() * 2 > chunks;
    std::vector<uint32_t> written(changed.begin(), changed.end());
    if (all_chunks_) {
        written.clear();
        for (uint32_t chunk = 0; chunk < chunks; ++chunk) written.push_back(chunk);
    }
    const uint64_t number = services_.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services_.blobs->create(number, storage::BlobKind::rows));
    GRAPE_TRY(write_row_file(*out, rows, written));
    GRAPE_ASSIGN(rows_blob_, out->finish());
    new_files_.push_back(number);
    GRAPE_ASSIGN(
        std::shared_ptr<storage::Blob> blob,
        services_.files->open(rows_blob_, storage::BlobKind::rows, storage::Placement::cached));
    GRAPE_ASSIGN(std::shared_ptr<const RowFile> file,
                 RowFile::open(std::move(blob), collection_->vectors()));
    std::vector<std::shared_ptr<const RowFile>> files;
    if (!all_chunks_) files = old->files();
    files.push_back(std::move(file));
    row_files_ = RowFiles::make(std::move(files), collection_->vectors());
    return {};
}

Status Rewrite::register_all() {
    Change change;
    change.is_commit = false;
    change.apply = [&](CommitEdit& edit) { return apply(edit); };
    change.committed = [&](CommitEdit&) { registered_ = handed_over_; };
    GRAPE_TRY(sequencer_.run(change));
    if (!registered_) return {};
    // Durably out of the records: now the files may go.
    for (const uint64_t file : old_files_) services_.files->doom(file);
    return remove_pending();
}

// What the new file holds is removed from `pending`, in parts: a shard may have millions of small
// vectors. Keys that a crash leaves are older than the checkpoint and mean nothing.
Status Rewrite::remove_pending() {
    constexpr size_t kKeysPerBatch = 20000;
    storage::WriteBatch batch;
    const auto visit = [&](std::string_view key, std::string_view) -> Status {
        const auto parsed = storage::parse_pending_key(key);
        if (!parsed || parsed->commit > as_of_) return {};
        batch.remove(key);
        if (batch.count() < kKeysPerBatch) return {};
        GRAPE_TRY(services_.store->write(batch, storage::Sync::no));
        batch.clear();
        return {};
    };
    GRAPE_TRY(storage::scan(*services_.store,
                            storage::shard_prefix(Tree::pending, collection_->shard()), visit));
    return batch.empty() ? Status() : services_.store->write(batch, storage::Sync::no);
}

Status Rewrite::apply(CommitEdit& edit) {
    const CollectionView* found = edit.state().collections.find(plan_.collection);
    if (found == nullptr) return {};  // dropped meanwhile: the new files go
    GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*found));
    ShardView& view = *shard->view;
    GRAPE_TRY(put_records(edit, view));
    swap_runs(view);
    swap_rows(view, edit.edit());
    drop_logs(edit, view);
    view.row_files = row_files_;
    view.checkpoint = as_of_;
    for (const uint64_t file : new_files_) edit.add_file(file);
    handed_over_ = true;
    return {};
}

void Rewrite::swap_runs(ShardView& view) {
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        VectorOutput& output = outputs_[vector];
        VectorRuns& runs = view.vectors[vector];
        std::erase_if(runs.runs, [&](const index::RunView& run) {
            const bool gone = output.moved.contains(run.run->id());
            if (gone && !run.run->in_file()) {
                view.tail_bytes -= uint64_t{run.length} * run.run->row_bytes();
            }
            return gone;
        });
        if (output.file != nullptr) {
            runs.add_file({output.file, output.file->count(), {}});
        }
    }
}

void Rewrite::swap_rows(ShardView& view, uint64_t edit) {
    const RowTable current = view.rows;
    RowTable rows(current.vectors());
    rows.reset(row_files_, current.live());
    rows.raise_high(current.high());
    ShardView changed = view;
    current.overlay().for_each([&](uint32_t index, const std::shared_ptr<const RowLeaf>& leaf) {
        // The same leaf as in V: the row file has it.
        if (before_->rows.overlay().find_shared(index) == leaf) return;
        rows.adopt_leaf(index, repoint(changed, index, view, edit), edit);
    });
    view.rows = std::move(rows);
}

// A leaf that changed since V, with places in the new files where its vectors went there; copies of
// vectors that it has lost since are hidden.
std::shared_ptr<RowLeaf> Rewrite::repoint(const ShardView& current, uint32_t leaf, ShardView& view,
                                          uint64_t edit) {
    auto out = std::make_shared<RowLeaf>(current.rows.leaf(leaf));
    out->edit = edit;
    for (uint32_t slot = 0; slot < RowLeaf::kRows; ++slot) {
        const uint32_t row = leaf * RowLeaf::kRows + slot;
        for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
            VectorOutput& output = outputs_[vector];
            Place& now = out->places[size_t{slot} * outputs_.size() + vector];
            const Place then = before_->rows.place(row, vector);
            const uint32_t copied = then.none() ? kNotCopied : output.position_of(then);
            if (copied == kNotCopied) continue;
            const Place copy{output.run_id, copied};
            if (now == then) {
                now = copy;
            } else {
                view.hide(vector, copy, edit);
            }
        }
    }
    return out;
}

// New records in, replaced ones out. `view` is the shard before the swap.
Status Rewrite::put_records(CommitEdit& edit, const ShardView& view) {
    const storage::ShardKey key = collection_->shard();
    std::set<uint64_t> kept;
    std::set<uint64_t> gone;
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        const VectorOutput& output = outputs_[vector];
        for (const index::RunView& run : view.vectors[vector].runs) {
            if (!run.run->in_file()) continue;
            const auto* file = static_cast<const index::DenseFile*>(run.run.get());
            const bool replaced = output.moved.contains(run.run->id());
            (replaced ? gone : kept).insert(file->blob().identity().file_number);
            if (replaced) edit.batch().remove(storage::run_key(key, vector, run.run->id()));
        }
        if (output.file == nullptr) continue;
        const storage::RunRecord record{vectors_blob_, output.place.offset,  output.place.length,
                                        output.run_id, output.file->count(), as_of_};
        edit.batch().put(storage::run_key(key, vector, output.run_id), storage::encode(record));
    }
    std::set_difference(gone.begin(), gone.end(), kept.begin(), kept.end(),
                        std::back_inserter(old_files_));
    if (all_chunks_) GRAPE_TRY(remove_row_records(edit));
    const storage::RunRecord rows{rows_blob_, 0, 0, 0, row_files_->high(), as_of_};
    edit.batch().put(storage::run_key(key, storage::kRowTableIndex, rows_blob_.file_number),
                     storage::encode(rows));
    return {};
}

// As the store has them: a view knows nothing of row files that were damaged when it was loaded.
Status Rewrite::remove_row_records(CommitEdit& edit) {
    return storage::scan(*services_.store, storage::shard_prefix(Tree::runs, collection_->shard()),
                         [&](std::string_view raw_key, std::string_view) -> Status {
                             const auto key = storage::parse_run_key(raw_key);
                             if (!key || key->index != storage::kRowTableIndex) return {};
                             old_files_.push_back(key->sequence);
                             edit.batch().remove(raw_key);
                             return {};
                         });
}

void Rewrite::drop_logs(CommitEdit& edit, ShardView& view) {
    std::vector<LogUse> kept;
    for (LogUse use : view.log_files) {
        if (use.last_commit > as_of_) {
            use.first_commit = std::max(use.first_commit, as_of_ + 1);
            kept.push_back(use);
        } else {
            edit.release_log(use.file, collection_->shard());
        }
    }
    view.log_files = std::move(kept);
}

}  // namespace

Result<uint64_t> run_rewrite(Services& services, Sequencer& sequencer, const RewritePlan& plan) {
    return Rewrite(services, sequencer, plan).run();
}

}  // namespace grape::engine
