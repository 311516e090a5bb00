#include "core/engine/rewrite_files.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace grape::engine {

using base::Result;
using base::Status;
using index::DenseEntry;
using storage::Tree;

namespace {

constexpr size_t kRowFilesMax = 4;

}  // namespace

RewriteFiles::RewriteFiles(Services& services, const SealedShard& sealed, const RewritePlan& plan)
    : services_(services),
      plan_(plan),
      collection_(*sealed.collection),
      before_(*sealed.view),
      as_of_(sealed.as_of),
      outputs_(collection_.vectors()),
      absent_commits_(collection_.vectors()) {
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        outputs_[vector].run_id = sealed.run_ids[vector];
    }
}

RewriteFiles::~RewriteFiles() {
    outputs_.clear();
    row_files_.reset();
    for (const uint64_t file : new_files_) services_.files->doom(file);
}

void RewriteFiles::hand_over(CommitEdit& edit) {
    for (const uint64_t file : new_files_) edit.add_file(file);
    new_files_.clear();
}

uint64_t RewriteFiles::vectors() const {
    uint64_t vectors = 0;
    for (const VectorOutput& output : outputs_) vectors += output.entries.size();
    return vectors;
}

Status RewriteFiles::write() {
    GRAPE_TRY(gather());
    GRAPE_TRY(write_vectors());
    return write_rows();
}

Status RewriteFiles::gather() {
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        const auto wanted = plan_.files.find(vector);
        for (const index::RunView& run : before_.vectors[vector].runs) {
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

Status RewriteFiles::gather_run(VectorOutput& output, const index::RunView& run) {
    std::vector<DenseEntry> entries(run.length);
    if (run.length != 0) GRAPE_TRY(run.run->entries(0, entries));
    std::vector<uint32_t>& moved = output.moved[run.run->id()];
    moved.assign(run.length, VectorOutput::kNotCopied);
    for (uint32_t position = 0; position < run.length; ++position) {
        if (run.hidden.test(position)) continue;
        moved[position] = static_cast<uint32_t>(output.entries.size());
        if (run.graphed.test(position)) output.graphed.set(moved[position], edit_);
        output.entries.push_back(entries[position]);
    }
    return {};
}

// An absence is kept as long as its row lives without the vector: an older file may still have one.
void RewriteFiles::add_absent(uint32_t vector, const DenseEntry& entry) {
    if (!before_.rows.alive(entry.row) || !before_.rows.place(entry.row, vector).none()) return;
    uint64_t& commit = absent_commits_[vector][entry.row];
    commit = std::max(commit, entry.commit);
}

// The keys of `pending` that the new file makes superfluous, and the absences among them.
Status RewriteFiles::gather_pending() {
    return storage::scan(*services_.store,
                         storage::shard_prefix(Tree::pending, collection_.shard()),
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

Status RewriteFiles::write_vectors() {
    const bool any = std::any_of(outputs_.begin(), outputs_.end(), [](const VectorOutput& output) {
        return !output.entries.empty() || !output.absent.empty();
    });
    if (!any) return {};
    const uint64_t number = services_.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services_.blobs->create(number, storage::BlobKind::vectors));
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        GRAPE_TRY(write_section(*out, vector));
    }
    GRAPE_ASSIGN(vectors_blob_, out->finish());
    new_files_.push_back(number);
    return open_vectors();
}

Status RewriteFiles::write_section(storage::BlobWriter& out, uint32_t vector) {
    VectorOutput& output = outputs_[vector];
    if (output.entries.empty() && output.absent.empty()) return {};
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
                block,
                run.run->block(position, std::min(run.length - position,
                                                  index::block_positions(run.run->row_bytes()))));
        }
        const size_t row_bytes = run.run->row_bytes();
        const uint8_t* vector_bytes = block.vectors + (position++ - block.first) * row_bytes;
        return base::Bytes(vector_bytes, row_bytes);
    };
    GRAPE_ASSIGN(output.place, index::write_section(out, collection_.section_shape(vector),
                                                    output.entries, output.absent, next));
    return {};
}

Status RewriteFiles::open_vectors() {
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        VectorOutput& output = outputs_[vector];
        if (output.place.length == 0) continue;
        GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob,
                     services_.files->open(vectors_blob_, storage::BlobKind::vectors,
                                           collection_.vector(vector).placement));
        GRAPE_ASSIGN(output.file,
                     index::DenseFile::open(std::move(blob), output.place,
                                            collection_.section_shape(vector), output.run_id));
    }
    return {};
}

// The rows of V, with their places in the new vector file.
RowTable RewriteFiles::moved_rows() const {
    RowTable rows = before_.rows;
    const uint64_t edit = base::next_edit();
    for (uint32_t vector = 0; vector < outputs_.size(); ++vector) {
        const VectorOutput& output = outputs_[vector];
        for (uint32_t position = 0; position < output.entries.size(); ++position) {
            rows.set_place(output.entries[position].row, vector, {output.run_id, position}, edit);
        }
    }
    return rows;
}

// The chunks that changed since the last row file; all of them where that is hardly more, or where
// there are too many row files.
std::vector<uint32_t> RewriteFiles::choose_chunks(const RowTable& rows) {
    const uint32_t chunks = (rows.high() + kRowChunk - 1) / kRowChunk;
    std::set<uint32_t> changed;
    rows.overlay().for_each([&](uint32_t leaf, const std::shared_ptr<const RowLeaf>&) {
        changed.insert(leaf / (kRowChunk / RowLeaf::kRows));
    });
    const auto& old = before_.row_files;
    has_all_rows_ =
        old == nullptr || old->files().size() >= kRowFilesMax || changed.size() * 2 > chunks;
    if (!has_all_rows_) return {changed.begin(), changed.end()};
    std::vector<uint32_t> all(chunks);
    std::iota(all.begin(), all.end(), 0u);
    return all;
}

Status RewriteFiles::write_rows() {
    const RowTable rows = moved_rows();
    const std::vector<uint32_t> chunks = choose_chunks(rows);
    const uint64_t number = services_.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services_.blobs->create(number, storage::BlobKind::rows));
    GRAPE_TRY(write_row_file(*out, rows, chunks));
    GRAPE_ASSIGN(rows_blob_, out->finish());
    new_files_.push_back(number);
    GRAPE_ASSIGN(
        std::shared_ptr<storage::Blob> blob,
        services_.files->open(rows_blob_, storage::BlobKind::rows, collection_.side_placement()));
    GRAPE_ASSIGN(std::shared_ptr<const RowFile> file,
                 RowFile::open(std::move(blob), collection_.vectors()));
    std::vector<std::shared_ptr<const RowFile>> files;
    if (!has_all_rows_) files = before_.row_files->files();
    files.push_back(std::move(file));
    row_files_ = RowFiles::make(std::move(files), collection_.vectors());
    return {};
}

}  // namespace grape::engine
