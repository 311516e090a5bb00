#include "capi/message.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

#include "capi/buffer.h"
#include "capi/flatbuffers/encode.h"
#include "capi/guard.h"
#include "core/base/limits.h"
#include "core/engine/request/request_json.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::Result;
using base::Status;

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

// Inline vectors of a FlatBuffers message stay in it, all else of a request is its own.
Status decode_flatbuffers(std::string_view message, MessageLife life, Decoded& out) {
    GRAPE_TRY(out.aligned.set(message));
    if (life == MessageLife::may_end_first) {
        const auto bytes = out.aligned.bytes();
        out.copy.resize((bytes.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
        if (!bytes.empty()) std::memcpy(out.copy.data(), bytes.data(), bytes.size());
        GRAPE_TRY(out.aligned.set({reinterpret_cast<const char*>(out.copy.data()), bytes.size()}));
    }
    GRAPE_ASSIGN(out.request, decode_request_flatbuffers(out.aligned.bytes(), out.blobs));
    return {};
}

// About what a decoded request takes: numbers of JSON become values of 16 bytes in arrays that grow
// by doubling; rows of ids in a blob become points.
uint64_t decoded_bytes(const Message& message, MessageLife life) {
    constexpr uint64_t kValueBytes = 40, kRowBytes = 256;
    const std::string_view bytes(static_cast<const char*>(message.data), message.size);
    uint64_t total = 2 * uint64_t{bytes.size()};
    if (message.encoding == GRAPE_JSON) {
        total += kValueBytes * static_cast<uint64_t>(std::count(bytes.begin(), bytes.end(), ','));
    } else if (life == MessageLife::may_end_first) {
        total += bytes.size();
    }
    uint64_t rows = 0;
    for (size_t i = 0; i < message.blob_count; ++i) rows = std::max(rows, message.blobs[i].rows);
    return total + kRowBytes * std::min<uint64_t>(rows, base::limits::points_per_request_max);
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

}  // namespace

Status decode(const Message& message, MessageLife life, Decoded& out) {
    if (message.data == nullptr) return null_argument("request");
    GRAPE_ASSIGN(out.blobs, copy_blobs(message.blobs, message.blob_count));
    GRAPE_TRY(out.memory.grow(decoded_bytes(message, life), "request"));
    const std::string_view bytes(static_cast<const char*>(message.data), message.size);
    if (message.encoding == GRAPE_JSON) {
        GRAPE_ASSIGN(out.request, engine::decode_request_json(bytes, out.blobs));
        return {};
    }
    if (message.encoding == GRAPE_FLATBUFFERS) return decode_flatbuffers(bytes, life, out);
    return Status::make_invalid("encoding: ", message.encoding,
                                " is neither GRAPE_JSON nor GRAPE_FLATBUFFERS");
}

Status encode_or_say_done(const engine::Reply& reply, uint32_t encoding, grape_buffer* out) {
    const auto* write = std::get_if<engine::WriteReply>(&reply.body);
    if (write == nullptr) return encode(reply, encoding, out);
    try {
        return encode(reply, encoding, out);
    } catch (const std::bad_alloc&) {
        return Status::make_unknown_outcome("done, no memory for the reply");
    }
}

}  // namespace grape::capi
