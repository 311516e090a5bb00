#include "core/engine/write_points.h"

#include <algorithm>
#include <unordered_map>

#include "core/engine/direct_file.h"
#include "core/engine/shard_rows.h"
#include "core/engine/vector_input.h"
#include "core/query/row_filter.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

std::string point_path(const std::string& path, size_t index) {
    return base::cat(path, "points[", index, "]");
}

std::string vector_path(const std::string& path, size_t index, const std::string& name) {
    const std::string point = point_path(path, index);
    return name.empty() ? base::cat(point, ".vector") : base::cat(point, ".vector.", name);
}

Status check_version(const ShardEdit& shard, std::optional<uint32_t> row, const base::PointId& id,
                     const std::optional<uint64_t>& wanted, const std::string& path) {
    if (!wanted) return {};
    const uint64_t version = row ? shard.view->rows.version(*row) : 0;
    if (version == *wanted) return {};
    return Status::make_conflict(path, ".if_version: point ", id.to_string(), " has version ",
                                 version, row ? "" : " (there is no such point)", ", not ",
                                 *wanted);
}

// Of several entries with one id the last one counts; with a condition each counts.
std::vector<size_t> last_of_each_id(const std::vector<PointInput>& points) {
    struct Hash {
        size_t operator()(const base::PointId& id) const { return id.hash(); }
    };
    std::unordered_map<base::PointId, size_t, Hash> last;
    last.reserve(points.size());
    for (size_t i = 0; i < points.size(); ++i) last[points[i].id] = i;
    std::vector<size_t> out;
    out.reserve(last.size());
    for (size_t i = 0; i < points.size(); ++i) {
        if (points[i].if_version || last[points[i].id] == i) out.push_back(i);
    }
    return out;
}

class PointWriter {
  public:
    PointWriter(CommitEdit& edit, ShardEdit& shard, const std::string& path, bool single)
        : edit_(edit), shard_(shard), path_(path), single_(single) {}

    Status upsert(const UpsertPoints& operation);
    Status update_vectors(const UpdateVectors& operation);
    Status delete_points(const DeletePoints& operation);
    Status delete_vectors(const DeleteVectors& operation);
    // Gives each point the payload that `change` makes of its present one.
    Status change_payloads(const PointSelection& selection, bool must_exist,
                           const std::function<Result<std::string>(std::string)>& change);

  private:
    Status upsert_one(const UpsertPoints& operation, size_t index, DirectFiles& direct);
    void store_vector(uint32_t number, uint32_t row, const VectorData& data);
    // Rows of the selection; ids without a point are refused or left out.
    Result<std::vector<uint32_t>> rows_of(const PointSelection& selection, bool must_exist);
    Result<std::vector<uint32_t>> rows_that_match(const query::Filter& filter);

    CommitEdit& edit_;
    ShardEdit& shard_;
    const std::string& path_;
    const bool single_;
    VectorReader reader_;
};

void PointWriter::store_vector(uint32_t number, uint32_t row, const VectorData& data) {
    const storage::VectorRecord& record = shard_.collection->vector(number);
    vector::encode(reader_.floats(data), record.datatype, record.distance,
                   edit_.put_vector(shard_, number, row));
}

Status PointWriter::upsert_one(const UpsertPoints& operation, size_t index, DirectFiles& direct) {
    const PointInput& point = operation.points[index];
    GRAPE_ASSIGN(std::optional<uint32_t> row, edit_.find_row(shard_, point.id));
    if (point.if_version) {
        GRAPE_TRY(check_version(shard_, row, point.id, point.if_version, point_path(path_, index)));
    }
    if (row && operation.mode == UpdateMode::insert_only) return {};
    if (!row && operation.mode == UpdateMode::update_only) return {};
    const bool inserted = !row;
    if (inserted) {
        GRAPE_ASSIGN(row, edit_.insert(shard_, point.id));
    }
    GRAPE_TRY(edit_.put_point(
        shard_, *row, point.payload.empty() ? base::empty_payload() : point.payload, inserted));
    uint64_t given = 0;  // a bit a vector
    for (const NamedVector& each : point.vectors) {
        const uint32_t number = *shard_.collection->find_vector(each.name);
        given |= uint64_t{1} << number;
        if (direct.takes(number)) {
            direct.add(number, *row, each.data);
        } else {
            store_vector(number, *row, each.data);
        }
    }
    if (inserted) return {};
    for (uint32_t number = 0; number < shard_.collection->vectors(); ++number) {
        if ((given >> number & 1) == 0) edit_.remove_vector(shard_, number, *row);
    }
    return {};
}

Status PointWriter::upsert(const UpsertPoints& operation) {
    DirectFiles direct(edit_, shard_, operation, single_);
    for (const size_t index : last_of_each_id(operation.points)) {
        GRAPE_TRY(upsert_one(operation, index, direct));
    }
    return direct.write();
}

