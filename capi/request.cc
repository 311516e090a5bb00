// grape_request and its thin forms: decode, run, encode.
#include <variant>

#include "capi/buffer.h"
#include "capi/guard.h"
#include "capi/handle.h"
#include "capi/message.h"

namespace grape::capi {
namespace {

using base::Status;

// Which requests a thin form takes, and how its refusal names them.
struct Kind {
    bool (*accepts)(const engine::RequestBody& body);
    const char* name;
};

bool any_request(const engine::RequestBody&) {
    return true;
}

template <typename... Bodies>
bool one_of(const engine::RequestBody& body) {
    return (std::holds_alternative<Bodies>(body) || ...);
}

grape_status run(grape_db* db, const Message& message, const Kind& kind, grape_buffer* out,
                 grape_error* error) noexcept {
    clear_buffer(out);
    return guard(error, [&]() -> Status {
        GRAPE_ASSIGN(const Call call, Call::enter(db));
        Decoded decoded;
        decoded.memory = call.database().hold_memory();
        GRAPE_TRY(decode(message, MessageLife::outlives_request, decoded));
        if (!kind.accepts(decoded.request.body)) {
            return Status::make_invalid("request: this function takes only ", kind.name,
                                        "; use grape_request()");
        }
        GRAPE_ASSIGN(const engine::Reply reply, call.database().execute(decoded.request));
        return out == nullptr ? Status() : encode_or_say_done(reply, message.encoding, out);
    });
}

}  // namespace
}  // namespace grape::capi

namespace {
namespace capi = grape::capi;
namespace engine = grape::engine;
}  // namespace

grape_status grape_request(grape_db* db, uint32_t encoding, const void* request,
                           size_t request_bytes, const grape_blob* blobs, size_t blob_count,
                           grape_buffer* out, grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::any_request, "any request"}, out, error);
}

grape_status grape_upsert(grape_db* db, uint32_t encoding, const void* request,
                          size_t request_bytes, const grape_blob* blobs, size_t blob_count,
                          grape_buffer* out, grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::one_of<engine::UpsertPoints>, "upsert_points"}, out, error);
}

grape_status grape_search(grape_db* db, uint32_t encoding, const void* request,
                          size_t request_bytes, const grape_blob* blobs, size_t blob_count,
                          grape_buffer* out, grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::one_of<engine::QueryPoints, engine::QueryBatch>,
                      "query_points and query_batch_points"},
                     out, error);
}

grape_status grape_get(grape_db* db, uint32_t encoding, const void* request, size_t request_bytes,
                       const grape_blob* blobs, size_t blob_count, grape_buffer* out,
                       grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::one_of<engine::GetPoints>, "get_points"}, out, error);
}

grape_status grape_delete(grape_db* db, uint32_t encoding, const void* request,
                          size_t request_bytes, const grape_blob* blobs, size_t blob_count,
                          grape_buffer* out, grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::one_of<engine::DeletePoints>, "delete_points"}, out, error);
}

grape_status grape_count(grape_db* db, uint32_t encoding, const void* request, size_t request_bytes,
                         const grape_blob* blobs, size_t blob_count, grape_buffer* out,
                         grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::one_of<engine::CountPoints>, "count_points"}, out, error);
}

grape_status grape_scroll(grape_db* db, uint32_t encoding, const void* request,
                          size_t request_bytes, const grape_blob* blobs, size_t blob_count,
                          grape_buffer* out, grape_error* error) noexcept {
    return capi::run(db, {encoding, request, request_bytes, blobs, blob_count},
                     {capi::one_of<engine::ScrollPoints>, "scroll_points"}, out, error);
}
