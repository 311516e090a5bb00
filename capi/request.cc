// grape_request and its thin forms: decode, run, encode.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "capi/buffer.h"
#include "capi/flatbuffers/decode.h"
#include "capi/flatbuffers/encode.h"
#include "capi/guard.h"
#include "capi/handle.h"
#include "core/base/limits.h"
#include "core/engine/request/request_json.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::Result;
using base::Status;

struct Message {
    uint32_t encoding;
    const void* data;
    size_t size;
    const grape_blob* blobs;
    size_t blob_count;
};

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

Result<std::vector<engine::RequestBlob>> copy_blobs(const grape_blob* blobs, size_t count) {
    if (blobs == nullptr && count != 0) return null_argument("blobs");
    GRAPE_TRY(engine::check_count(count, base::limits::blobs_per_request_max, "blobs"));
    std::vector<engine::RequestBlob> copy(count);
    for (size_t i = 0; i < count; i++) {
        copy[i].data = blobs[i].data;
        copy[i].type = static_cast<engine::BlobType>(blobs[i].type);
        copy[i].rows = blobs[i].rows;
        copy[i].dim = blobs[i].dim;
        copy[i].stride_bytes = blobs[i].stride_bytes;
    }
    GRAPE_TRY(engine::check_blobs(copy));
    return copy;
}

// The message and what it points into; both live as long as the call.
struct Decoded {
    std::vector<engine::RequestBlob> blobs;
    AlignedMessage aligned;
    engine::Request request;
};

Status decode(const Message& message, Decoded& out) {
    if (message.data == nullptr) return null_argument("request");
    GRAPE_ASSIGN(out.blobs, copy_blobs(message.blobs, message.blob_count));
    const std::string_view bytes(static_cast<const char*>(message.data), message.size);
    if (message.encoding == GRAPE_JSON) {
        GRAPE_ASSIGN(out.request, engine::decode_request_json(bytes, out.blobs));
        return {};
    }
    if (message.encoding == GRAPE_FLATBUFFERS) {
        GRAPE_TRY(out.aligned.set(bytes));
        GRAPE_ASSIGN(out.request, decode_request_flatbuffers(out.aligned.bytes(), out.blobs));
        return {};
    }
    return Status::make_invalid("encoding: ", message.encoding,
                                " is neither GRAPE_JSON nor GRAPE_FLATBUFFERS");
}

Status encode(const engine::Reply& reply, uint32_t encoding, grape_buffer* out) {
    if (encoding == GRAPE_JSON) {
        give_buffer(out, engine::encode_reply_json(reply));
        return {};
    }
    GRAPE_ASSIGN(std::string bytes, encode_reply_flatbuffers(reply));
    give_buffer(out, std::move(bytes));
    return {};
}

// A write that is done must not be reported as one that did not happen.
Status encode_or_say_done(const engine::Reply& reply, uint32_t encoding, grape_buffer* out) {
    const auto* write = std::get_if<engine::WriteReply>(&reply.body);
    if (write == nullptr) return encode(reply, encoding, out);
    try {
        return encode(reply, encoding, out);
    } catch (const std::bad_alloc&) {
        return Status::make_unknown_outcome("done, no memory for the reply");
    }
}

grape_status run(grape_db* db, const Message& message, const Kind& kind, grape_buffer* out,
                 grape_error* error) noexcept {
    clear_buffer(out);
    return guard(error, [&]() -> Status {
        GRAPE_ASSIGN(const Call call, Call::enter(db));
        Decoded decoded;
        GRAPE_TRY(decode(message, decoded));
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
