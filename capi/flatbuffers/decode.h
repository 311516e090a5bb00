// FlatBuffers requests into engine requests: the message is verified once, here, then copied out,
// but for inline vectors, which stay where they are. The checks are those of the JSON decoder
// (core/engine/request/validate.h). Threads: pure functions; an AlignedMessage is a value.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/engine/request/request.h"

namespace grape::capi {

// A message whose first byte is aligned to 8: the caller's own, or a copy where it is not.
class AlignedMessage {
  public:
    // Code::limit before anything is copied when the message is too large.
    base::Status set(std::string_view message);
    std::span<const uint8_t> bytes() const { return bytes_; }

  private:
    std::vector<uint64_t> copy_;
    std::span<const uint8_t> bytes_;
};

// `message` comes from an AlignedMessage and, like the blobs, must outlive the result.
base::Result<engine::Request> decode_request_flatbuffers(
    std::span<const uint8_t> message, std::span<const engine::RequestBlob> blobs);

}  // namespace grape::capi
