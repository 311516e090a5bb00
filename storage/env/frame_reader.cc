#include "storage/env/frame_reader.h"

#include <algorithm>

namespace grape::storage::env {
namespace {

using base::Bytes;
using base::Code;
using base::Result;
using base::Status;

constexpr size_t kWindowBytes = 256u << 10;
static_assert(kWindowBytes >= frame_bytes_max);

// Looks behind the bad frame number `bad_frame` at `bad_offset` for a sound frame that was written
// when the bad one had been synced. Only one is needed.
Status look_for_proof(FrameReader& reader, uint64_t bad_offset, uint32_t bad_frame,
                      bool header_is_bad) {
    FileWindow& window = reader.window();
    const uint64_t start = bad_offset / frame_alignment * frame_alignment;
    for (uint64_t at = start; at + frame_header_bytes <= window.file_bytes();) {
        GRAPE_ASSIGN(const Bytes head, window.at(at, frame_header_bytes));
        const std::optional<FrameHeader> header = peek_frame(head, reader.identity());
        if (!header || header->frame_number < bad_frame) {
            at += frame_alignment;
            continue;
        }
        GRAPE_ASSIGN(const Bytes all, window.at(at, frame_bytes(header->payload_bytes)));
        if (!frame_is_sound(all, reader.identity(), *header)) {
            at += frame_alignment;
            continue;
        }
        // The first frame shares its first sector with the file header: they were written at once.
        const bool beside_header = header_is_bad && at == append_header_bytes;
        if (header->durable_frames > bad_frame || beside_header) {
            return Status::make_corrupt(reader.path(), ": frame ", bad_frame, " at offset ",
                                        bad_offset, " is damaged; frame ", header->frame_number,
                                        " at offset ", at, " shows that it was on disk");
        }
        at += frame_bytes(header->payload_bytes);
    }
    return {};
}

// How many bytes behind `offset` were written: up to the last one that is not zero.
Result<uint64_t> written_bytes(FileWindow& window, uint64_t offset) {
    constexpr size_t kBytesAtOnce = 4096;
    uint64_t written = 0;
    for (uint64_t at = offset; at < window.file_bytes(); at += kBytesAtOnce) {
        GRAPE_ASSIGN(const Bytes bytes, window.at(at, kBytesAtOnce));
        for (size_t i = bytes.size(); i > 0; --i) {
            if (bytes[i - 1] == 0) continue;
            written = at + i - offset;
            break;
        }
    }
    return written;
}

}  // namespace

Status FileWindow::open() {
    GRAPE_ASSIGN(file_bytes_, file_.size());
    return {};
}

Result<Bytes> FileWindow::at(uint64_t offset, size_t size) {
    if (offset >= file_bytes_) return Bytes();
    size = static_cast<size_t>(std::min<uint64_t>(size, file_bytes_ - offset));
    if (offset < window_start_ || offset + size > window_start_ + window_.size()) {
        const uint64_t rest = file_bytes_ - offset;
        window_.resize(static_cast<size_t>(std::min<uint64_t>(kWindowBytes, rest)));
        window_start_ = offset;
        const Status read = file_.read_at(offset, window_);
        if (!read.ok()) {
            window_.clear();
            return read;
        }
    }
    return Bytes(window_).subspan(static_cast<size_t>(offset - window_start_), size);
}

Status FrameReader::bad(std::string_view what) const {
    return Status::make_corrupt(path(), ": frame ", frame_number_, " at offset ", offset_, ": ",
                                what);
}

Status FrameReader::open() {
    GRAPE_TRY(window_.open());
    if (window_.file_bytes() == 0) return {};
    GRAPE_ASSIGN(const Bytes bytes, window_.at(0, append_header_bytes));
    const Result<uint64_t> sum = decode_append_header(bytes, identity_);
    if (!sum.ok()) return sum.status().with_context(path());
    previous_ = sum.value();
    offset_ = append_header_bytes;
    return {};
}

Result<std::optional<Frame>> FrameReader::next() {
    if (offset_ >= window_.file_bytes()) return std::optional<Frame>();
    GRAPE_ASSIGN(const Bytes head, window_.at(offset_, frame_header_bytes));
    const std::optional<FrameHeader> header = peek_frame(head, identity_);
    if (!header) return bad("no frame header");
    if (header->frame_number != frame_number_) return bad("another frame's number");
    if (header->previous_checksum != previous_) return bad("the chain of checksums is broken");
    GRAPE_ASSIGN(const Bytes all, window_.at(offset_, frame_bytes(header->payload_bytes)));
    if (!frame_is_sound(all, identity_, *header)) return bad("wrong checksum");
    offset_ += all.size();
    previous_ = header->checksum;
    ++frame_number_;
    return std::optional<Frame>(
        Frame{*header, all.subspan(frame_header_bytes, header->payload_bytes)});
}

Result<FrameScan> scan_frames(const std::string& path, const FileIdentity& identity,
                              FileFaults* faults) {
    GRAPE_ASSIGN(File file, File::open(path, File::Mode::read, faults));
    FrameReader reader(std::move(file), identity);
    const Status opened = reader.open();
    if (!opened.ok() && opened.code() != Code::corrupt) return opened;
    FrameScan scan;
    scan.file_bytes = reader.window().file_bytes();
    scan.has_header = opened.ok() && scan.file_bytes != 0;
    while (scan.has_header) {
        const Result<std::optional<Frame>> frame = reader.next();
        if (!frame.ok() && frame.status().code() != Code::corrupt) return frame.status();
        if (!frame.ok() || !frame.value()) break;
        scan.sealed = frame.value()->header.seal();
    }
    scan.good_bytes = reader.offset();
    scan.last_checksum = reader.previous_checksum();
    scan.frames = reader.frame_number();
    if (scan.good_bytes < scan.file_bytes) {
        GRAPE_TRY(look_for_proof(reader, scan.good_bytes, scan.frames, !opened.ok()));
        GRAPE_ASSIGN(scan.torn_bytes, written_bytes(reader.window(), scan.good_bytes));
    }
    return scan;
}

}  // namespace grape::storage::env
