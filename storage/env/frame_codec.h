// The frames of append files (logs, manifests). A file begins with a header of 64 bytes; behind it
// stand frames, each a header of 80 bytes, a payload of at most 64 KiB and zeros up to a multiple
// of 16, so that a scan that looks for a frame behind damage has few places to look at. One frame
// is one Flush or Sync of LevelDB. Layout: docs/formats/store_files.md.
//
// Offsets of the file header:                Offsets of a frame header:
//    0 magic "GRAPELOG"                         0 u32 magic         24 u64 file number
//    8 u16 format version, 10 u8 file kind      4 u8  file kind     32 u64 previous checksum
//   16 u64 database id                          5 u8  flags         40 nonce, 12 bytes of zeros
//   24 u64 file number                          8 u32 payload bytes 52 u32 zero
//   32 zeros                                   12 u32 key id        56 tag, 16 bytes of zeros
//   56 u64 checksum                            16 u32 frame number  72 u64 checksum
//                                              20 u32 durable frames
// `durable frames` says how many frames of the file an fsync had covered when this one was written:
// it tells damage from a tail that was never synced. A frame with the flag `seal` has no payload;
// it closes a log, or stands in a manifest before the first file is removed on its word. Threads:
// free functions.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "storage/env/file_kind.h"

namespace grape::storage::env {

inline constexpr size_t append_header_bytes = 64;
inline constexpr size_t frame_header_bytes = 80;
inline constexpr size_t frame_payload_bytes_max = 64u << 10;
inline constexpr size_t frame_alignment = 16;
inline constexpr size_t frame_bytes_max = frame_header_bytes + frame_payload_bytes_max;

inline constexpr uint8_t frame_flag_seal = 1;

struct FrameHeader {
    uint8_t flags = 0;
    uint32_t payload_bytes = 0;
    uint32_t frame_number = 0;
    uint32_t durable_frames = 0;
    uint64_t previous_checksum = 0;  // of the frame before, or of the file header
    uint64_t checksum = 0;
    bool seal() const { return (flags & frame_flag_seal) != 0; }
};

// Header, payload and padding.
inline constexpr size_t frame_bytes(size_t payload_bytes) {
    return (frame_header_bytes + payload_bytes + frame_alignment - 1) / frame_alignment *
           frame_alignment;
}

// Writes the file header to `out` (64 bytes) and gives its checksum.
uint64_t encode_append_header(uint8_t* out, const FileIdentity& file);
// The checksum of a sound header; Code::corrupt or unsupported otherwise.
base::Result<uint64_t> decode_append_header(base::Bytes bytes, const FileIdentity& file);

// Fills in the header of the frame at `frame`, whose payload and padding (frame_bytes() in all) are
// in place, and gives the checksum.
uint64_t encode_frame(uint8_t* frame, const FileIdentity& file, const FrameHeader& header);
// What the header at the start of `bytes` says, when it could be one of this file; its frame may
// reach beyond `bytes`. Nothing is verified but the fixed fields.
std::optional<FrameHeader> peek_frame(base::Bytes bytes, const FileIdentity& file);
// Whether the checksum of a frame, all of which is in `bytes`, is right.
bool frame_is_sound(base::Bytes bytes, const FileIdentity& file, const FrameHeader& header);

}  // namespace grape::storage::env
