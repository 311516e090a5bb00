#include "core/engine/rewrite.h"

#include <algorithm>
#include <set>

#include "core/engine/field_rewrite.h"
#include "core/engine/run_records.h"
#include "core/index/graph/outside_codes.h"

namespace grape::engine {

using base::Result;
using base::Status;
using storage::Tree;

namespace {

// Ends the shard's tails, and gives it as it is then.
Result<SealedShard> seal(Sequencer& sequencer, uint32_t collection) {
    SealedShard out;
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) -> Status {
        const CollectionView* found = edit.state().collections.find(collection);
        if (found == nullptr) return {};
        GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*found));
        out.run_ids.clear();
        for (VectorRuns& runs : shard->view->vectors) {
            runs.open_tail = false;
            out.run_ids.push_back(shard->view->next_run_id++);
        }
        out.field_run_ids.clear();
        for (FieldRuns& field : shard->view->fields) {
            field.open_tail = false;
            out.field_run_ids.push_back(shard->view->next_run_id++);
        }
        return {};
    };
    change.committed = [&](CommitEdit& edit) {
        for (const auto& [key, shard] : edit.shards()) {
            out.collection = shard.collection;
            out.view = shard.view;
        }
        out.as_of = edit.state().commit;
    };
    GRAPE_TRY(sequencer.run(change));
    return out;
}

// Puts the new files into their place.
class Registration {
  public:
    Registration(Services& services, Sequencer& sequencer, const SealedShard& sealed,
                 RewriteFiles& files, FieldRewrite& fields)
        : services_(services),
          sequencer_(sequencer),
          sealed_(sealed),
          files_(files),
          fields_(fields) {}

    Status run();

  private:
    const std::vector<VectorOutput>& outputs() const { return files_.outputs(); }
    void make_codes() const;
    Status apply(CommitEdit& edit);
    Status remove_pending();
    void swap_runs(ShardView& view);
    void swap_rows(ShardView& view, uint64_t edit);
    std::shared_ptr<RowLeaf> repoint(const ShardView& current, uint32_t leaf, ShardView& view,
                                     uint64_t edit);
    Status put_records(CommitEdit& edit, const ShardView& view);
    void drop_logs(CommitEdit& edit, ShardView& view);

    Services& services_;
    Sequencer& sequencer_;
    const SealedShard& sealed_;
    RewriteFiles& files_;
    FieldRewrite& fields_;
    std::vector<uint64_t> old_files_;
    bool handed_over_ = false, registered_ = false;
};

// No search shall be the one that makes the codes of a whole new file. Graphs stay in their places
// meanwhile: they change under the same lock as files.
void Registration::make_codes() const {
    for (uint32_t vector = 0; vector < outputs().size(); ++vector) {
        const VectorOutput& output = outputs()[vector];
        const std::optional<GraphView>& graph = sealed_.view->vectors[vector].graph;
        if (output.file == nullptr || !graph) continue;
        index::RunView run{output.file, output.file->count(), {}};
        run.graphed = output.graphed;
        const Status made = graph->outside->cover(std::span(&run, 1));
        // Searches do without; a damaged graph must not keep vectors out of files.
        if (!made.ok()) {
            base::log(services_.logger, base::LogLevel::warning,
                      base::cat("collection '", sealed_.collection->name(),
                                "': no codes were made: ", made.to_string()));
        }
    }
}

Status Registration::run() {
    make_codes();
    Change change;
    change.is_commit = false;
    change.apply = [&](CommitEdit& edit) { return apply(edit); };
    change.committed = [&](CommitEdit&) { registered_ = handed_over_; };
    GRAPE_TRY(sequencer_.run(change));
    if (!registered_) return {};
    // Durably out of the records: now the files may go.
    for (const uint64_t file : old_files_) services_.files->doom(file);
    for (const uint64_t file : fields_.old_files()) services_.files->doom(file);
    return remove_pending();
}

// What the new file holds is removed from `pending`, in parts: a shard may have millions of small
// vectors. Keys that a crash leaves are older than the checkpoint and mean nothing.
Status Registration::remove_pending() {
    constexpr size_t kKeysPerBatch = 20000;
    storage::WriteBatch batch;
    const auto visit = [&](std::string_view key, std::string_view) -> Status {
        const auto parsed = storage::parse_pending_key(key);
        if (!parsed || parsed->commit > sealed_.as_of) return {};
        batch.remove(key);
        if (batch.count() < kKeysPerBatch) return {};
        GRAPE_TRY(services_.store->write(batch, storage::Sync::no));
        batch.clear();
        return {};
    };
    GRAPE_TRY(storage::scan(*services_.store,
                            storage::shard_prefix(Tree::pending, sealed_.collection->shard()),
                            visit));
    return batch.empty() ? Status() : services_.store->write(batch, storage::Sync::no);
}

