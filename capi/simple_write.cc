// The plain-C calls that write. They fill the same engine requests as the decoders of messages.
#include <string>
#include <utility>

#include "capi/guard.h"
#include "capi/simple.h"
#include "core/base/limits.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
namespace limits = base::limits;

Status create(grape_db* db, const char* name, uint32_t dim, int32_t distance) {
    engine::CreateCollection request;
    GRAPE_TRY(set_collection(name, "name", request.collection));
    GRAPE_TRY(engine::check_dim(dim, "dim"));
    if (distance < GRAPE_COSINE || distance > GRAPE_MANHATTAN) {
        return Status::make_invalid("distance: ", distance,
                                    " is none of GRAPE_COSINE, GRAPE_DOT, GRAPE_EUCLID, "
                                    "GRAPE_MANHATTAN");
    }
    engine::VectorParams params;
    params.size = dim;
    params.distance = static_cast<vector::Distance>(distance);
    request.config.vectors.push_back(std::move(params));
    return execute(db, {std::move(request), {}}).status;
}

Status drop(grape_db* db, const char* name) {
    engine::DeleteCollection request;
    GRAPE_TRY(set_collection(name, "name", request.collection));
    Outcome outcome = execute(db, {std::move(request), {}});
    GRAPE_TRY(outcome.status);
    const auto* write = std::get_if<engine::WriteReply>(&outcome.reply.body);
    if (write != nullptr && !write->existed) {
        return Status::make_not_found("collection '", name, "' is not there");
    }
    return {};
}

Result<std::string> payload_of(const char* json, size_t index) {
    if (json == nullptr) return std::string();
    const std::string field = cat("payloads_json[", index, "]");
    return base::encode_payload_text(json, field);
}

Status fill_points(const uint64_t* ids, const float* vectors, size_t count, uint32_t dim,
                   const char* const* payloads, engine::UpsertPoints& request) {
    request.points.resize(count);
    for (size_t i = 0; i < count; i++) {
        engine::PointInput& point = request.points[i];
        point.id = base::PointId::number(ids[i]);
        engine::NamedVector& vector = point.vectors.emplace_back();
        vector.data.data = vectors + i * dim;
        vector.data.dim = dim;
        if (payloads == nullptr) continue;
        GRAPE_ASSIGN(point.payload, payload_of(payloads[i], i));
    }
    return {};
}

Status upsert(grape_db* db, const char* collection, const uint64_t* ids, const float* vectors,
              size_t count, uint32_t dim, const char* const* payloads) {
    engine::UpsertPoints request;
    GRAPE_TRY(set_collection(collection, "collection", request.collection));
    GRAPE_TRY(engine::check_dim(dim, "dim"));
    GRAPE_TRY(engine::check_count(count, limits::points_per_request_max, "count"));
    if (ids == nullptr && count != 0) return null_argument("ids");
    if (vectors == nullptr && count != 0) return null_argument("vectors");
    GRAPE_TRY(check_alignment(vectors, alignof(float), "vectors"));
    GRAPE_TRY(check_alignment(ids, alignof(uint64_t), "ids"));
    GRAPE_TRY(fill_points(ids, vectors, count, dim, payloads, request));
    return execute(db, {std::move(request), {}}).status;
}

Status remove(grape_db* db, const char* collection, const uint64_t* ids, size_t count) {
    engine::DeletePoints request;
    GRAPE_TRY(set_collection(collection, "collection", request.collection));
    GRAPE_TRY(engine::check_count(count, limits::points_per_request_max, "count"));
    if (ids == nullptr && count != 0) return null_argument("ids");
    GRAPE_TRY(check_alignment(ids, alignof(uint64_t), "ids"));
    request.selection.ids.reserve(count);
    for (size_t i = 0; i < count; i++) {
        request.selection.ids.push_back(base::PointId::number(ids[i]));
    }
    return execute(db, {std::move(request), {}}).status;
}

}  // namespace
}  // namespace grape::capi

using grape::capi::guard;

grape_status grape_create_collection_simple(grape_db* db, const char* name, uint32_t dim,
                                            int32_t distance, grape_error* error) noexcept {
    return guard(error, [&] { return grape::capi::create(db, name, dim, distance); });
}

grape_status grape_drop_collection_simple(grape_db* db, const char* name,
                                          grape_error* error) noexcept {
    return guard(error, [&] { return grape::capi::drop(db, name); });
}

grape_status grape_upsert_simple(grape_db* db, const char* collection, const uint64_t* ids,
                                 const float* vectors, size_t count, uint32_t dim,
                                 const char* const* payloads_json, grape_error* error) noexcept {
    return guard(error, [&] {
        return grape::capi::upsert(db, collection, ids, vectors, count, dim, payloads_json);
    });
}

grape_status grape_delete_simple(grape_db* db, const char* collection, const uint64_t* ids,
                                 size_t count, grape_error* error) noexcept {
    return guard(error, [&] { return grape::capi::remove(db, collection, ids, count); });
}
