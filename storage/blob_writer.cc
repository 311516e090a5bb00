// The writer of blob files. It keeps 256 KiB of content and eight bytes a page; larger pieces go
// from the caller's memory to the file.
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "storage/blob_disk.h"

namespace grape::storage {

using base::Bytes;
using base::Result;
using base::Status;

Status BlobWriter::align(size_t alignment) {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return Status::make_invalid("alignment ", alignment, " is not a power of two");
    }
    static constexpr uint8_t kZeros[512] = {};
    size_t missing = static_cast<size_t>(-written_ & (alignment - 1));
    while (missing > 0) {
        const size_t size = std::min(missing, sizeof(kZeros));
        GRAPE_TRY(append(Bytes(kZeros, size)));
        missing -= size;
    }
    return {};
}

namespace {

constexpr size_t kBufferBytes = 256u << 10;
static_assert(kBufferBytes % kBlobPageBytes == 0);
// So much is on its way to the disk at once, and as much again waits for that: a commit's small
// sync would otherwise stand behind all of a large file, for 10 ms and more.
constexpr size_t kOnItsWayBytes = 1u << 20;
static_assert(kOnItsWayBytes % kBlobPageBytes == 0);

class DiskBlobWriter final : public BlobWriter {
  public:
    DiskBlobWriter(std::shared_ptr<BlobDirectory> directory, const BlobName& name, File file)
        : directory_(std::move(directory)),
          name_(name),
          file_(std::move(file)),
          sends_on_(file_.can_begin_writing()) {
        buffer_.reserve(kBufferBytes);
    }
    ~DiskBlobWriter() override;

    Status append(Bytes bytes) override;
    Result<BlobIdentity> finish() override;

  private:
    Status usable() const;
    Status append_checked(Bytes bytes);
    // Whole pages, to the end of what is in the file.
    Status write_pages(Bytes pages);
    Status send_on(uint64_t end);
    Status flush();
    Result<BlobIdentity> write_frame();
    // Writes the page table and gives the checksums of its pages.
    Result<std::vector<uint64_t>> write_table(const BlobLayout& layout);

    const std::shared_ptr<BlobDirectory> directory_;
    const BlobName name_;
    File file_;
    const bool sends_on_;
    std::vector<uint8_t> buffer_;
    std::vector<uint64_t> checksums_;  // of the pages in the file
    uint64_t arrived_ = 0, sent_ = 0;  // how far the disk has the file, and how far it is to get it
    Status failed_;                    // the first failure, or that it is finished
    bool busy_ = false;                // still true after a call that ended by bad_alloc
    bool finished_ = false;
};

DiskBlobWriter::~DiskBlobWriter() {
    if (finished_) return;
    file_.close();
    // What cannot be removed is an orphan, and the next open of the database removes it.
    static_cast<void>(remove_file(file_.path(), directory_->options.faults));
}

Status DiskBlobWriter::usable() const {
    if (busy_) return Status::make_nomem(file_.path(), ": an earlier write was cut short");
    return failed_;
}

Status DiskBlobWriter::write_pages(Bytes pages) {
    uint64_t offset = BlobLayout::page_offset(checksums_.size());
    for (Bytes rest = pages; !rest.empty(); rest = rest.subspan(kBlobPageBytes)) {
        const uint64_t page = checksums_.size();
        checksums_.push_back(content_page_checksum(name_, page, rest.first(kBlobPageBytes)));
    }
    while (!pages.empty()) {
        const Bytes part = pages.first(std::min(pages.size(), kOnItsWayBytes));
        GRAPE_TRY(file_.write_at(offset, part));
        offset += part.size();
        pages = pages.subspan(part.size());
        GRAPE_TRY(send_on(offset));
    }
    return {};
}

// The file is written up to `end`.
Status DiskBlobWriter::send_on(uint64_t end) {
    if (!sends_on_ || end - sent_ < kOnItsWayBytes) return {};
    GRAPE_TRY(file_.wait_for_writing(arrived_, sent_ - arrived_));
    GRAPE_TRY(file_.begin_writing(sent_, end - sent_));
    arrived_ = std::exchange(sent_, end);
    return {};
}

Status DiskBlobWriter::flush() {
    buffer_.resize((buffer_.size() + kBlobPageBytes - 1) / kBlobPageBytes * kBlobPageBytes);
    GRAPE_TRY(write_pages(buffer_));
    buffer_.clear();
    return {};
}

Status DiskBlobWriter::append_checked(Bytes bytes) {
    while (!bytes.empty()) {
        if (buffer_.empty() && bytes.size() >= kBufferBytes) {
            const Bytes whole = bytes.first(bytes.size() / kBlobPageBytes * kBlobPageBytes);
            GRAPE_TRY(write_pages(whole));
            bytes = bytes.subspan(whole.size());
            continue;
        }
        const Bytes part = bytes.first(std::min(bytes.size(), kBufferBytes - buffer_.size()));
        buffer_.insert(buffer_.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
        if (buffer_.size() == kBufferBytes) GRAPE_TRY(flush());
    }
    return {};
}

Status DiskBlobWriter::append(Bytes bytes) {
    GRAPE_TRY(usable());
    if (bytes.size() > kBlobContentBytesMax - written_) {
        return Status::make_limit("content_bytes over ", kBlobContentBytesMax);
    }
    busy_ = true;
    failed_ = append_checked(bytes);
    busy_ = false;
    if (failed_.ok()) written_ += bytes.size();
    return failed_;
}

Result<std::vector<uint64_t>> DiskBlobWriter::write_table(const BlobLayout& layout) {
    std::vector<uint64_t> index;
    index.reserve(layout.table_page_count);
    buffer_.clear();
    uint64_t offset = layout.table_offset;
    for (std::span<const uint64_t> rest = checksums_; !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), kHeadersPerTablePage));
        rest = rest.subspan(part.size());
        const BlobPage page = encode_table_page(part);
        index.push_back(table_page_checksum(name_, index.size(), page));
        buffer_.insert(buffer_.end(), page.begin(), page.end());
        if (buffer_.size() < kBufferBytes && !rest.empty()) continue;
        GRAPE_TRY(file_.write_at(offset, buffer_));
        offset += buffer_.size();
        buffer_.clear();
    }
    return index;
}