Status Registration::apply(CommitEdit& edit) {
    const CollectionView* found = edit.state().collections.find(sealed_.collection->number());
    if (found == nullptr) return {};  // dropped meanwhile: the new files go
    GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*found));
    ShardView& view = *shard->view;
    GRAPE_TRY(put_records(edit, view));
    swap_runs(view);
    swap_rows(view, edit.edit());
    GRAPE_TRY(fields_.apply(edit, view));
    drop_logs(edit, view);
    view.row_files = files_.row_files();
    view.checkpoint = sealed_.as_of;
    files_.hand_over(edit);
    handed_over_ = true;
    return {};
}

void Registration::swap_runs(ShardView& view) {
    for (uint32_t vector = 0; vector < outputs().size(); ++vector) {
        const VectorOutput& output = outputs()[vector];
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
            index::RunView* added = runs.find(output.run_id);
            if (runs.graph) added->graphed = output.graphed;
        }
    }
}

void Registration::swap_rows(ShardView& view, uint64_t edit) {
    const RowTable current = view.rows;
    RowTable rows(current.vectors());
    rows.reset(files_.row_files(), current.live());
    rows.raise_high(current.high());
    ShardView changed = view;
    current.overlay().for_each([&](uint32_t index, const std::shared_ptr<const RowLeaf>& leaf) {
        // The same leaf as in V: the row file has it.
        if (sealed_.view->rows.overlay().find_shared(index) == leaf) return;
        rows.adopt_leaf(index, repoint(changed, index, view, edit), edit);
    });
    view.rows = std::move(rows);
}

// A leaf that changed since V, with places in the new files where its vectors went there; copies of
// vectors that it has lost since are hidden.
std::shared_ptr<RowLeaf> Registration::repoint(const ShardView& current, uint32_t leaf,
                                               ShardView& view, uint64_t edit) {
    auto out = std::make_shared<RowLeaf>(current.rows.leaf(leaf));
    out->edit = edit;
    for (uint32_t slot = 0; slot < RowLeaf::kRows; ++slot) {
        const uint32_t row = leaf * RowLeaf::kRows + slot;
        for (uint32_t vector = 0; vector < outputs().size(); ++vector) {
            const VectorOutput& output = outputs()[vector];
            Place& now = out->places[size_t{slot} * outputs().size() + vector];
            const Place then = sealed_.view->rows.place(row, vector);
            const uint32_t copied =
                then.none() ? VectorOutput::kNotCopied : output.position_of(then);
            if (copied == VectorOutput::kNotCopied) continue;
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
Status Registration::put_records(CommitEdit& edit, const ShardView& view) {
    const storage::ShardKey key = sealed_.collection->shard();
    std::set<uint64_t> kept;
    std::set<uint64_t> gone;
    for (uint32_t vector = 0; vector < outputs().size(); ++vector) {
        const VectorOutput& output = outputs()[vector];
        for (const index::RunView& run : view.vectors[vector].runs) {
            if (!run.run->in_file()) continue;
            const auto* file = static_cast<const index::DenseFile*>(run.run.get());
            const bool replaced = output.moved.contains(run.run->id());
            (replaced ? gone : kept).insert(file->blob().identity().file_number);
            if (replaced) edit.batch().remove(storage::run_key(key, vector, run.run->id()));
        }
        if (output.file == nullptr) continue;
        const storage::RunRecord record{files_.vectors_blob(),
                                        output.place.offset,
                                        output.place.length,
                                        output.run_id,
                                        output.file->count(),
                                        sealed_.as_of,
                                        0};
        edit.batch().put(storage::run_key(key, vector, output.run_id), storage::encode(record));
    }
    std::set_difference(gone.begin(), gone.end(), kept.begin(), kept.end(),
                        std::back_inserter(old_files_));
    if (files_.has_all_rows()) {
        std::set<uint64_t> row_files;
        GRAPE_TRY(remove_run_records(edit, key, storage::kRowTableIndex, &row_files));
        old_files_.insert(old_files_.end(), row_files.begin(), row_files.end());
    }
    const storage::RunRecord rows{files_.rows_blob(), 0, 0, 0, files_.row_files()->high(),
                                  sealed_.as_of,      0};
    edit.batch().put(storage::run_key(key, storage::kRowTableIndex, files_.rows_blob().file_number),
                     storage::encode(rows));
    return {};
}

void Registration::drop_logs(CommitEdit& edit, ShardView& view) {
    std::vector<LogUse> kept;
    for (LogUse use : view.log_files) {
        if (use.last_commit > sealed_.as_of) {
            use.first_commit = std::max(use.first_commit, sealed_.as_of + 1);
            kept.push_back(use);
        } else {
            edit.release_log(use.file, sealed_.collection->shard());
        }
    }
    view.log_files = std::move(kept);
}

}  // namespace

Result<uint64_t> run_rewrite(Services& services, Sequencer& sequencer, const RewritePlan& plan) {
    GRAPE_ASSIGN(const SealedShard sealed, seal(sequencer, plan.collection));
    if (sealed.view == nullptr) return uint64_t{0};
    RewriteFiles files(services, sealed, plan);
    GRAPE_TRY(files.write());
    FieldRewrite fields(services, sealed);
    GRAPE_TRY(fields.write());
    GRAPE_TRY(Registration(services, sequencer, sealed, files, fields).run());
    return files.vectors();
}

}  // namespace grape::engine
