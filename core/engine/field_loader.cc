#include "core/engine/field_loader.h"

#include <algorithm>

#include "core/engine/file_table.h"

namespace grape::engine {

using base::Result;
using base::Status;
using index::CommitInterval;

namespace {

using Input = std::pair<storage::RunKey, storage::RunRecord>;

Result<std::shared_ptr<const index::FieldRun>> open_run(const Input& input, FileTable& files,
                                                        const index::FieldType& type,
                                                        storage::Placement placement) {
    const storage::RunRecord& record = input.second;
    GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob,
                 files.open(record.blob, storage::BlobKind::fields, placement));
    GRAPE_ASSIGN(std::shared_ptr<index::FieldRun> run,
                 index::FieldRun::open(std::move(blob), {record.offset, record.length}, type,
                                       record.run_id));
    if (!(run->interval() == CommitInterval{record.after_commit, record.checkpoint})) {
        return Status::make_corrupt("a payload-field run is of other commits than its record says");
    }
    return std::shared_ptr<const index::FieldRun>(std::move(run));
}

// The runs of a field, from commit 0 on without a gap; fewer when one cannot be used.
Result<std::vector<std::shared_ptr<const index::FieldRun>>> open_runs(
    const std::vector<Input>& inputs, const Collection::Field& schema, FileTable& files,
    storage::Placement placement) {
    std::vector<const Input*> mine;
    for (const Input& each : inputs) {
        if (each.first.index == storage::kFieldIndexBase + schema.number) mine.push_back(&each);
    }
    std::sort(mine.begin(), mine.end(), [](const Input* a, const Input* b) {
        return a->second.after_commit < b->second.after_commit;
    });
    std::vector<std::shared_ptr<const index::FieldRun>> out;
    for (const Input* each : mine) {
        GRAPE_ASSIGN(std::shared_ptr<const index::FieldRun> run,
                     open_run(*each, files, schema.type, placement));
        const uint64_t high = out.empty() ? 0 : out.back()->interval().high;
        if (run->interval().low != high) {
            return Status::make_corrupt("payload-field runs leave out commits after ", high);
        }
        out.push_back(std::move(run));
    }
    return out;
}

Status load_field(const Collection& collection, const Collection::Field& schema,
                  const ShardInputs& inputs, FileTable& files, const base::Logger& logger,
                  const ReadPayload& payload, ShardView& view) {
    FieldRuns& field = view.fields.emplace_back();
    field.number = schema.number;
    field.type = schema.type;
    auto runs = open_runs(inputs.runs, schema, files, collection.side_placement());
    if (runs.ok()) {
        field.runs = std::move(runs).value();
    } else if (runs.status().code() == base::Code::corrupt) {
        base::log(logger, base::LogLevel::warning,
                  base::cat("collection '", collection.name(), "': the index of '",
                            schema.path.to_string(), "': ", runs.status().to_string(),
                            "; it is made again"));
    } else {
        return runs.status();
    }
    // Without runs a shard with files waits for the background; a small one is read here.
    if (field.runs.empty()) field.covered_after = view.checkpoint;
    return index_payloads(schema, {field.run_high(), UINT64_MAX}, view.rows, payload, field);
}

}  // namespace

Status index_payloads(const Collection::Field& schema, CommitInterval interval,
                      const RowTable& rows, const ReadPayload& payload, FieldRuns& out) {
    std::vector<std::pair<uint64_t, uint32_t>> wanted;  // commit, row
    for (uint32_t row = 0; row < rows.high(); ++row) {
        const uint64_t commit = rows.key_commit(row);
        if (interval.contains(commit) && rows.alive(row)) wanted.emplace_back(commit, row);
    }
    std::sort(wanted.begin(), wanted.end());
    index::FieldValues values;
    for (const auto& [commit, row] : wanted) {
        GRAPE_ASSIGN(const std::string bytes, payload(row));
        index::extract_field(base::PayloadView(bytes), schema.path, out.type, values);
        out.put(row, commit, values);
    }
    return {};
}

Status load_fields(const Collection& collection, const ShardInputs& inputs,
                   const storage::Store& store, FileTable& files, const base::Logger& logger,
                   ShardView& view) {
    const auto payload = [&](uint32_t row) -> Result<std::string> {
        GRAPE_ASSIGN(
            const std::optional<std::string> stored,
            store.get(storage::point_key(collection.shard(), row, view.rows.key_commit(row))));
        if (!stored) {
            return Status::make_corrupt("collection '", collection.name(), "': row ", row,
                                        " is not in the store");
        }
        GRAPE_ASSIGN(const storage::PointValue point, storage::decode_point(*stored));
        GRAPE_TRY(base::validate_payload(point.payload));
        return std::string(point.payload);
    };
    for (const Collection::Field& schema : collection.fields()) {
        GRAPE_TRY(load_field(collection, schema, inputs, files, logger, payload, view));
    }
    return {};
}

}  // namespace grape::engine