Status PointWriter::update_vectors(const UpdateVectors& operation) {
    for (size_t i = 0; i < operation.points.size(); ++i) {
        const PointInput& point = operation.points[i];
        GRAPE_ASSIGN(const std::optional<uint32_t> row, edit_.find_row(shard_, point.id));
        if (!row) {
            return Status::make_not_found(point_path(path_, i), ".id: there is no point ",
                                          point.id.to_string());
        }
        GRAPE_TRY(check_version(shard_, row, point.id, point.if_version, point_path(path_, i)));
        for (const NamedVector& each : point.vectors) {
            store_vector(*shard_.collection->find_vector(each.name), *row, each.data);
        }
    }
    return {};
}

// What the edit has written so far is seen, too.
class EditPoints final : public PointStore {
  public:
    EditPoints(CommitEdit& edit, const ShardEdit& shard) : edit_(edit), shard_(shard) {}
    Result<std::optional<uint32_t>> find_row(const base::PointId& id) const override {
        return edit_.find_row(shard_, id);
    }
    Result<std::string> payload(uint32_t row) const override { return edit_.payload(shard_, row); }

  private:
    CommitEdit& edit_;
    const ShardEdit& shard_;
};

Result<std::vector<uint32_t>> PointWriter::rows_that_match(const query::Filter& filter) {
    const ShardView view = *shard_.view;  // without the row sets of the state before
    const EditPoints points(edit_, shard_);
    const ShardRows source(*shard_.collection, view, points, &edit_.services().field_answers,
                           edit_.commit() - 1);
    GRAPE_ASSIGN(const std::unique_ptr<query::RowFilter> matching,
                 query::RowFilter::make(filter, source));
    GRAPE_TRY(matching->settle());
    std::vector<uint32_t> rows;
    matching->possible().for_each([&rows](uint32_t row) { rows.push_back(row); });
    return rows;
}

