#include "core/engine/transaction_points.h"

#include "core/engine/shard_rows.h"
#include "core/engine/vector_input.h"

namespace grape::engine {

using base::PointId;
using base::Result;

namespace {

constexpr uint64_t kIdBytes = 64;  // in the list of a selection and in the read set

std::vector<PointInput>* inputs_of(PointOperation& operation) {
    if (auto* upsert = std::get_if<UpsertPoints>(&operation)) return &upsert->points;
    if (auto* update = std::get_if<UpdateVectors>(&operation)) return &update->points;
    return nullptr;
}

// The selection of an operation that has one.
struct SelectionOf {
    template <typename Operation>
    auto* operator()(Operation& operation) const {
        if constexpr (requires { operation.selection; }) {
            return &operation.selection;
        } else {
            return static_cast<std::conditional_t<std::is_const_v<Operation>, const PointSelection*,
                                                  PointSelection*>>(nullptr);
        }
    }
};

uint64_t input_bytes(const std::vector<PointInput>& points) {
    uint64_t bytes = 0;
    for (const PointInput& point : points) {
        bytes += 2 * kIdBytes + point.payload.size();
        for (const NamedVector& each : point.vectors) {
            bytes += kIdBytes + sizeof(float) * each.data.dim;
        }
    }
    return bytes;
}

struct Bytes {
    Result<uint64_t> operator()(const UpsertPoints* o) const { return input_bytes(o->points); }
    Result<uint64_t> operator()(const UpdateVectors* o) const { return input_bytes(o->points); }
    Result<uint64_t> operator()(const SetPayload* o) const {
        return with_payload(o->selection, o->payload);
    }
    Result<uint64_t> operator()(const OverwritePayload* o) const {
        return with_payload(o->selection, o->payload);
    }
    Result<uint64_t> operator()(const DeletePayload* o) const {
        return selected(o->selection) + kIdBytes * o->keys.size();
    }
    template <typename Other>
    Result<uint64_t> operator()(const Other* o) const {
        return selected(o->selection);
    }

    static uint64_t selected(const PointSelection& selection) {
        const uint64_t values = selection.filter == nullptr ? 0 : filter_values(*selection.filter);
        return kIdBytes * (1 + values + selection.ids.size());
    }
    static Result<uint64_t> with_payload(const PointSelection& selection,
                                         const base::JsonValue& payload) {
        GRAPE_ASSIGN(const std::string encoded, base::encode_payload(payload, "payload"));
        return selected(selection) + encoded.size();
    }
};

// What earlier requests of the group have written is seen, too.
class EditPointsAt final : public PointsAt, public PointStore {
  public:
    EditPointsAt(CommitEdit& edit, const CollectionView& collection,
                 const std::shared_ptr<const ShardView>& shard)
        : edit_(edit) {
        shard_.collection = collection.collection;
        shard_.view = std::make_shared<ShardView>(*shard);
        shard_.change.shard = collection.collection->shard();
        rows_ = std::make_unique<ShardRows>(*shard_.collection, *shard_.view, *this, nullptr,
                                            edit.commit() - 1);
    }
    const query::RowSource& rows() const override { return *rows_; }

  private:
    Result<std::optional<uint32_t>> find_row(const PointId& id) const override {
        return edit_.find_row(shard_, id);
    }
    Result<std::string> payload(uint32_t row) const override { return edit_.payload(shard_, row); }

    CommitEdit& edit_;
    ShardEdit shard_;
    std::unique_ptr<ShardRows> rows_;
};

}  // namespace

PointOperation own_operation(const OperationRef& operation) {
    PointOperation out = std::visit([](const auto* o) { return PointOperation(*o); }, operation);
    std::vector<PointInput>* points = inputs_of(out);
    if (points == nullptr) return out;
    VectorReader reader;
    for (PointInput& point : *points) {
        for (NamedVector& each : point.vectors) {
            if (each.data.owned != nullptr) continue;
            const std::span<const float> values = reader.floats(each.data);
            auto owned = std::make_shared<const std::vector<float>>(values.begin(), values.end());
            each.data = {owned->data(), vector::Datatype::f32, each.data.dim, owned};
        }
    }
    return out;
}

Result<uint64_t> buffered_bytes(const OperationRef& operation) {
    return std::visit(Bytes(), operation);
}

void points_of_operation(const PointOperation& operation, std::vector<PointId>* ids,
                         FilterPtr* filter) {
    if (const PointSelection* selection = std::visit(SelectionOf(), operation)) {
        *ids = selection->ids;
        *filter = selection->filter;
        return;
    }
    const std::vector<PointInput>* points = inputs_of(const_cast<PointOperation&>(operation));
    for (const PointInput& point : *points) ids->push_back(point.id);
}

void drop_conditions(PointOperation& operation) {
    if (PointSelection* selection = std::visit(SelectionOf(), operation)) {
        selection->if_version.reset();
        return;
    }
    for (PointInput& point : *inputs_of(operation)) point.if_version.reset();
}

OpenPoints points_of_edit(CommitEdit& edit) {
    return [&edit](const Collection& collection) -> Result<std::unique_ptr<PointsAt>> {
        GRAPE_ASSIGN(const CollectionView* found, edit.find(collection.name()));
        GRAPE_ASSIGN(const std::shared_ptr<const ShardView> shard, found->shard->get());
        return std::unique_ptr<PointsAt>(std::make_unique<EditPointsAt>(edit, *found, shard));
    };
}

}  // namespace grape::engine
