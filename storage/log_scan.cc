// A scan has two passes. The first one reads headers only: it goes from frame to frame, and after a
// bad header page by page to the next authentic one. The second one reads and checks the bodies.
//
// Between them it is decided which frames count. Bytes that look like a frame may be part of a
// vector that somebody stored, and a file may have been put back from a copy; so a frame counts
// when the chain ties it to the committed position, or, where the end is damaged, to the start of
// the file. A frame with damage on both sides is reported as damaged too.
#include "storage/log_scan.h"

#include <algorithm>
#include <vector>

#include "storage/file.h"
#include "storage/memory_block.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::MutableBytes;
using base::Result;
using base::Status;

struct Segment {
    bool has_header = false;
    bool counts = false;
    FrameHeader header;
    Status damage;  // why there is no header, or why its frame cannot be read
};

class LogScanner {
  public:
    LogScanner(File file, const LogName& name, const LogPosition& committed, uint64_t size)
        : file_(std::move(file)),
          name_(name),
          committed_(committed),
          size_(size),
          end_(std::min(size, committed.length_bytes)) {}

    Status run(const LogScan& scan);

  private:
    bool is_short() const { return size_ < committed_.length_bytes; }
    Status check_file_header() const;
    void read_headers();
    // What is at `offset`: a header, or why there is none.
    Segment segment_at(uint64_t offset) const;
    void decide_what_counts();
    Status end_damage() const;
    Status deliver(const Segment& segment, const LogScan& scan);

    const File file_;
    const LogName name_;
    const LogPosition committed_;
    const uint64_t size_;  // of the file
    const uint64_t end_;   // of what is committed and there
    std::vector<Segment> segments_;
    MemoryBlock buffer_;  // one frame
    std::vector<uint32_t> rows_;
};

Status LogScanner::check_file_header() const {
    if (end_ < kLogPageBytes) return {};  // the file is short, which is said at the end
    LogHeaderPage page;
    GRAPE_TRY(file_.read_at(0, page));
    if (page == encode_log_header(name_)) return {};
    return Status::make_corrupt(file_.path(), ": the header page is damaged");
}

Segment LogScanner::segment_at(uint64_t offset) const {
    Segment segment;
    uint8_t bytes[kFrameHeaderBytes];
    if (end_ - offset < sizeof(bytes)) {
        segment.damage = Status::make_corrupt(file_.path(), ": is cut at ", end_);
        return segment;
    }
    segment.damage = file_.read_at(offset, bytes);
    if (!segment.damage.ok()) return segment;
    const Result<FrameHeader> header = decode_frame_header(name_, offset, bytes);
    if (!header.ok()) {
        segment.damage = header.status().with_context(file_.path());
        return segment;
    }
    if (header->end() > committed_.length_bytes) {
        segment.damage = Status::make_corrupt(file_.path(), ": the frame at ", offset,
                                              " goes past the committed length");
        return segment;
    }
    segment.has_header = true;
    segment.header = *header;
    if (header->end() > end_) {
        segment.damage =
            Status::make_corrupt(file_.path(), ": the frame at ", offset, " is cut at ", end_);
    }
    return segment;
}

void LogScanner::read_headers() {
    uint64_t offset = kLogPageBytes;
    bool searching = false;
    while (offset < end_) {
        Segment segment = segment_at(offset);
        offset = segment.has_header ? segment.header.end() : offset + kLogPageBytes;
        // A stretch without a header is one segment, with what was wrong at its start.
        if (segment.has_header || !searching) segments_.push_back(std::move(segment));
        searching = !segments_.back().has_header;
    }
}

// Whether `next` was written right behind `before`.
bool follows(const FrameHeader& before, const FrameHeader& next) {
    return next.offset == before.end() && next.previous_chain == before.chain &&
           next.frame_number == before.frame_number + 1;
}

void LogScanner::decide_what_counts() {
    if (segments_.empty()) return;
    Segment& last = segments_.back();
    const bool end_is_known = last.has_header && !is_short();
    if (end_is_known) {
        last.counts = last.header.chain == committed_.chain;
        if (!last.counts) return;  // not the file that the store names
        for (size_t i = segments_.size() - 1; i > 0; --i) {
            Segment& before = segments_[i - 1];
            if (!before.has_header || !follows(before.header, segments_[i].header)) break;
            before.counts = true;
        }
    }
    FrameHeader before;
    before.chain = first_chain(name_);
    before.frame_number = UINT64_MAX;
    for (Segment& segment : segments_) {
        const bool first = segment.header.offset == kLogPageBytes;
        const bool tied = first ? segment.header.previous_chain == before.chain &&
                                      segment.header.frame_number == 0
                                : follows(before, segment.header);
        if (!segment.has_header || !tied) break;
        segment.counts = true;
        before = segment.header;
    }
}

Status LogScanner::deliver(const Segment& segment, const LogScan& scan) {
    const FrameHeader& header = segment.header;
    if (!segment.has_header) return scan.damage(LogFrame(), segment.damage);
    if (!segment.damage.ok()) return scan.damage(header.frame(), segment.damage);
    if (!segment.counts) {
        return scan.damage(header.frame(),
                           Status::make_corrupt(file_.path(), ": the frame at ", header.offset,
                                                " is not tied to the committed chain"));
    }
    if (header.frame_bytes() > SIZE_MAX / 2) {
        return Status::make_limit(file_.path(), ": a frame of ", header.frame_bytes(), " bytes");
    }
    const size_t size = static_cast<size_t>(header.frame_bytes());
    if (size > buffer_.size()) GRAPE_TRY(buffer_.allocate(size));
    const MutableBytes bytes(buffer_.data(), size);
    if (const Status read = file_.read_at(header.offset, bytes); !read.ok()) {
        return scan.damage(header.frame(), read);
    }
    const Result<LogFrame> frame = decode_frame(name_, header, bytes, rows_);
    if (frame.ok()) return scan.frame(*frame);
    return scan.damage(header.frame(), frame.status().with_context(file_.path()));
}

Status LogScanner::end_damage() const {
    if (is_short()) {
        return Status::make_corrupt(file_.path(), ": has ", size_, " bytes, ",
                                    committed_.length_bytes, " are committed");
    }
    const bool right_end =
        !segments_.empty() &&
        (!segments_.back().has_header || segments_.back().header.chain == committed_.chain);
    if (right_end) return {};  // or reported with the last stretch
    return Status::make_corrupt(file_.path(), ": does not end with the frame that is committed");
}

Status LogScanner::run(const LogScan& scan) {
    const Status header = check_file_header();
    if (!header.ok()) GRAPE_TRY(scan.damage(LogFrame(), header));
    read_headers();
    decide_what_counts();
    for (const Segment& segment : segments_) GRAPE_TRY(deliver(segment, scan));
    const Status end = end_damage();
    return end.ok() ? Status() : scan.damage(LogFrame(), end);
}

}  // namespace

Status scan_log_file(const std::string& path, const LogName& name, const LogPosition& committed,
                     const LogScan& scan, FileFaults* faults) {
    if (committed.length_bytes == 0) return {};
    Result<File> file = File::open(path, File::Mode::read, faults);
    if (!file.ok()) {
        if (file.status().code() != base::Code::not_found) return file.status();
        return scan.damage(LogFrame(), Status::make_corrupt(path, ": the file is missing"));
    }
    GRAPE_ASSIGN(const uint64_t size, file->size());
    return LogScanner(std::move(file).value(), name, committed, size).run(scan);
}

}  // namespace grape::storage
