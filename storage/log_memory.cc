// The memory twin of the vector log: the frames of the disk format, kept in memory.
//
// Threads: as VectorLog says; one mutex around the map of files, and frames never change.
#include <map>
#include <memory>

#include "core/base/mutex.h"
#include "storage/log_format.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

struct MemoryFrame {
    FrameHeader header;
    std::vector<uint8_t> bytes;
};
using MemoryFrames = std::vector<std::shared_ptr<const MemoryFrame>>;  // shared with scans

class MemoryVectorLog final : public VectorLog {
  public:
    MemoryVectorLog(uint64_t file_bytes_max, std::function<uint64_t()> next_file_number)
        : file_bytes_max_(file_bytes_max), next_file_number_(std::move(next_file_number)) {}

    Result<LogPosition> append(std::span<const LogFrame> frames) override;
    void roll() override { open_ = false; }
    uint64_t current_file() const override {
        return open_ && tail_.length_bytes < file_bytes_max_ ? tail_.name.file_number : 0;
    }
    Status scan(const LogPosition& committed, const LogScan& scan) const override;
    Result<uint64_t> truncate(const LogPosition& committed) override;
    Status remove(uint64_t file_number) override;
    Result<std::vector<uint64_t>> list() const override;

  private:
    MemoryFrames frames_of(uint64_t file_number) const;

    const uint64_t file_bytes_max_;
    const std::function<uint64_t()> next_file_number_;
    bool open_ = false;
    LogTail tail_;
    mutable base::Mutex mutex_;
    std::map<uint64_t, MemoryFrames> files_ GRAPE_GUARDED_BY(mutex_);
};

Result<LogPosition> MemoryVectorLog::append(std::span<const LogFrame> frames) {
    GRAPE_TRY(check_frames(frames));
    LogTail tail = tail_;
    if (current_file() == 0) {
        const uint64_t number = next_file_number_();
        if (number == 0) return Status::make_internal("the vector log was given file number 0");
        tail = LogTail::of_new_file({0, number});
    }
    const EncodedFrames encoded = encode_frames(tail, frames);
    MemoryFrames added;
    for (size_t i = 0; i < frames.size(); ++i) {
        auto frame = std::make_shared<MemoryFrame>();
        frame->header = encoded.headers[i];
        frame->bytes.reserve(static_cast<size_t>(frame->header.frame_bytes()));
        for (const Bytes piece : encoded.frames[i].pieces) {
            frame->bytes.insert(frame->bytes.end(), piece.begin(), piece.end());
        }
        added.push_back(std::move(frame));
    }
    const base::MutexLock lock(mutex_);
    MemoryFrames& file = files_[tail.name.file_number];
    file.insert(file.end(), added.begin(), added.end());
    tail_ = tail;
    open_ = true;
    return tail_.position();
}

MemoryFrames MemoryVectorLog::frames_of(uint64_t file_number) const {
    const base::MutexLock lock(mutex_);
    const auto found = files_.find(file_number);
    return found == files_.end() ? MemoryFrames() : found->second;
}

Status MemoryVectorLog::scan(const LogPosition& committed, const LogScan& scan) const {
    if (committed.length_bytes == 0) return {};
    const LogName name{0, committed.file_number};
    std::vector<uint32_t> rows;
    uint64_t chain = first_chain(name);
    for (const auto& frame : frames_of(committed.file_number)) {
        if (frame->header.end() > committed.length_bytes) break;
        GRAPE_ASSIGN(const LogFrame decoded, decode_frame(name, frame->header, frame->bytes, rows));
        GRAPE_TRY(scan.frame(decoded));
        chain = frame->header.chain;
    }
    if (chain == committed.chain) return {};
    return scan.damage(LogFrame(),
                       Status::make_corrupt("vector log file ", committed.file_number,
                                            " in memory does not end with the committed frame"));
}

Result<uint64_t> MemoryVectorLog::truncate(const LogPosition& committed) {
    if (committed.length_bytes % kLogPageBytes != 0) {
        return Status::make_corrupt("the committed length ", committed.length_bytes,
                                    " is not a multiple of ", kLogPageBytes);
    }
    if (committed.file_number == current_file()) {
        return Status::make_invalid("vector log file ", committed.file_number,
                                    " is open for append");
    }
    const base::MutexLock lock(mutex_);
    const auto found = files_.find(committed.file_number);
    uint64_t cut = 0;
    if (found == files_.end()) return cut;
    MemoryFrames& frames = found->second;
    while (!frames.empty() && frames.back()->header.end() > committed.length_bytes) {
        cut += frames.back()->header.frame_bytes();
        frames.pop_back();
    }
    return cut;
}

Status MemoryVectorLog::remove(uint64_t file_number) {
    if (tail_.name.file_number == file_number) open_ = false;
    const base::MutexLock lock(mutex_);
    files_.erase(file_number);
    return {};
}

Result<std::vector<uint64_t>> MemoryVectorLog::list() const {
    std::vector<uint64_t> numbers;
    const base::MutexLock lock(mutex_);
    for (const auto& [number, frames] : files_) numbers.push_back(number);
    return numbers;
}

}  // namespace

std::unique_ptr<VectorLog> make_memory_vector_log(uint64_t file_bytes_max,
                                                  std::function<uint64_t()> next_file_number) {
    return std::make_unique<MemoryVectorLog>(file_bytes_max, std::move(next_file_number));
}

}  // namespace grape::storage
