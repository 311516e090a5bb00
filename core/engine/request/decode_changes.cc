// Operations on points that are named by their ids or by a filter, and lists of operations.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/decode_filter.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;

namespace {

// Which points: `points` and `if_version` of the body, or its `filter`.
Result<PointSelection> read_selection(const JsonValue& body, const Place& at,
                                      const Context& context) {
    PointSelection selection;
    GRAPE_ASSIGN(selection.if_version, read_version(body, at));
    const JsonValue* points = find_member(body, "points");
    const JsonValue* filter = find_member(body, "filter");
    if (filter != nullptr) {
        if (points != nullptr) {
            return Status::make_invalid(at.say("points and filter: give one of them, not both"));
        }
        if (selection.if_version) {
            return Status::make_invalid(Place(at, "if_version").say("is only for points by id"));
        }
        // One without conditions is kept: it means every point, and not none.
        GRAPE_ASSIGN(selection.filter, read_filter(*filter, Place(at, "filter"), context));
        return selection;
    }
    if (points == nullptr) {
        return Status::make_invalid(at.say("one of points and filter is required"));
    }
    GRAPE_ASSIGN(selection.ids, read_ids(*points, Place(at, "points"), context));
    return selection;
}

// The payload of a change. It is kept as a tree, but has the limits of a stored one.
Result<JsonValue> read_payload(const JsonValue& body, const Place& at) {
    GRAPE_ASSIGN(const JsonValue* payload, require_member(body, "payload", at));
    GRAPE_TRY(base::encode_payload(*payload, Place(at, "payload").text()).status());
    return *payload;
}

template <typename Operation, auto Decode>
Result<PointOperation> as_operation(const JsonValue& body, const Place& at,
                                    const Context& context) {
    GRAPE_ASSIGN(Operation operation, Decode(body, at, context));
    return PointOperation(std::move(operation));
}

struct OperationKind {
    std::string_view name;
    Result<PointOperation> (*decode)(const JsonValue&, const Place&, const Context&);
};

constexpr OperationKind kOperations[] = {
    {"upsert", as_operation<UpsertPoints, decode_upsert_points>},
    {"delete", as_operation<DeletePoints, decode_delete_points>},
    {"update_vectors", as_operation<UpdateVectors, decode_update_vectors>},
    {"delete_vectors", as_operation<DeleteVectors, decode_delete_vectors>},
    {"set_payload", as_operation<SetPayload, decode_set_payload>},
    {"overwrite_payload", as_operation<OverwritePayload, decode_overwrite_payload>},
    {"delete_payload", as_operation<DeletePayload, decode_delete_payload>},
    {"clear_payload", as_operation<ClearPayload, decode_clear_payload>},
};

Result<PointOperation> read_operation(const JsonValue& value, const Place& at,
                                      const Context& context) {
    GRAPE_TRY(check_members(value, at,
                            {"upsert", "delete", "update_vectors", "delete_vectors", "set_payload",
                             "overwrite_payload", "delete_payload", "clear_payload"}));
    if (value.members().size() != 1) {
        return Status::make_invalid(at.say("expected one operation, got ", value.members().size()));
    }
    const auto& [name, body] = value.members()[0];
    for (const OperationKind& kind : kOperations) {
        if (kind.name == name) return kind.decode(body, Place(at, name), context);
    }
    return Status::make_internal("an operation of a batch has no decoder");
}

}  // namespace

Result<DeletePoints> decode_delete_points(const JsonValue& body, const Place& at,
                                          const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "points", "filter", "if_version"},
                            {"shard_key"}, Options::write));
    DeletePoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.selection, read_selection(body, at, context));
    return out;
}

Result<DeleteVectors> decode_delete_vectors(const JsonValue& body, const Place& at,
                                            const Context& context) {
    GRAPE_TRY(check_members(body, at,
                            {"collection_name", "points", "filter", "vector", "if_version"},
                            {"shard_key"}, Options::write));
    DeleteVectors out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.selection, read_selection(body, at, context));
    GRAPE_ASSIGN(const JsonValue* names, require_member(body, "vector", at));
    GRAPE_ASSIGN(out.names, read_vector_names(*names, Place(at, "vector")));
    return out;
}

Result<SetPayload> decode_set_payload(const JsonValue& body, const Place& at,
                                      const Context& context) {
    GRAPE_TRY(check_members(body, at,
                            {"collection_name", "payload", "points", "filter", "key", "if_version"},
                            {"shard_key"}, Options::write));
    SetPayload out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.selection, read_selection(body, at, context));
    GRAPE_ASSIGN(out.payload, read_payload(body, at));
    if (const JsonValue* key = find_member(body, "key")) {
        GRAPE_ASSIGN(out.key, read_path(*key, Place(at, "key")));
    }
    return out;
}

Result<OverwritePayload> decode_overwrite_payload(const JsonValue& body, const Place& at,
                                                  const Context& context) {
    GRAPE_TRY(check_members(body, at,
                            {"collection_name", "payload", "points", "filter", "if_version"},
                            {"shard_key", "key"}, Options::write));
    OverwritePayload out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.selection, read_selection(body, at, context));
    GRAPE_ASSIGN(out.payload, read_payload(body, at));
    return out;
}

Result<DeletePayload> decode_delete_payload(const JsonValue& body, const Place& at,
                                            const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "keys", "points", "filter", "if_version"},
                            {"shard_key"}, Options::write));
    DeletePayload out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.selection, read_selection(body, at, context));
    GRAPE_ASSIGN(const JsonValue* keys, require_member(body, "keys", at));
    GRAPE_ASSIGN(out.keys, read_paths(*keys, Place(at, "keys")));
    return out;
}

Result<ClearPayload> decode_clear_payload(const JsonValue& body, const Place& at,
                                          const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "points", "filter", "if_version"},
                            {"shard_key"}, Options::write));
    ClearPayload out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.selection, read_selection(body, at, context));
    return out;
}

Result<BatchUpdate> decode_batch_update(const JsonValue& body, const Place& at,
                                        const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "operations"}, {}, Options::write));
    std::string collection;
    Context inner{context.blobs, nullptr};
    if (find_member(body, "collection_name") != nullptr) {
        GRAPE_ASSIGN(collection, read_collection(body, at, context));
        inner.batch_collection = &collection;
    }
    GRAPE_ASSIGN(const JsonValue* operations, require_member(body, "operations", at));
    const Place here(at, "operations");
    GRAPE_TRY(expect_kind(*operations, JsonKind::array, here));
    const size_t count = operations->items().size();
    GRAPE_TRY(check_count(count, base::limits::operations_per_batch_max, here.text()));
    BatchUpdate out;
    out.operations.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        GRAPE_ASSIGN(auto operation, read_operation(operations->items()[i], Place(here, i), inner));
        out.operations.push_back(std::move(operation));
    }
    return out;
}

}  // namespace grape::engine
