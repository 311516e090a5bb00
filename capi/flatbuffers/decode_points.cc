#include <utility>

#include "capi/flatbuffers/decode_requests.h"
#include "core/base/limits.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
using engine::PointOperation;
namespace limits = base::limits;

using Points = flatbuffers::Vector<flatbuffers::Offset<fb::PointInput>>;

Result<engine::PointInput> decode_point(Context& context, const fb::PointInput& in,
                                        const std::string& field) {
    engine::PointInput point;
    GRAPE_ASSIGN(point.id, decode_id(context, in.id(), cat(field, ".id")));
    GRAPE_ASSIGN(point.vectors, decode_vectors(context, in.vectors(), cat(field, ".vector")));
    GRAPE_ASSIGN(point.payload, decode_payload(context, in.payload(), cat(field, ".payload")));
    if (in.if_version().has_value()) point.if_version = *in.if_version();
    return point;
}

Result<std::vector<engine::PointInput>> decode_points(Context& context, const Points* in) {
    if (in == nullptr) return Status::make_invalid("points: is missing");
    GRAPE_TRY(take_points(context, in->size(), "points"));
    std::vector<engine::PointInput> points;
    points.reserve(in->size());
    for (uint32_t i = 0; i < in->size(); i++) {
        GRAPE_ASSIGN(auto point, decode_point(context, *in->Get(i), cat("points[", i, "]")));
        points.push_back(std::move(point));
    }
    return points;
}

Status add_vector_column(const Context& context, const fb::VectorColumn& column,
                         const std::string& field, std::vector<engine::PointInput>& points) {
    GRAPE_TRY(engine::check_vector_name(view(column.name()), cat(field, ".name")));
    if (column.blob() == nullptr) return Status::make_invalid(field, ".blob: is missing");
    const uint32_t blob = column.blob()->blob();
    GRAPE_ASSIGN(const uint64_t rows, engine::rows_of_blob(context.blobs, blob, field));
    if (rows != points.size()) {
        return Status::make_invalid(field, ": ", rows, " rows for ", points.size(), " ids");
    }
    for (size_t i = 0; i < points.size(); i++) {
        engine::NamedVector& named = points[i].vectors.emplace_back();
        named.name = view(column.name());
        GRAPE_ASSIGN(named.data, engine::vector_of_blob(context.blobs, blob, i, field));
    }
    return {};
}

Status add_payload_column(Context& context, const Texts* payloads,
                          std::vector<engine::PointInput>& points) {
    if (payloads == nullptr) return {};
    if (payloads->size() != points.size()) {
        return Status::make_invalid("batch.payloads: ", payloads->size(), " payloads for ",
                                    points.size(), " ids");
    }
    for (uint32_t i = 0; i < payloads->size(); i++) {
        GRAPE_ASSIGN(points[i].payload, decode_payload(context, payloads->Get(i)->text(),
                                                       cat("batch.payloads[", i, "]")));
    }
    return {};
}

constexpr uint64_t kNoVersion = UINT64_MAX;

Status add_version_column(const flatbuffers::Vector<uint64_t>* versions,
                          std::vector<engine::PointInput>& points) {
    if (versions == nullptr) return {};
    if (versions->size() != points.size()) {
        return Status::make_invalid("batch.if_versions: ", versions->size(), " versions for ",
                                    points.size(), " ids");
    }
    for (uint32_t i = 0; i < versions->size(); i++) {
        if (versions->Get(i) != kNoVersion) points[i].if_version = versions->Get(i);
    }
    return {};
}

Result<std::vector<engine::PointInput>> decode_columns(Context& context,
                                                       const fb::PointColumns& in) {
    GRAPE_ASSIGN(auto ids, decode_ids(context, in.ids(), "batch.ids"));
    std::vector<engine::PointInput> points(ids.size());
    for (size_t i = 0; i < ids.size(); i++) points[i].id = std::move(ids[i]);
    if (in.vectors() != nullptr) {
        GRAPE_TRY(engine::check_count(in.vectors()->size(), limits::vectors_per_collection_max,
                                      "batch.vectors"));
        for (uint32_t i = 0; i < in.vectors()->size(); i++) {
            GRAPE_TRY(add_vector_column(context, *in.vectors()->Get(i),
                                        cat("batch.vectors[", i, "]"), points));
        }
    }
    for (size_t i = 0; i < points.size(); i++) {
        GRAPE_TRY(engine::finish_vectors(points[i].vectors, "batch.vectors"));
    }
    GRAPE_TRY(add_payload_column(context, in.payloads(), points));
    GRAPE_TRY(add_version_column(in.if_versions(), points));
    return points;
}

}  // namespace