Result<std::vector<uint32_t>> PointWriter::rows_of(const PointSelection& selection,
                                                   bool must_exist) {
    if (selection.filter != nullptr) return rows_that_match(*selection.filter);
    std::vector<uint32_t> rows;
    for (size_t i = 0; i < selection.ids.size(); ++i) {
        const std::string path = point_path(path_, i);
        GRAPE_ASSIGN(const std::optional<uint32_t> row, edit_.find_row(shard_, selection.ids[i]));
        GRAPE_TRY(check_version(shard_, row, selection.ids[i], selection.if_version, path));
        if (row) {
            rows.push_back(*row);
        } else if (must_exist) {
            return Status::make_not_found(path, ": there is no point ",
                                          selection.ids[i].to_string());
        }
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

Status PointWriter::delete_points(const DeletePoints& operation) {
    GRAPE_ASSIGN(const std::vector<uint32_t> rows, rows_of(operation.selection, false));
    for (const uint32_t row : rows) edit_.remove(shard_, row);
    return {};
}

Status PointWriter::delete_vectors(const DeleteVectors& operation) {
    std::vector<uint32_t> numbers;
    for (size_t i = 0; i < operation.names.size(); ++i) {
        GRAPE_ASSIGN(const uint32_t number,
                     shard_.collection->require_vector(operation.names[i],
                                                       base::cat(path_, "vector[", i, "]")));
        numbers.push_back(number);
    }
    GRAPE_ASSIGN(const std::vector<uint32_t> rows, rows_of(operation.selection, false));
    for (const uint32_t row : rows) {
        for (const uint32_t number : numbers) edit_.remove_vector(shard_, number, row);
    }
    return {};
}

Status PointWriter::change_payloads(const PointSelection& selection, bool must_exist,
                                    const std::function<Result<std::string>(std::string)>& change) {
    GRAPE_ASSIGN(const std::vector<uint32_t> rows, rows_of(selection, must_exist));
    for (const uint32_t row : rows) {
        GRAPE_ASSIGN(std::string before, edit_.payload(shard_, row));
        GRAPE_ASSIGN(const std::string after, change(std::move(before)));
        GRAPE_TRY(edit_.put_point(shard_, row, after, false));
    }
    return {};
}

Result<std::string> with_tree(const std::string& payload,
                              const std::function<void(base::JsonValue&)>& change) {
    base::JsonValue tree = base::decode_payload(base::PayloadView(payload));
    change(tree);
    return base::encode_payload(tree, "payload");
}

Status apply(PointWriter& writer, const UpsertPoints& o) {
    return writer.upsert(o);
}
Status apply(PointWriter& writer, const DeletePoints& o) {
    return writer.delete_points(o);
}
Status apply(PointWriter& writer, const UpdateVectors& o) {
    return writer.update_vectors(o);
}
Status apply(PointWriter& writer, const DeleteVectors& o) {
    return writer.delete_vectors(o);
}
Status apply(PointWriter& writer, const SetPayload& o) {
    return writer.change_payloads(o.selection, true, [&](const std::string& before) {
        return with_tree(before, [&](base::JsonValue& tree) {
            if (o.key) {
                base::set_payload_at(tree, *o.key, o.payload);
            } else {
                base::merge_payload(tree, o.payload);
            }
        });
    });
}
Status apply(PointWriter& writer, const OverwritePayload& o) {
    return writer.change_payloads(o.selection, true, [&](const std::string&) {
        return base::encode_payload(o.payload, "payload");
    });
}
Status apply(PointWriter& writer, const DeletePayload& o) {
    return writer.change_payloads(o.selection, true, [&](const std::string& before) {
        return with_tree(before, [&](base::JsonValue& tree) {
            for (const base::JsonPath& key : o.keys) base::remove_payload_at(tree, key);
        });
    });
}
Status apply(PointWriter& writer, const ClearPayload& o) {
    return writer.change_payloads(o.selection, false, [](const std::string&) {
        return Result<std::string>(std::string(base::empty_payload()));
    });
}

const std::vector<PointInput>* points_of(const OperationRef& operation) {
    if (const auto* upsert = std::get_if<const UpsertPoints*>(&operation))
        return &(*upsert)->points;
    if (const auto* update = std::get_if<const UpdateVectors*>(&operation))
        return &(*update)->points;
    return nullptr;
}

}  // namespace

const std::string& collection_of(const OperationRef& operation) {
    return std::visit([](const auto* o) -> const std::string& { return o->collection; }, operation);
}

OperationRef operation_ref(const PointOperation& operation) {
    return std::visit([](const auto& o) { return OperationRef(&o); }, operation);
}

namespace {

Status check_points(const Collection& collection, const std::vector<PointInput>& points,
                    const std::string& path) {
    VectorReader reader;
    for (size_t i = 0; i < points.size(); ++i) {
        uint64_t given = 0;
        for (const NamedVector& each : points[i].vectors) {
            const std::optional<uint32_t> number = collection.find_vector(each.name);
            if (!number) {
                return collection.require_vector(each.name, vector_path(path, i, each.name))
                    .status();
            }
            if ((given >> *number & 1) != 0) {
                return Status::make_invalid(vector_path(path, i, each.name),
                                            ": the vector is given twice");
            }
            given |= uint64_t{1} << *number;
            const std::span<const float> values = reader.floats(each.data);
            // The path is only put together for an error.
            if (!check_vector(collection, *number, values, "").ok()) {
                return check_vector(collection, *number, values, vector_path(path, i, each.name));
            }
        }
    }
    return {};
}

}  // namespace

uint64_t estimate_key_bytes(const OperationRef& operation) {
    constexpr uint64_t kPointBytes = 96;  // keys of id and point, record overhead
    const std::vector<PointInput>* points = points_of(operation);
    // What payload operations write depends on what is there: the edit counts it.
    if (points == nullptr) return 0;
    uint64_t bytes = points->size() * kPointBytes;
    for (const PointInput& point : *points) bytes += point.payload.size();
    return bytes;
}

uint64_t payload_bytes(const OperationRef& operation) {
    const auto of = [](const base::JsonValue& payload, const PointSelection& selection) {
        return base::encode_payload_value(payload).size() *
               std::max<uint64_t>(1, selection.ids.size());
    };
    if (const auto* set = std::get_if<const SetPayload*>(&operation)) {
        return of((*set)->payload, (*set)->selection);
    }
    if (const auto* overwrite = std::get_if<const OverwritePayload*>(&operation)) {
        return of((*overwrite)->payload, (*overwrite)->selection);
    }
    return 0;
}

uint64_t vector_bytes(const Collection& collection, const OperationRef& operation) {
    uint64_t bytes = 0;
    const std::vector<PointInput>* points = points_of(operation);
    if (points == nullptr) return 0;
    for (const PointInput& point : *points) {
        for (const NamedVector& each : point.vectors) {
            bytes += collection.row_bytes(*collection.find_vector(each.name));
        }
    }
    return bytes;
}

Status check_operation(const Collection& collection, const OperationRef& operation,
                       const std::string& path) {
    const std::vector<PointInput>* points = points_of(operation);
    return points == nullptr ? Status() : check_points(collection, *points, path);
}

Status apply_operation(CommitEdit& edit, const OperationRef& operation, const std::string& path,
                       const Collection* checked, bool single) {
    GRAPE_ASSIGN(const CollectionView* collection, edit.find(collection_of(operation)));
    if (collection->collection.get() != checked) {
        GRAPE_TRY(check_operation(*collection->collection, operation, path));
    }
    GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*collection));
    PointWriter writer(edit, *shard, path, single);
    return std::visit([&](const auto* each) { return apply(writer, *each); }, operation);
}

}  // namespace grape::engine
