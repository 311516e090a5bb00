#include "storage/env/frame_file.h"

#include <algorithm>
#include <cstring>

#include "storage/env/env_status.h"

namespace grape::storage::env {

using base::Bytes;
using base::MutexLock;
using base::Result;
using base::Status;

void ManifestSlot::set(FrameWriter* writer) {
    MutexLock lock(mutex_);
    writer_ = writer;
}

void ManifestSlot::clear(const FrameWriter* writer) {
    MutexLock lock(mutex_);
    if (writer_ == writer) writer_ = nullptr;
}

Status ManifestSlot::seal() {
    MutexLock lock(mutex_);
    return writer_ == nullptr ? Status() : writer_->seal();
}

namespace {

// More between two syncs gains nothing from room.
constexpr uint64_t kSmallSync = 64u << 10;
constexpr size_t kZeroBytes = 16u << 10, kRoomPieces = 16;
constexpr uint64_t kRoomBytes = kZeroBytes * kRoomPieces;
constexpr uint8_t kZeros[kZeroBytes] = {};

}  // namespace

FrameWriter::FrameWriter(EnvContext& context, File file, const FileIdentity& identity,
                         ManifestSlot* slot)
    : context_(context),
      identity_(identity),
      slot_(slot),
      file_(std::move(file)),
      frame_(frame_header_bytes) {}

FrameWriter::~FrameWriter() {
    if (slot_ != nullptr) slot_->clear(this);
    // LevelDB drops its logs without closing them. The latch has the failure if there is one.
    static_cast<void>(close());
}

leveldb::Status FrameWriter::Append(const leveldb::Slice& data) {
    MutexLock lock(mutex_);
    return to_leveldb(append(base::as_bytes(std::string_view(data.data(), data.size()))));
}

leveldb::Status FrameWriter::Flush() {
    MutexLock lock(mutex_);
    return to_leveldb(flush());
}

leveldb::Status FrameWriter::Sync() {
    MutexLock lock(mutex_);
    const Status flushed = flush();
    if (flushed.ok()) make_room();
    return to_leveldb(flushed.ok() ? sync() : flushed);
}

leveldb::Status FrameWriter::Close() {
    return to_leveldb(close());
}

Status FrameWriter::seal() {
    MutexLock lock(mutex_);
    return seal_locked();
}

void FrameWriter::resume(const FrameScan& scan) {
    MutexLock lock(mutex_);
    offset_ = scan.good_bytes;
    previous_ = scan.last_checksum;
    frames_ = scan.frames;
    sealed_ = scan.sealed;
}

Status FrameWriter::append(Bytes data) {
    GRAPE_TRY(context_.latch.status());
    while (!data.empty()) {
        if (frame_.size() == frame_bytes_max) GRAPE_TRY(write_frame(0));
        const size_t part = std::min(data.size(), frame_bytes_max - frame_.size());
        frame_.insert(frame_.end(), data.begin(), data.begin() + static_cast<ptrdiff_t>(part));
        data = data.subspan(part);
    }
    return {};
}

Status FrameWriter::flush() {
    GRAPE_TRY(context_.latch.status());
    if (frame_.size() == frame_header_bytes) return {};
    return write_frame(0);
}

Status FrameWriter::sync() {
    GRAPE_TRY(flush());
    if (durable_frames_ == frames_) return {};
    GRAPE_TRY(context_.latch.keep(file_.sync()));
    durable_frames_ = frames_;
    synced_ = offset_;
    return {};
}

// Behind frames that are about to be synced; so one sync in some pays for all. Without room a sync
// takes longer, no more: on a full disk what was taken is given back, and no more is asked for.
void FrameWriter::make_room() {
    const bool small = offset_ > synced_ && offset_ - synced_ <= kSmallSync;
    if (identity_.kind != FileKind::log || !small || offset_ <= room_ || room_refused_) return;
    const std::vector<Bytes> zeros(kRoomPieces, Bytes(kZeros));
    room_refused_ = !file_.write_at(offset_, zeros).ok();
    if (room_refused_) {
        static_cast<void>(file_.truncate(offset_));
    } else {
        room_ = offset_ + kRoomBytes;
    }
}

// Two syncs when there are unsynced frames: the seal may say that they are durable only once they
// are.
Status FrameWriter::seal_locked() {
    if (sealed_ && frame_.size() == frame_header_bytes) return {};
    GRAPE_TRY(sync());
    GRAPE_TRY(write_frame(frame_flag_seal));
    return sync();
}

Status FrameWriter::write_frame(uint8_t flags) {
    const auto payload = static_cast<uint32_t>(frame_.size() - frame_header_bytes);
    frame_.resize(frame_bytes(payload));
    uint8_t head[append_header_bytes];
    std::vector<Bytes> pieces;
    if (offset_ == 0) {
        previous_ = encode_append_header(head, identity_);
        pieces.push_back(head);
    }
    FrameHeader header;
    header.flags = flags;
    header.payload_bytes = payload;
    header.frame_number = frames_;
    header.durable_frames = durable_frames_;
    header.previous_checksum = previous_;
    previous_ = encode_frame(frame_.data(), identity_, header);
    pieces.push_back(frame_);
    GRAPE_TRY(context_.latch.keep(file_.write_at(offset_, pieces)));
    for (const Bytes piece : pieces) offset_ += piece.size();
    frame_.resize(frame_header_bytes);
    sealed_ = header.seal();
    ++frames_;
    return {};
}

Status FrameWriter::close() {
    MutexLock lock(mutex_);
    if (!file_.is_open()) return {};
    const Status status = seal_locked();
    // What stays behind the seal when this fails is cut when the store is opened.
    if (room_ > offset_) static_cast<void>(file_.truncate(offset_));
    file_.close();
    return status;
}

namespace {

class FrameSequentialFile final : public leveldb::SequentialFile {
  public:
    FrameSequentialFile(File file, const FileIdentity& identity)
        : reader_(std::move(file), identity) {}
    Status open() { return reader_.open(); }