Result<PointOperation> decode(Context& context, const fb::UpsertPoints& in,
                              std::string_view batch) {
    engine::UpsertPoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    if (in.columns() != nullptr && in.points() != nullptr) {
        return Status::make_invalid("points: stands beside columns; only one of both");
    }
    GRAPE_ASSIGN(out.points, in.columns() != nullptr ? decode_columns(context, *in.columns())
                                                     : decode_points(context, in.points()));
    GRAPE_TRY(engine::check_conditions(out.points, in.columns() != nullptr ? "batch" : "points"));
    switch (in.mode()) {
        case fb::UpdateMode::UPSERT:
            out.mode = engine::UpdateMode::upsert;
            break;
        case fb::UpdateMode::INSERT_ONLY:
            out.mode = engine::UpdateMode::insert_only;
            break;
        case fb::UpdateMode::UPDATE_ONLY:
            out.mode = engine::UpdateMode::update_only;
            break;
        default:
            return unknown_member(static_cast<uint32_t>(in.mode()), "update_mode");
    }
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::DeletePoints& in,
                              std::string_view batch) {
    engine::DeletePoints out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.selection, decode_selection(context, in.selection()));
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::UpdateVectors& in,
                              std::string_view batch) {
    engine::UpdateVectors out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.points, decode_points(context, in.points()));
    GRAPE_TRY(engine::check_conditions(out.points, "points"));
    for (size_t i = 0; i < out.points.size(); i++) {
        if (!out.points[i].payload.empty()) {
            return Status::make_invalid("points[", i, "].payload: not with update_vectors");
        }
    }
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::DeleteVectors& in,
                              std::string_view batch) {
    engine::DeleteVectors out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.selection, decode_selection(context, in.selection()));
    if (in.names() == nullptr) return Status::make_invalid("vector: is missing");
    GRAPE_ASSIGN(out.names, decode_vector_names(context, in.names(), "vector"));
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::SetPayload& in, std::string_view batch) {
    engine::SetPayload out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.selection, decode_selection(context, in.selection()));
    if (in.payload() == nullptr) return Status::make_invalid("payload: is missing");
    GRAPE_ASSIGN(out.payload, decode_stored_object(context, in.payload(), "payload"));
    if (in.key() != nullptr) {
        GRAPE_ASSIGN(const std::string key, copy_text(context, in.key(), "key"));
        GRAPE_ASSIGN(out.key, base::JsonPath::parse(key, "key"));
    }
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::OverwritePayload& in,
                              std::string_view batch) {
    engine::OverwritePayload out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.selection, decode_selection(context, in.selection()));
    if (in.payload() == nullptr) return Status::make_invalid("payload: is missing");
    GRAPE_ASSIGN(out.payload, decode_stored_object(context, in.payload(), "payload"));
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::DeletePayload& in,
                              std::string_view batch) {
    engine::DeletePayload out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.selection, decode_selection(context, in.selection()));
    if (in.keys() == nullptr) return Status::make_invalid("keys: is missing");
    GRAPE_ASSIGN(out.keys, decode_paths(context, in.keys(), "keys"));
    return PointOperation(std::move(out));
}

Result<PointOperation> decode(Context& context, const fb::ClearPayload& in,
                              std::string_view batch) {
    engine::ClearPayload out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), batch));
    GRAPE_ASSIGN(out.selection, decode_selection(context, in.selection()));
    return PointOperation(std::move(out));
}

namespace {

Result<PointOperation> decode_change(Context& context, const fb::PointOperation& in,
                                     std::string_view batch, std::string_view field) {
    if (const auto* change = in.change_as_UpsertPoints()) return decode(context, *change, batch);
    if (const auto* change = in.change_as_DeletePoints()) return decode(context, *change, batch);
    if (const auto* change = in.change_as_UpdateVectors()) return decode(context, *change, batch);
    if (const auto* change = in.change_as_DeleteVectors()) return decode(context, *change, batch);
    if (const auto* change = in.change_as_SetPayload()) return decode(context, *change, batch);
    if (const auto* change = in.change_as_OverwritePayload()) {
        return decode(context, *change, batch);
    }
    if (const auto* change = in.change_as_DeletePayload()) return decode(context, *change, batch);
    if (const auto* change = in.change_as_ClearPayload()) return decode(context, *change, batch);
    const auto kind = static_cast<uint32_t>(in.change_type());
    const bool known = kind <= static_cast<uint32_t>(fb::PointChange::MAX);
    return unknown_member(known ? 0 : kind, field);
}

}  // namespace

Result<engine::RequestBody> decode(Context& context, const fb::BatchUpdate& in) {
    engine::BatchUpdate out;
    if (in.operations() == nullptr) return Status::make_invalid("operations: is missing");
    const uint32_t count = in.operations()->size();
    GRAPE_TRY(engine::check_count(count, limits::operations_per_batch_max, "operations"));
    out.operations.reserve(count);
    for (uint32_t i = 0; i < count; i++) {
        const std::string field = cat("operations[", i, "]");
        auto operation =
            decode_change(context, *in.operations()->Get(i), view(in.collection()), field);
        if (!operation.ok()) return operation.status().with_context(field);
        out.operations.push_back(std::move(operation).value());
    }
    return engine::RequestBody(std::move(out));
}

}  // namespace grape::capi
