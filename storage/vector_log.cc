// The vector log on disk: appends, and the care for its files. Scanning is in log_scan.cc.
#include "storage/vector_log.h"

#include <utility>

#include "storage/direct_writer.h"
#include "storage/file.h"
#include "storage/log_format.h"
#include "storage/log_scan.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

constexpr std::string_view kSuffix = ".vlog";
static_assert(kLogPageBytes % DirectWriter::kPageBytes == 0);

class DiskVectorLog final : public VectorLog {
  public:
    DiskVectorLog(std::string directory, uint64_t database_id, uint64_t file_bytes_max,
                  std::function<uint64_t()> next_file_number, FileFaults* faults)
        : directory_(std::move(directory)),
          database_id_(database_id),
          file_bytes_max_(file_bytes_max),
          next_file_number_(std::move(next_file_number)),
          faults_(faults) {}

    Result<LogPosition> append(std::span<const LogFrame> frames) override;
    void roll() override { file_.close(); }
    uint64_t current_file() const override { return can_extend() ? tail_.name.file_number : 0; }
    Status scan(const LogPosition& committed, const LogScan& scan) const override {
        const LogName name{database_id_, committed.file_number};
        return scan_log_file(path_of(committed.file_number), name, committed, scan, faults_);
    }
    Result<uint64_t> truncate(const LogPosition& committed) override;
    Status remove(uint64_t file_number) override;
    Result<std::vector<uint64_t>> list() const override {
        return list_numbered(directory_, kSuffix, faults_);
    }

  private:
    std::string path_of(uint64_t file_number) const {
        return directory_ + "/" + numbered_name(file_number, kSuffix);
    }
    bool can_extend() const { return file_.is_open() && tail_.length_bytes < file_bytes_max_; }
    Status open_new_file();
    Status write(bool to_new_file, std::span<const LogFrame> frames, LogTail& tail);
    // Closes the file after a failure, and gives back the space of what does not count.
    void abandon(bool new_file);

    // Constant after construction.
    const std::string directory_;
    const uint64_t database_id_;
    const uint64_t file_bytes_max_;
    const std::function<uint64_t()> next_file_number_;
    FileFaults* const faults_;
    // The sequencer's.
    File file_;     // closed when the next append opens a new file
    LogTail tail_;  // of file_; what stands before it is synced
    DirectWriter writer_;
    bool busy_ = false;  // still true after an append that ended by bad_alloc
};

Status DiskVectorLog::open_new_file() {
    const uint64_t number = next_file_number_();
    if (number == 0) return Status::make_internal("the vector log was given file number 0");
    GRAPE_ASSIGN(file_, create_in(directory_, numbered_name(number, kSuffix), faults_));
    file_.bypass_cache();
    tail_ = LogTail::of_new_file({database_id_, number});
    return {};
}

Status DiskVectorLog::write(bool to_new_file, std::span<const LogFrame> frames, LogTail& tail) {
    const uint64_t offset = to_new_file ? 0 : tail.length_bytes;
    const LogHeaderPage header_page = encode_log_header(tail.name);
    std::vector<Bytes> pieces;
    if (to_new_file) pieces.push_back(header_page);
    const EncodedFrames encoded = encode_frames(tail, frames);
    for (const EncodedFrame& frame : encoded.frames) {
        pieces.insert(pieces.end(), frame.pieces.begin(), frame.pieces.end());
    }
    GRAPE_TRY(writer_.write(file_, offset, pieces));
    GRAPE_TRY(file_.sync());
    return to_new_file ? sync_directory(directory_, faults_) : Status();
}

void DiskVectorLog::abandon(bool new_file) {
    // Neither has to succeed: nothing names these bytes, and the next open of the database cuts
    // them.
    if (!new_file) static_cast<void>(file_.truncate(tail_.length_bytes));
    file_.close();
    if (new_file) static_cast<void>(remove_file(file_.path(), faults_));
}

Result<LogPosition> DiskVectorLog::append(std::span<const LogFrame> frames) {
    GRAPE_TRY(check_frames(frames));
    // Pages that an append cut short may have written are never written again.
    if (busy_ || !can_extend()) file_.close();
    busy_ = true;
    const bool to_new_file = !file_.is_open();
    Status status = to_new_file ? open_new_file() : Status();
    if (status.ok()) {
        LogTail tail = tail_;
        status = write(to_new_file, frames, tail);
        if (status.ok()) {
            tail_ = tail;
        } else {
            abandon(to_new_file);
        }
    }
    busy_ = false;
    if (!status.ok()) return status;
    return tail_.position();
}

Result<uint64_t> DiskVectorLog::truncate(const LogPosition& committed) {
    const std::string path = path_of(committed.file_number);
    if (committed.length_bytes % kLogPageBytes != 0) {
        return Status::make_corrupt(path, ": the committed length ", committed.length_bytes,
                                    " is not a multiple of ", kLogPageBytes);
    }
    if (committed.file_number == current_file()) {
        return Status::make_invalid(path, ": is open for append");
    }
    Result<File> file = File::open(path, File::Mode::change, faults_);
    if (!file.ok()) {
        if (file.status().code() == base::Code::not_found) return uint64_t{0};
        return file.status();
    }
    GRAPE_ASSIGN(const uint64_t size, file->size());
    if (size <= committed.length_bytes) return uint64_t{0};
    GRAPE_TRY(file->truncate(committed.length_bytes));
    GRAPE_TRY(file->sync());
    return size - committed.length_bytes;
}

Status DiskVectorLog::remove(uint64_t file_number) {
    if (file_.is_open() && tail_.name.file_number == file_number) file_.close();
    return remove_file(path_of(file_number), faults_);
}

}  // namespace

std::unique_ptr<VectorLog> make_vector_log(const std::string& directory, uint64_t database_id,
                                           uint64_t file_bytes_max,
                                           std::function<uint64_t()> next_file_number,
                                           FileFaults* faults) {
    return std::make_unique<DiskVectorLog>(directory, database_id, file_bytes_max,
                                           std::move(next_file_number), faults);
}

}  // namespace grape::storage
