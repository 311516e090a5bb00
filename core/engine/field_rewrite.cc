#include "core/engine/field_rewrite.h"

#include <algorithm>
#include <set>

#include "core/engine/field_loader.h"
#include "core/engine/point_reader.h"
#include "core/engine/run_records.h"

namespace grape::engine {

using base::Result;
using base::Status;
using index::CommitInterval;

namespace {

constexpr size_t kRunsMax = 4;

// An entry of one tail in another.
void copy_entry(const index::FieldTail& from, const index::FieldTail::Entry& entry,
                index::FieldValues& scratch, FieldRuns& out) {
    scratch.clear();
    scratch.facts = from.facts(entry);
    const index::KeyList keys = from.keys(entry);
    for (size_t i = 0; i < keys.size(); ++i) scratch.add(keys[i]);
    out.put(entry.row, entry.commit, scratch);
}

}  // namespace

FieldRewrite::~FieldRewrite() {
    if (handed_over_ || file_ == 0) return;
    outputs_.clear();
    services_.files->doom(file_);
}

// Whether the field has something to write, and which of its runs go in as well: the last ones as
// long as they are not twice as large as what comes after them.
bool FieldRewrite::choose(const FieldRuns& field, Output& out) const {
    uint64_t entries = 0;
    for (const FieldTailPart& part : field.tails) entries += part.length;
    const bool is_new = field.covered_after != 0 && field.runs.empty();
    if (entries == 0 && !is_new) return false;
    out.before = &field;
    out.kept_runs = field.runs.size();
    while (out.kept_runs > 0) {
        const uint64_t last = field.runs[out.kept_runs - 1]->entry_count();
        if (out.kept_runs < kRunsMax && last >= 2 * entries) break;
        entries += last;
        --out.kept_runs;
    }
    const uint64_t low = out.kept_runs == 0 ? 0 : field.runs[out.kept_runs - 1]->interval().high;
    out.interval = {low, sealed_.as_of};
    return true;
}

// All tails as one; commits do not fall in it.
Result<FieldTailPart> FieldRewrite::gather(const FieldRuns& field) const {
    if (field.tails.size() == 1 && field.covered_after == 0) return field.tails.front();
    FieldRuns out;
    out.type = field.type;
    if (field.covered_after != 0) GRAPE_TRY(add_uncovered(field, out));
    index::FieldValues scratch;
    for (const FieldTailPart& part : field.tails) {
        for (uint32_t position = 0; position < part.length; ++position) {
            copy_entry(*part.tail, part.tail->entry(position), scratch, out);
        }
    }
    if (out.tails.empty()) return FieldTailPart{std::make_shared<index::FieldTail>(field.type), 0};
    return out.tails.front();
}

// Points that were there before the index was.
Status FieldRewrite::add_uncovered(const FieldRuns& field, FieldRuns& out) const {
    const Collection::Field* schema = sealed_.collection->field_of_number(field.number);
    if (schema == nullptr) return Status::make_internal("a field's index has no schema");
    const PointReader reader(services_, *sealed_.collection, *sealed_.view);
    return index_payloads(
        *schema, {0, field.covered_after}, sealed_.view->rows,
        [&reader](uint32_t row) { return reader.payload(row); }, out);
}

Status FieldRewrite::write_one(storage::BlobWriter& out, Output& output) {
    const FieldRuns& field = *output.before;
    GRAPE_ASSIGN(const FieldTailPart tail, gather(field));
    const index::FieldTailView tail_view(tail.tail, tail.length);
    const RowTable& rows = sealed_.view->rows;
    const auto is_current = [&rows](uint32_t row, CommitInterval interval) {
        return rows.alive(row) && interval.contains(rows.key_commit(row));
    };
    const std::span<const std::shared_ptr<const index::FieldRun>> merged(
        field.runs.begin() + static_cast<std::ptrdiff_t>(output.kept_runs), field.runs.end());
    GRAPE_ASSIGN(output.place, index::merge_field_runs(out, output.interval, field.type, merged,
                                                       &tail_view, is_current));
    return {};
}

Status FieldRewrite::open_runs(const storage::BlobIdentity& blob) {
    for (Output& output : outputs_) {
        GRAPE_ASSIGN(std::shared_ptr<storage::Blob> opened,
                     services_.files->open(blob, storage::BlobKind::fields,
                                           sealed_.collection->side_placement()));
        GRAPE_ASSIGN(output.run, index::FieldRun::open(std::move(opened), output.place,
                                                       output.before->type, output.run_id));
    }
    return {};
}

Status FieldRewrite::write() {
    for (size_t i = 0; i < sealed_.view->fields.size(); ++i) {
        Output output;
        output.run_id = sealed_.field_run_ids[i];
        if (choose(sealed_.view->fields[i], output)) outputs_.push_back(std::move(output));
    }
    if (outputs_.empty()) return {};
    const uint64_t number = services_.next_file_number();
    GRAPE_ASSIGN(const std::unique_ptr<storage::BlobWriter> out,
                 services_.blobs->create(number, storage::BlobKind::fields));
    for (Output& output : outputs_) GRAPE_TRY(write_one(*out, output));
    GRAPE_ASSIGN(blob_, out->finish());
    file_ = number;
    return open_runs(blob_);
}

Status FieldRewrite::apply(CommitEdit& edit, ShardView& view) {
    if (file_ == 0) return {};
    const storage::ShardKey key = sealed_.collection->shard();
    old_files_.clear();
    std::set<uint64_t> gone, kept;
    bool any = false;
    for (const Output& output : outputs_) {
        FieldRuns* field = view.field(output.before->number);
        if (field == nullptr) continue;
        any = true;
        const uint32_t index = storage::kFieldIndexBase + field->number;
        if (output.kept_runs == 0) {
            GRAPE_TRY(remove_run_records(edit, key, index, &gone));
        }
        for (size_t i = output.kept_runs; i < field->runs.size(); ++i) {
            gone.insert(field->runs[i]->section().blob().identity().file_number);
            edit.batch().remove(storage::run_key(key, index, field->runs[i]->id()));
        }
        field->runs.resize(output.kept_runs);
        field->runs.push_back(output.run);
        field->covered_after = 0;
        // Also a tail that was put there meanwhile for points from before the index: the run has
        // all that was written up to the seal.
        std::erase_if(field->tails, [this](const FieldTailPart& part) {
            return part.length == 0 || part.tail->entry(part.length - 1).commit <= sealed_.as_of;
        });
        storage::RunRecord record;
        record.blob = blob_;
        record.offset = output.place.offset;
        record.length = output.place.length;
        record.run_id = output.run_id;
        record.count = output.run->section().row_count();
        record.checkpoint = output.interval.high;
        record.after_commit = output.interval.low;
        edit.batch().put(storage::run_key(key, index, output.run_id), storage::encode(record));
    }
    if (!any) return {};  // all were dropped: the file goes with this object
    for (const FieldRuns& field : view.fields) {
        for (const auto& run : field.runs) {
            kept.insert(run->section().blob().identity().file_number);
        }
    }
    std::set_difference(gone.begin(), gone.end(), kept.begin(), kept.end(),
                        std::back_inserter(old_files_));
    edit.add_file(file_);
    handed_over_ = true;
    return {};
}

}  // namespace grape::engine
