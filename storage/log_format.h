// The bytes of a vector log file: a header page, then frames on pages of 4096 bytes. This file is
// the only one that knows them; docs/formats/vector_log.md has the byte tables.
//
//   frame = header (192) | row numbers u32[] | zeros to 64 | vectors | zeros to the page's end
//
// A frame's chain value is the checksum of its header, which covers the body's checksum and the
// chain value before it. The header page has one right content only, so the chain starts there and
// is known even when that page is damaged.
//
// Threads: pure functions and values.
// What must stay true: the same frames give the same bytes; every byte of a frame, zeros too, is
// covered; a header is authentic only for its database, file and page.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "storage/vector_log.h"

namespace grape::storage {

inline constexpr size_t kLogPageBytes = 4096;
inline constexpr size_t kFrameHeaderBytes = 192;
inline constexpr uint64_t kFrameBytesMax = uint64_t{1} << 40;

using LogHeaderPage = std::array<uint8_t, kLogPageBytes>;

// Which file it is; part of each checksum.
struct LogName {
    uint64_t database_id = 0;
    uint64_t file_number = 0;
};

// What a frame's header says.
struct FrameHeader {
    uint64_t offset = 0;  // of the frame in its file; not stored
    uint64_t frame_number = 0;
    uint64_t previous_chain = 0;
    uint64_t commit = 0;
    uint32_t collection = 0;
    uint32_t shard = 0;
    uint32_t vector = 0;
    uint32_t row_bytes = 0;
    uint64_t row_count = 0;
    uint64_t body_checksum = 0;
    uint64_t chain = 0;  // the checksum of this header

    uint64_t vectors_offset() const;  // from the frame's start
    uint64_t content_bytes() const { return vectors_offset() + row_count * row_bytes; }
    uint64_t frame_bytes() const;  // whole pages
    uint64_t end() const { return offset + frame_bytes(); }
    // Without rows and vectors.
    LogFrame frame() const;
};

LogHeaderPage encode_log_header(const LogName& name);
// Where the chain of a file starts.
uint64_t first_chain(const LogName& name);

// A frame as the pieces to write; `head` owns what the caller's memory does not have.
struct EncodedFrame {
    std::vector<uint8_t> head;        // header, row numbers, zeros
    std::vector<base::Bytes> pieces;  // all of the frame
};
// Where the next frame of a file goes.
struct LogTail {
    LogName name;
    uint64_t length_bytes = 0;
    uint64_t chain = 0;
    uint64_t frame_number = 0;

    static LogTail of_new_file(const LogName& name) {
        return {name, kLogPageBytes, first_chain(name), 0};
    }
    LogPosition position() const { return {name.file_number, length_bytes, chain}; }
};
// Whether the frames can be encoded.
base::Status check_frames(std::span<const LogFrame> frames);
// Encodes the frames (checked before) behind `tail` and moves it.
struct EncodedFrames {
    std::vector<FrameHeader> headers;
    std::vector<EncodedFrame> frames;
};
EncodedFrames encode_frames(LogTail& tail, std::span<const LogFrame> frames);

// The header of the frame at `offset`, or Code::corrupt when there is none that is authentic for
// this place. `bytes` has kFrameHeaderBytes.
base::Result<FrameHeader> decode_frame_header(const LogName& name, uint64_t offset,
                                              base::Bytes bytes);
// Checks a whole frame against its header. `rows` gets the row numbers; the pieces of the frame lie
// in `bytes`.
base::Result<LogFrame> decode_frame(const LogName& name, const FrameHeader& header,
                                    base::Bytes bytes, std::vector<uint32_t>& rows);

}  // namespace grape::storage
