#include "storage/env/frame_codec.h"

#include <cstring>

#include "core/base/check.h"
#include "core/base/checksum.h"

namespace grape::storage::env {
namespace {

using base::Bytes;
using base::load_le;
using base::Result;
using base::Status;
using base::store_le;

constexpr char kFileMagic[8] = {'G', 'R', 'A', 'P', 'E', 'L', 'O', 'G'};
constexpr uint16_t kFormatVersion = 1;
constexpr size_t kHeaderVersionAt = 8;
constexpr size_t kHeaderKindAt = 10;
constexpr size_t kHeaderDatabaseAt = 16;
constexpr size_t kHeaderFileNumberAt = 24;
constexpr size_t kHeaderChecksumAt = 56;

constexpr uint32_t kFrameMagic = 0x52465247u;  // "GRFR"
constexpr size_t kKindAt = 4;
constexpr size_t kFlagsAt = 5;
constexpr size_t kPayloadBytesAt = 8;
constexpr size_t kKeyIdAt = 12;
constexpr size_t kFrameNumberAt = 16;
constexpr size_t kDurableAt = 20;
constexpr size_t kFileNumberAt = 24;
constexpr size_t kPreviousAt = 32;
constexpr size_t kChecksumAt = 72;

// Of the header, seeded with the database's id, and then, seeded with that, payload and padding.
uint64_t frame_checksum(const uint8_t* frame, uint32_t payload_bytes, uint64_t database_id) {
    const uint64_t head = base::checksum(Bytes(frame, kChecksumAt), database_id);
    const size_t rest = frame_bytes(payload_bytes) - frame_header_bytes;
    return base::checksum(Bytes(frame + frame_header_bytes, rest), head);
}

}  // namespace

uint64_t encode_append_header(uint8_t* out, const FileIdentity& file) {
    std::memset(out, 0, append_header_bytes);
    std::memcpy(out, kFileMagic, sizeof(kFileMagic));
    store_le<uint16_t>(out + kHeaderVersionAt, kFormatVersion);
    store_le<uint8_t>(out + kHeaderKindAt, static_cast<uint8_t>(file.kind));
    store_le<uint64_t>(out + kHeaderDatabaseAt, file.database_id);
    store_le<uint64_t>(out + kHeaderFileNumberAt, file.number);
    const uint64_t sum = base::checksum(Bytes(out, kHeaderChecksumAt), file.database_id);
    store_le<uint64_t>(out + kHeaderChecksumAt, sum);
    return sum;
}

Result<uint64_t> decode_append_header(Bytes bytes, const FileIdentity& file) {
    if (bytes.size() < append_header_bytes) return Status::make_corrupt("the file header is cut");
    const uint8_t* at = bytes.data();
    const uint64_t sum = base::checksum(Bytes(at, kHeaderChecksumAt), file.database_id);
    if (load_le<uint64_t>(at + kHeaderChecksumAt) != sum ||
        std::memcmp(at, kFileMagic, sizeof(kFileMagic)) != 0) {
        return Status::make_corrupt("the file header is damaged");
    }
    if (load_le<uint16_t>(at + kHeaderVersionAt) != kFormatVersion) {
        return Status::make_unsupported("file format ", load_le<uint16_t>(at + kHeaderVersionAt),
                                        ", this library reads ", kFormatVersion);
    }
    if (at[kHeaderKindAt] != static_cast<uint8_t>(file.kind) ||
        load_le<uint64_t>(at + kHeaderDatabaseAt) != file.database_id ||
        load_le<uint64_t>(at + kHeaderFileNumberAt) != file.number) {
        return Status::make_corrupt("the file header is that of another file");
    }
    return sum;
}

uint64_t encode_frame(uint8_t* frame, const FileIdentity& file, const FrameHeader& header) {
    GRAPE_DCHECK(header.payload_bytes <= frame_payload_bytes_max);
    GRAPE_DCHECK(!header.seal() || header.payload_bytes == 0);
    std::memset(frame, 0, frame_header_bytes);
    store_le<uint32_t>(frame, kFrameMagic);
    store_le<uint8_t>(frame + kKindAt, static_cast<uint8_t>(file.kind));
    store_le<uint8_t>(frame + kFlagsAt, header.flags);
    store_le<uint32_t>(frame + kPayloadBytesAt, header.payload_bytes);
    store_le<uint32_t>(frame + kFrameNumberAt, header.frame_number);
    store_le<uint32_t>(frame + kDurableAt, header.durable_frames);
    store_le<uint64_t>(frame + kFileNumberAt, file.number);
    store_le<uint64_t>(frame + kPreviousAt, header.previous_checksum);
    const uint64_t sum = frame_checksum(frame, header.payload_bytes, file.database_id);
    store_le<uint64_t>(frame + kChecksumAt, sum);
    return sum;
}

std::optional<FrameHeader> peek_frame(Bytes bytes, const FileIdentity& file) {
    if (bytes.size() < frame_header_bytes) return std::nullopt;
    const uint8_t* at = bytes.data();
    FrameHeader header;
    header.flags = at[kFlagsAt];
    header.payload_bytes = load_le<uint32_t>(at + kPayloadBytesAt);
    header.frame_number = load_le<uint32_t>(at + kFrameNumberAt);
    header.durable_frames = load_le<uint32_t>(at + kDurableAt);
    header.previous_checksum = load_le<uint64_t>(at + kPreviousAt);
    header.checksum = load_le<uint64_t>(at + kChecksumAt);
    const bool fits =
        load_le<uint32_t>(at) == kFrameMagic && at[kKindAt] == static_cast<uint8_t>(file.kind) &&
        load_le<uint64_t>(at + kFileNumberAt) == file.number &&
        load_le<uint32_t>(at + kKeyIdAt) == 0 && header.payload_bytes <= frame_payload_bytes_max;
    if (!fits) return std::nullopt;
    return header;
}

bool frame_is_sound(Bytes bytes, const FileIdentity& file, const FrameHeader& header) {
    return bytes.size() >= frame_bytes(header.payload_bytes) &&
           frame_checksum(bytes.data(), header.payload_bytes, file.database_id) == header.checksum;
}

}  // namespace grape::storage::env
