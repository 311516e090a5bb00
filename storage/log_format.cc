#include "storage/log_format.h"

#include <cstring>

#include "core/base/checksum.h"
#include "storage/checksum_stream.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::load_le;
using base::Result;
using base::Status;
using base::store_le;

constexpr char kFileMagic[] = "GRAPEVLG";
constexpr char kFrameMagic[] = "GRAPEFRM";
constexpr size_t kMagicBytes = 8;
constexpr uint32_t kFormatVersion = 1;
constexpr size_t kVectorAlignment = 64;

// Header page.
constexpr size_t kFileVersion = 8;
constexpr size_t kFileDatabase = 16;
constexpr size_t kFileNumber = 24;
constexpr size_t kFilePageBytes = 32;
constexpr size_t kFileFrameHeaderBytes = 36;
constexpr size_t kFileChecksum = kLogPageBytes - 8;

// Frame header.
constexpr size_t kFrameVersion = 8;
constexpr size_t kFrameHeaderSize = 12;
constexpr size_t kFrameFile = 16;
constexpr size_t kFrameNumber = 24;
constexpr size_t kFramePrevious = 32;
constexpr size_t kFrameCommit = 40;
constexpr size_t kFrameCollection = 48;
constexpr size_t kFrameShard = 52;
constexpr size_t kFrameVector = 56;
constexpr size_t kFrameRowBytes = 60;
constexpr size_t kFrameRowCount = 64;
constexpr size_t kFrameBodyBytes = 72;
constexpr size_t kFrameBodyChecksum = 80;
constexpr size_t kFrameReserved = 88;  // key id (4), nonce (12), tag (16), zeros
constexpr size_t kFrameChecksum = kFrameHeaderBytes - 8;

constexpr uint8_t kZeros[kLogPageBytes] = {};

enum class Part : uint64_t { frame_header = 1, frame_body = 2 };

uint64_t seed_of(const LogName& name, Part part, uint64_t offset) {
    uint8_t raw[32];
    store_le(raw, name.database_id);
    store_le(raw + 8, name.file_number);
    store_le(raw + 16, static_cast<uint64_t>(part));
    store_le(raw + 24, offset / kLogPageBytes);
    return base::checksum(Bytes(raw, sizeof(raw)));
}

constexpr uint64_t round_up(uint64_t size, uint64_t to) {
    return (size + to - 1) / to * to;
}

// Whether the sizes are such that no product or sum of them overflows.
bool sizes_are_sane(uint64_t row_count, uint32_t row_bytes) {
    const uint64_t bytes_per_row = uint64_t{row_bytes} + sizeof(uint32_t);
    return row_count <= kFrameBytesMax / bytes_per_row;
}

bool all_zero(Bytes bytes) {
    for (const uint8_t byte : bytes) {
        if (byte != 0) return false;
    }
    return true;
}

void store_frame_header(const LogName& name, FrameHeader& header, uint8_t* to) {
    std::memcpy(to, kFrameMagic, kMagicBytes);
    store_le(to + kFrameVersion, kFormatVersion);
    store_le(to + kFrameHeaderSize, static_cast<uint32_t>(kFrameHeaderBytes));
    store_le(to + kFrameFile, name.file_number);
    store_le(to + kFrameNumber, header.frame_number);
    store_le(to + kFramePrevious, header.previous_chain);
    store_le(to + kFrameCommit, header.commit);
    store_le(to + kFrameCollection, header.collection);
    store_le(to + kFrameShard, header.shard);
    store_le(to + kFrameVector, header.vector);
    store_le(to + kFrameRowBytes, header.row_bytes);
    store_le(to + kFrameRowCount, header.row_count);
    store_le(to + kFrameBodyBytes, header.content_bytes() - kFrameHeaderBytes);
    store_le(to + kFrameBodyChecksum, header.body_checksum);
    header.chain =
        base::checksum(Bytes(to, kFrameChecksum), seed_of(name, Part::frame_header, header.offset));
    store_le(to + kFrameChecksum, header.chain);
}

FrameHeader header_of(const LogFrame& frame) {
    FrameHeader header;
    header.commit = frame.commit;
    header.collection = frame.collection;
    header.shard = frame.shard;
    header.vector = frame.vector;
    header.row_bytes = frame.row_bytes;
    header.row_count = frame.rows.size();
    return header;
}

// Fills body_checksum and chain of `header`.
EncodedFrame encode_frame(const LogName& name, const LogFrame& frame, FrameHeader& header) {
    EncodedFrame encoded;
    encoded.head.resize(static_cast<size_t>(header.vectors_offset()));
    uint8_t* to = encoded.head.data() + kFrameHeaderBytes;
    for (const uint32_t row : frame.rows) {
        store_le(to, row);
        to += sizeof(row);
    }
    encoded.pieces.reserve(frame.pieces.size() + 2);
    encoded.pieces.push_back(encoded.head);
    encoded.pieces.insert(encoded.pieces.end(), frame.pieces.begin(), frame.pieces.end());
    const size_t padding = static_cast<size_t>(header.frame_bytes() - header.content_bytes());
    encoded.pieces.push_back(Bytes(kZeros, padding));

    ChecksumStream body(seed_of(name, Part::frame_body, header.offset));
    body.add(Bytes(encoded.head).subspan(kFrameHeaderBytes));
    for (size_t i = 1; i < encoded.pieces.size(); ++i) body.add(encoded.pieces[i]);
    header.body_checksum = body.value();
    store_frame_header(name, header, encoded.head.data());
    return encoded;
}

}  // namespace

uint64_t FrameHeader::vectors_offset() const {
    return round_up(kFrameHeaderBytes + sizeof(uint32_t) * row_count, kVectorAlignment);
}

