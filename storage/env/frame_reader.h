// Reading an append file: frame by frame in order (FrameReader), and the scan that decides, before
// LevelDB sees the file, where it ends: at a torn tail, which is cut, or not at all because of
// damage (scan_frames).
//
// The rule. The frames up to the first bad one are good. The bad place is a torn tail, bytes that
// no fsync ever covered, unless something says otherwise: a sound frame behind it that was written
// after an fsync which had covered the bad one. (That a sound frame stands behind it is not enough:
// what was not synced reaches the disk in any order.)
// Threads: a FrameReader belongs to one thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/env/frame_codec.h"
#include "storage/file.h"

namespace grape::storage::env {

// Bytes of a file by offset, read through a window so that neighbours cost one system call.
class FileWindow {
  public:
    explicit FileWindow(const File& file) : file_(file) {}
    base::Status open();
    uint64_t file_bytes() const { return file_bytes_; }
    // Up to `size` bytes (at most frame_bytes_max) at `offset`, fewer at the end of the file; valid
    // until the next call.
    base::Result<base::Bytes> at(uint64_t offset, size_t size);

  private:
    const File& file_;
    std::vector<uint8_t> window_;
    uint64_t window_start_ = 0;
    uint64_t file_bytes_ = 0;
};

struct Frame {
    FrameHeader header;
    base::Bytes payload;  // valid until the next call
};

class FrameReader {
  public:
    FrameReader(File file, const FileIdentity& identity)
        : file_(std::move(file)), identity_(identity), window_(file_) {}
    FrameReader(const FrameReader&) = delete;  // the window points at the file beside it
    FrameReader& operator=(const FrameReader&) = delete;

    // Reads the file header. An empty file is sound and has no frames.
    base::Status open();
    // The next frame, nothing at the end of the file; Code::corrupt where a frame is bad.
    base::Result<std::optional<Frame>> next();

    // Behind the last good frame.
    uint64_t offset() const { return offset_; }
    uint32_t frame_number() const { return frame_number_; }
    uint64_t previous_checksum() const { return previous_; }
    FileWindow& window() { return window_; }
    const FileIdentity& identity() const { return identity_; }
    const std::string& path() const { return file_.path(); }

  private:
    base::Status bad(std::string_view what) const;

    File file_;
    FileIdentity identity_;
    FileWindow window_;
    uint64_t offset_ = 0;
    uint64_t previous_ = 0;
    uint32_t frame_number_ = 0;  // of the next frame
};

struct FrameScan {
    uint64_t file_bytes = 0;
    uint64_t good_bytes = 0;     // what lies behind does not count
    uint64_t torn_bytes = 0;     // of that, without the zeros at the end: room for more frames
    uint64_t last_checksum = 0;  // of the last good frame or the file header
    uint32_t frames = 0;
    bool has_header = false;
    bool sealed = false;  // the last good frame is a seal
};

// Code::corrupt names the file and the place, and what shows that it is damage.
base::Result<FrameScan> scan_frames(const std::string& path, const FileIdentity& identity,
                                    FileFaults* faults);

}  // namespace grape::storage::env