Result<BlobIdentity> DiskBlobWriter::write_frame() {
    GRAPE_TRY(flush());
    const BlobLayout layout(written_);
    if (GRAPE_NEVER(checksums_.size() != layout.page_count)) {
        return Status::make_internal(file_.path(), ": pages were lost");
    }
    GRAPE_ASSIGN(const std::vector<uint64_t> table, write_table(layout));
    const BlobPage header = encode_blob_header(name_);
    const std::string index = encode_blob_index(table);
    const BlobFooter footer = encode_blob_footer(name_, layout, base::as_bytes(index));
    const Bytes tail[] = {base::as_bytes(index), footer};
    GRAPE_TRY(file_.write_at(layout.index_offset, tail));
    GRAPE_TRY(file_.write_at(0, header));
    GRAPE_TRY(file_.sync());
    GRAPE_TRY(sync_directory(directory_->options.directory, directory_->options.faults));
    return BlobIdentity{name_.file_number, layout.file_bytes,
                        blob_root_checksum(name_, header, base::as_bytes(index), footer)};
}

Result<BlobIdentity> DiskBlobWriter::finish() {
    GRAPE_TRY(usable());
    busy_ = true;
    Result<BlobIdentity> identity = write_frame();
    busy_ = false;
    failed_ = identity.ok() ? Status::make_invalid(file_.path(), ": the blob is finished")
                            : identity.status();
    finished_ = identity.ok();
    if (finished_) file_.close();
    return identity;
}

}  // namespace

Result<std::unique_ptr<BlobWriter>> create_blob_writer(std::shared_ptr<BlobDirectory> directory,
                                                       uint64_t file_number, BlobKind kind) {
    if (file_number == 0) return Status::make_invalid("file number 0");
    const DiskBlobOptions& options = directory->options;
    GRAPE_ASSIGN(File file,
                 create_in(options.directory, blob_file_name(file_number, kind), options.faults));
    const BlobName name{options.database_id, file_number, kind};
    return std::unique_ptr<BlobWriter>(
        std::make_unique<DiskBlobWriter>(std::move(directory), name, std::move(file)));
}

}  // namespace grape::storage