    leveldb::Status Read(size_t n, leveldb::Slice* result, char* scratch) override {
        size_t done = 0;
        const Status status = read(n, scratch, done);
        *result = leveldb::Slice(scratch, status.ok() ? done : 0);
        return to_leveldb(status);
    }
    leveldb::Status Skip(uint64_t n) override {
        while (n > 0) {
            const Result<bool> more = fill();
            if (!more.ok() || !more.value()) return to_leveldb(more.status());
            const auto part = static_cast<size_t>(std::min<uint64_t>(n, rest_.size()));
            rest_ = rest_.subspan(part);
            n -= part;
        }
        return leveldb::Status::OK();
    }

  private:
    // Makes rest_ not empty, unless the file is at its end.
    Result<bool> fill() {
        while (rest_.empty()) {
            GRAPE_ASSIGN(const std::optional<Frame> frame, reader_.next());
            if (!frame) return false;
            rest_ = frame->payload;
        }
        return true;
    }
    Status read(size_t n, char* out, size_t& done) {
        while (done < n) {
            GRAPE_ASSIGN(const bool more, fill());
            if (!more) return {};
            const size_t part = std::min(n - done, rest_.size());
            std::memcpy(out + done, rest_.data(), part);
            rest_ = rest_.subspan(part);
            done += part;
        }
        return {};
    }

    FrameReader reader_;
    Bytes rest_;  // of the current frame's payload
};

}  // namespace

Result<std::unique_ptr<leveldb::SequentialFile>> open_frame_sequence(EnvContext& context,
                                                                     const std::string& path) {
    GRAPE_ASSIGN(File file, File::open(path, File::Mode::read, context.faults));
    const FileIdentity identity = context.identity(parse_file_name(path));
    auto sequence = std::make_unique<FrameSequentialFile>(std::move(file), identity);
    GRAPE_TRY(sequence->open());
    return std::unique_ptr<leveldb::SequentialFile>(std::move(sequence));
}

}  // namespace grape::storage::env
