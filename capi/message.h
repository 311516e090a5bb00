// Messages of the C ABI: what crosses it, decoded into a request, and a reply encoded again; shared
// by grape_request() and grape_submit(). Threads: pure functions, values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "capi/flatbuffers/decode.h"
#include "capi/include/grape/grape.h"
#include "core/base/memory_budget.h"
#include "core/base/result.h"
#include "core/engine/request/reply.h"
#include "core/engine/request/request.h"

namespace grape::capi {

// The caller's: borrowed.
struct Message {
    uint32_t encoding;
    const void* data;
    size_t size;
    const grape_blob* blobs;
    size_t blob_count;
};

// A request and what it points into; stays where it was decoded. Of the caller's it points only
// into the data of blobs and, when the message outlives it, into the message.
struct Decoded {
    base::MemoryHold memory;  // of what is decoded
    std::vector<engine::RequestBlob> blobs;
    AlignedMessage aligned;
    std::vector<uint64_t> copy;  // of a message that may end first
    engine::Request request;
};

enum class MessageLife { outlives_request, may_end_first };

// `out.memory` grows by what the request will take before it is decoded: Code::nomem.
base::Status decode(const Message& message, MessageLife life, Decoded& out);
// Of a write that is done a failure for lack of memory gives Code::unknown_outcome: it must not be
// reported as one that did not happen. `out` is clear.
base::Status encode_or_say_done(const engine::Reply& reply, uint32_t encoding, grape_buffer* out);

}  // namespace grape::capi
