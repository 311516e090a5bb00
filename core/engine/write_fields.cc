#include "core/engine/write_fields.h"

#include <algorithm>
#include <set>

#include "core/engine/field_loader.h"
#include "core/engine/request/field_schema.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// Beyond, reading the points takes too long for the sequencer: a rewrite does it.
constexpr uint32_t kCoverRowsMax = 4096;

std::string stored_schema(const FieldSchema& schema) {
    return base::encode_payload_value(field_schema_json(schema));
}

// The shard with a changed collection record.
Result<ShardEdit*> change_record(CommitEdit& edit, const CollectionView& old,
                                 storage::CollectionRecord record) {
    GRAPE_ASSIGN(ShardEdit * shard, edit.shard(old));
    GRAPE_ASSIGN(shard->collection, Collection::make(std::move(record)));
    edit.batch().put(storage::collection_key(shard->collection->number()),
                     storage::encode(shard->collection->record()));
    return shard;
}

// Takes the field's index out of the view, its records out of the store.
void drop_field(CommitEdit& edit, ShardEdit& shard, uint32_t number,
                std::vector<uint64_t>* old_files) {
    ShardView& view = *shard.view;
    std::set<uint64_t> gone, kept;
    const uint32_t index = storage::kFieldIndexBase + number;
    for (const FieldRuns& field : view.fields) {
        for (const auto& run : field.runs) {
            const uint64_t file = run->section().blob().identity().file_number;
            (field.number == number ? gone : kept).insert(file);
            if (field.number == number) {
                edit.batch().remove(storage::run_key(shard.change.shard, index, run->id()));
            }
        }
    }
    std::erase_if(view.fields, [number](const FieldRuns& each) { return each.number == number; });
    old_files->clear();
    std::set_difference(gone.begin(), gone.end(), kept.begin(), kept.end(),
                        std::back_inserter(*old_files));
}

}  // namespace

Status apply_create_field(CommitEdit& edit, const CreateFieldIndex& request, bool automatic,
                          std::vector<uint64_t>* old_files) {
    GRAPE_ASSIGN(const CollectionView* old, edit.find(request.collection));
    storage::CollectionRecord record = old->collection->record();
    const std::string path = request.field.to_string();
    const std::string schema = stored_schema(request.schema);
    const auto same = std::find_if(record.fields.begin(), record.fields.end(),
                                   [&path](const auto& each) { return each.path == path; });
    std::optional<uint32_t> replaced;
    if (same != record.fields.end()) {
        if (automatic || (same->schema == schema && !same->automatic)) return {};
        replaced = same->number;
        record.fields.erase(same);
    }
    if (record.fields.size() == base::limits::fields_per_collection_max ||
        record.next_field == base::limits::field_number_max) {
        return Status::make_limit("field_name: the collection has ", record.fields.size(),
                                  " payload indexes, the limit is ",
                                  base::limits::fields_per_collection_max);
    }
    const uint32_t number = record.next_field++;
    record.fields.push_back(
        {number, path, static_cast<uint8_t>(request.schema.kind), schema, automatic});
    GRAPE_ASSIGN(ShardEdit * shard, change_record(edit, *old, std::move(record)));
    if (replaced) drop_field(edit, *shard, *replaced, old_files);
    FieldRuns& field = shard->view->fields.emplace_back();
    field.number = number;
    field.type = shard->collection->fields().back().type;
    // What this commit and later ones write is indexed as it comes.
    field.covered_after = shard->view->rows.live() == 0 ? 0 : edit.commit() - 1;
    return {};
}

Status apply_delete_field(CommitEdit& edit, const DeleteFieldIndex& request, bool* existed,
                          std::vector<uint64_t>* old_files) {
    GRAPE_ASSIGN(const CollectionView* old, edit.find(request.collection));
    const Collection::Field* field = old->collection->find_field(request.field);
    *existed = field != nullptr;
    if (field == nullptr) return {};
    const uint32_t number = field->number;
    storage::CollectionRecord record = old->collection->record();
    std::erase_if(record.fields, [number](const auto& each) { return each.number == number; });
    GRAPE_ASSIGN(ShardEdit * shard, change_record(edit, *old, std::move(record)));
    drop_field(edit, *shard, number, old_files);
    return {};
}

Status cover_fields(CommitEdit& edit, const std::string& collection, bool* is_covered) {
    *is_covered = false;
    GRAPE_ASSIGN(const CollectionView* found, edit.find(collection));
    GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*found));
    ShardView& view = *shard->view;
    if (view.row_files != nullptr || view.rows.live() > kCoverRowsMax) return {};
    for (FieldRuns& field : view.fields) {
        if (field.covered_after == 0) continue;
        FieldRuns added;
        added.type = field.type;
        const Collection::Field* schema = shard->collection->field_of_number(field.number);
        GRAPE_TRY(index_payloads(
            *schema, {0, field.covered_after}, view.rows,
            [&](uint32_t row) { return edit.payload(*shard, row); }, added));
        field.tails.insert(field.tails.begin(), added.tails.begin(), added.tails.end());
        field.covered_after = 0;
    }
    *is_covered = true;
    return {};
}

}  // namespace grape::engine