uint64_t FrameHeader::frame_bytes() const {
    return round_up(content_bytes(), kLogPageBytes);
}

LogFrame FrameHeader::frame() const {
    LogFrame frame;
    frame.commit = commit;
    frame.collection = collection;
    frame.shard = shard;
    frame.vector = vector;
    frame.row_bytes = row_bytes;
    return frame;
}

LogHeaderPage encode_log_header(const LogName& name) {
    LogHeaderPage page{};
    std::memcpy(page.data(), kFileMagic, kMagicBytes);
    store_le(page.data() + kFileVersion, kFormatVersion);
    store_le(page.data() + kFileDatabase, name.database_id);
    store_le(page.data() + kFileNumber, name.file_number);
    store_le(page.data() + kFilePageBytes, static_cast<uint32_t>(kLogPageBytes));
    store_le(page.data() + kFileFrameHeaderBytes, static_cast<uint32_t>(kFrameHeaderBytes));
    store_le(page.data() + kFileChecksum, base::checksum(Bytes(page).first(kFileChecksum)));
    return page;
}

uint64_t first_chain(const LogName& name) {
    return load_le<uint64_t>(encode_log_header(name).data() + kFileChecksum);
}

Status check_frames(std::span<const LogFrame> frames) {
    if (frames.empty()) return Status::make_invalid("no frames to append");
    for (const LogFrame& frame : frames) {
        const uint64_t rows = frame.rows.size();
        if (!sizes_are_sane(rows, frame.row_bytes)) {
            return Status::make_limit("a frame of ", rows, " rows of ", frame.row_bytes,
                                      " bytes is over the limit of ", kFrameBytesMax, " bytes");
        }
        uint64_t bytes = 0;
        for (const Bytes piece : frame.pieces) bytes += piece.size();
        if (bytes != rows * frame.row_bytes) {
            return Status::make_invalid("a frame of ", rows, " rows of ", frame.row_bytes,
                                        " bytes has ", bytes, " bytes of vectors");
        }
    }
    return {};
}

EncodedFrames encode_frames(LogTail& tail, std::span<const LogFrame> frames) {
    EncodedFrames encoded;
    encoded.headers.reserve(frames.size());
    encoded.frames.reserve(frames.size());
    for (const LogFrame& frame : frames) {
        FrameHeader header = header_of(frame);
        header.offset = tail.length_bytes;
        header.frame_number = tail.frame_number++;
        header.previous_chain = tail.chain;
        encoded.frames.push_back(encode_frame(tail.name, frame, header));
        encoded.headers.push_back(header);
        tail.chain = header.chain;
        tail.length_bytes = header.end();
    }
    return encoded;
}

Result<FrameHeader> decode_frame_header(const LogName& name, uint64_t offset, Bytes bytes) {
    const uint8_t* from = bytes.data();
    if (std::memcmp(from, kFrameMagic, kMagicBytes) != 0) {
        return Status::make_corrupt("no frame header at ", offset);
    }
    FrameHeader header;
    header.chain = load_le<uint64_t>(from + kFrameChecksum);
    if (header.chain !=
        base::checksum(bytes.first(kFrameChecksum), seed_of(name, Part::frame_header, offset))) {
        return Status::make_corrupt("the frame header at ", offset, " is damaged");
    }
    if (const auto version = load_le<uint32_t>(from + kFrameVersion); version != kFormatVersion) {
        return Status::make_unsupported("vector log format version ", version,
                                        ", this library reads ", kFormatVersion);
    }
    header.offset = offset;
    header.frame_number = load_le<uint64_t>(from + kFrameNumber);
    header.previous_chain = load_le<uint64_t>(from + kFramePrevious);
    header.commit = load_le<uint64_t>(from + kFrameCommit);
    header.collection = load_le<uint32_t>(from + kFrameCollection);
    header.shard = load_le<uint32_t>(from + kFrameShard);
    header.vector = load_le<uint32_t>(from + kFrameVector);
    header.row_bytes = load_le<uint32_t>(from + kFrameRowBytes);
    header.row_count = load_le<uint64_t>(from + kFrameRowCount);
    header.body_checksum = load_le<uint64_t>(from + kFrameBodyChecksum);
    if (!sizes_are_sane(header.row_count, header.row_bytes) ||
        load_le<uint64_t>(from + kFrameBodyBytes) != header.content_bytes() - kFrameHeaderBytes ||
        load_le<uint32_t>(from + kFrameHeaderSize) != kFrameHeaderBytes ||
        load_le<uint64_t>(from + kFrameFile) != name.file_number) {
        return Status::make_corrupt("the frame header at ", offset, " contradicts itself");
    }
    if (!all_zero(bytes.subspan(kFrameReserved, kFrameChecksum - kFrameReserved))) {
        return Status::make_unsupported("the frame at ", offset, " is encrypted");
    }
    return header;
}

Result<LogFrame> decode_frame(const LogName& name, const FrameHeader& header, Bytes bytes,
                              std::vector<uint32_t>& rows) {
    const Bytes body = bytes.subspan(kFrameHeaderBytes);
    if (base::checksum(body, seed_of(name, Part::frame_body, header.offset)) !=
        header.body_checksum) {
        return Status::make_corrupt("the body of the frame at ", header.offset, " is damaged");
    }
    rows.resize(static_cast<size_t>(header.row_count));
    for (size_t i = 0; i < rows.size(); ++i) {
        rows[i] = load_le<uint32_t>(body.data() + sizeof(uint32_t) * i);
    }
    LogFrame frame = header.frame();
    frame.rows = rows;
    frame.pieces.push_back(bytes.subspan(static_cast<size_t>(header.vectors_offset()),
                                         static_cast<size_t>(header.row_count * header.row_bytes)));
    return frame;
}

}  // namespace grape::storage
