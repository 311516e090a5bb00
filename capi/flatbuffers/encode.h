// Engine replies as FlatBuffers messages. Threads: pure functions.
#pragma once

#include <string>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/engine/request/reply.h"

namespace grape::capi {

// Code::limit when the message would be larger than `bytes_max`.
base::Result<std::string> encode_reply_flatbuffers(
    const engine::Reply& reply, size_t bytes_max = base::limits::message_bytes_max);

}  // namespace grape::capi
