// The plain-C calls that read, and what all plain-C calls share.
#include <string>
#include <utility>

#include "capi/buffer.h"
#include "capi/guard.h"
#include "capi/handle.h"
#include "capi/simple.h"
#include "core/base/limits.h"
#include "core/engine/request/validate.h"

namespace grape::capi {

using base::Result;
using base::Status;

Status set_collection(const char* name, std::string_view field, std::string& out) {
    if (name == nullptr) return null_argument(field);
    GRAPE_TRY(engine::check_collection_name(name, field));
    out = name;
    return {};
}

Status check_alignment(const void* data, size_t alignment, std::string_view field) {
    if (reinterpret_cast<uintptr_t>(data) % alignment == 0) return {};
    return Status::make_invalid(field, ": must be aligned to ", alignment, " bytes");
}

Outcome execute(grape_db* db, const engine::Request& request) {
    auto call = Call::enter(db);
    if (!call.ok()) return {call.status(), {}};
    auto reply = call->database().execute(request);
    if (!reply.ok()) return {reply.status(), {}};
    return {Status(), std::move(reply).value()};
}

namespace {

// The reply's body as the type that the request has.
template <typename Body>
Result<Body> run(grape_db* db, engine::RequestBody request) {
    Outcome outcome = execute(db, {std::move(request), {}});
    GRAPE_TRY(outcome.status);
    auto* body = std::get_if<Body>(&outcome.reply.body);
    if (GRAPE_NEVER(body == nullptr)) return Status::make_internal("reply of another kind");
    return std::move(*body);
}

Status copy_hits(const engine::QueryReply& reply, uint64_t* ids, float* scores, size_t* found) {
    for (const engine::ScoredPoint& hit : reply.points) {
        if (hit.point.id.kind() != base::IdKind::number) {
            return Status::make_unsupported("ids: point ", hit.point.id.to_string(),
                                            " has an id that is no number; use grape_search()");
        }
    }
    for (size_t i = 0; i < reply.points.size(); i++) {
        ids[i] = reply.points[i].point.id.as_number();
        if (scores != nullptr) scores[i] = reply.points[i].score;
    }
    *found = reply.points.size();
    return {};
}

Status search(grape_db* db, const char* collection, const float* vector, uint32_t dim, size_t k,
              uint64_t* ids, float* scores, size_t* found) {
    engine::QueryPoints request;
    GRAPE_TRY(set_collection(collection, "collection", request.collection));
    if (vector == nullptr) return null_argument("vector");
    if (ids == nullptr) return null_argument("ids");
    if (found == nullptr) return null_argument("found");
    GRAPE_TRY(check_alignment(vector, alignof(float), "vector"));
    GRAPE_TRY(engine::check_dim(dim, "dim"));
    if (k == 0) return Status::make_invalid("k: must be at least 1");
    GRAPE_TRY(engine::check_count(k, base::limits::result_count_max, "k"));
    engine::VectorData data;
    data.data = vector;
    data.dim = dim;
    request.query = std::move(data);
    request.limit = k;
    GRAPE_ASSIGN(const engine::QueryReply reply, run<engine::QueryReply>(db, std::move(request)));
    return copy_hits(reply, ids, scores, found);
}

Status get_payload(grape_db* db, const char* collection, uint64_t id, grape_buffer* out) {
    engine::GetPoints request;
    GRAPE_TRY(set_collection(collection, "collection", request.collection));
    if (out == nullptr) return null_argument("out");
    request.ids.push_back(base::PointId::number(id));
    GRAPE_ASSIGN(const engine::PointsReply reply, run<engine::PointsReply>(db, std::move(request)));
    if (reply.points.empty()) {
        return Status::make_not_found("point ", id, " is not in collection '", collection, "'");
    }
    const auto& payload = reply.points[0].payload;
    std::string json;
    if (payload.has_value() && !payload->empty()) {
        base::JsonWriter writer(json);
        base::write_payload_json(base::PayloadView(*payload), writer);
    } else {
        json = "{}";
    }
    give_buffer(out, std::move(json));
    return {};
}

Status count_points(grape_db* db, const char* collection, uint64_t* count) {
    engine::CountPoints request;
    GRAPE_TRY(set_collection(collection, "collection", request.collection));
    if (count == nullptr) return null_argument("count");
    GRAPE_ASSIGN(const engine::CountReply reply, run<engine::CountReply>(db, std::move(request)));
    *count = reply.count;
    return {};
}

}  // namespace
}  // namespace grape::capi

using grape::capi::guard;

grape_status grape_search_simple(grape_db* db, const char* collection, const float* vector,
                                 uint32_t dim, size_t k, uint64_t* ids, float* scores,
                                 size_t* found, grape_error* error) noexcept {
    if (found != nullptr) *found = 0;
    return guard(error, [&] {
        return grape::capi::search(db, collection, vector, dim, k, ids, scores, found);
    });
}

grape_status grape_get_payload_simple(grape_db* db, const char* collection, uint64_t id,
                                      grape_buffer* out, grape_error* error) noexcept {
    grape::capi::clear_buffer(out);
    return guard(error, [&] { return grape::capi::get_payload(db, collection, id, out); });
}

grape_status grape_count_simple(grape_db* db, const char* collection, uint64_t* count,
                                grape_error* error) noexcept {
    if (count != nullptr) *count = 0;
    return guard(error, [&] { return grape::capi::count_points(db, collection, count); });
}
