#include "storage/env/page_file.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/check.h"
#include "storage/env/env_status.h"
#include "storage/env/new_file.h"

namespace grape::storage::env {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

constexpr size_t kPagesPerWrite = 16;
constexpr size_t kPagesPerRead = 4;  // a buffer of 16 KiB on the stack

// Collects pages and writes them sixteen at a time. The last page is known at Sync only, so a full
// page waits until a byte comes behind it.
class PageWriter final : public leveldb::WritableFile {
  public:
    PageWriter(EnvContext& context, File file, const FileIdentity& identity)
        : context_(context), file_(std::move(file)), identity_(identity) {}

    leveldb::Status Append(const leveldb::Slice& data) override {
        return to_leveldb(append(data.data(), data.size()));
    }
    // A file that is not whole is of no use to anybody: nothing is written before a page is full.
    leveldb::Status Flush() override { return to_leveldb(context_.latch.status()); }
    leveldb::Status Sync() override { return to_leveldb(finish()); }
    leveldb::Status Close() override {
        const Status status = finish();
        file_.close();
        return to_leveldb(status);
    }

  private:
    Status append(const char* data, size_t size);
    Status write_pages(bool last);
    Status finish();

    EnvContext& context_;
    File file_;
    const FileIdentity identity_;
    std::vector<uint8_t> pages_;      // whole pages, headers not filled in
    size_t last_page_payload_ = 0;    // of the last page in pages_
    uint32_t first_page_number_ = 0;  // of pages_
    bool finished_ = false;
};

Status PageWriter::append(const char* data, size_t size) {
    GRAPE_TRY(context_.latch.status());
    if (finished_) return Status::make_internal(file_.path(), ": append to a finished file");
    while (size > 0) {
        if (pages_.empty() || last_page_payload_ == page_payload_bytes) {
            if (pages_.size() == kPagesPerWrite * page_bytes) GRAPE_TRY(write_pages(false));
            pages_.resize(pages_.size() + page_bytes);
            last_page_payload_ = 0;
        }
        const size_t part = std::min(size, page_payload_bytes - last_page_payload_);
        std::memcpy(pages_.data() + pages_.size() - page_payload_bytes + last_page_payload_, data,
                    part);
        last_page_payload_ += part;
        data += part;
        size -= part;
    }
    return {};
}

Status PageWriter::write_pages(bool last) {
    const size_t count = pages_.size() / page_bytes;
    for (size_t i = 0; i < count; ++i) {
        const bool end = i + 1 == count;
        const size_t payload = end ? last_page_payload_ : page_payload_bytes;
        seal_page(pages_.data() + i * page_bytes, identity_,
                  {first_page_number_ + static_cast<uint32_t>(i), static_cast<uint32_t>(payload),
                   last && end});
    }
    const uint64_t offset = uint64_t{first_page_number_} * page_bytes;
    GRAPE_TRY(context_.latch.keep(file_.write_at(offset, Bytes(pages_))));
    first_page_number_ += static_cast<uint32_t>(count);
    pages_.clear();
    return {};
}

Status PageWriter::finish() {
    GRAPE_TRY(context_.latch.status());
    if (finished_) return {};
    finished_ = true;
    if (pages_.empty()) {  // an empty file still has its last page
        pages_.resize(page_bytes);
        last_page_payload_ = 0;
    }
    GRAPE_TRY(write_pages(true));
    return context_.latch.keep(file_.sync());
}

class PageRandomFile final : public leveldb::RandomAccessFile {
  public:
    PageRandomFile(EnvContext& context, std::unique_ptr<PageReader> reader)
        : context_(context), reader_(std::move(reader)) {
        context_.open_table_bytes += reader_->size_bytes();
    }
    ~PageRandomFile() override { context_.open_table_bytes -= reader_->size_bytes(); }

    leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result,
                         char* scratch) const override {
        const Result<size_t> size = reader_->read(offset, n, scratch);
        *result = leveldb::Slice(scratch, size.ok() ? size.value() : 0);
        return to_leveldb(size.status());
    }

  private:
    EnvContext& context_;
    const std::unique_ptr<PageReader> reader_;
};

class PageSequentialFile final : public leveldb::SequentialFile {
  public:
    explicit PageSequentialFile(std::unique_ptr<PageReader> reader) : reader_(std::move(reader)) {}

    leveldb::Status Read(size_t n, leveldb::Slice* result, char* scratch) override {
        const Result<size_t> size = reader_->read(offset_, n, scratch);
        *result = leveldb::Slice(scratch, size.ok() ? size.value() : 0);
        offset_ += result->size();
        return to_leveldb(size.status());
    }
    leveldb::Status Skip(uint64_t n) override {
        offset_ = std::min(offset_ + std::min(n, reader_->size_bytes()), reader_->size_bytes());
        return leveldb::Status::OK();
    }

  private:
    const std::unique_ptr<PageReader> reader_;
    uint64_t offset_ = 0;
};

}  // namespace

Result<std::unique_ptr<PageReader>> PageReader::open(const std::string& path,
                                                     const FileIdentity& identity,
                                                     FileFaults* faults) {
    GRAPE_ASSIGN(File file, File::open(path, File::Mode::read, faults));
    GRAPE_ASSIGN(const uint64_t file_bytes, file.size());
    if (file_bytes == 0 || file_bytes % page_bytes != 0) {
        return Status::make_corrupt(path, ": ", file_bytes, " bytes are no whole pages");
    }
    const uint64_t last = file_bytes / page_bytes - 1;
    uint8_t page[page_bytes];
    GRAPE_TRY(file.read_at(last * page_bytes, page));
    GRAPE_ASSIGN(const PageHeader header, check_page(page, identity, last, path));
    if (!header.last) return Status::make_corrupt(path, ": its last pages are missing");
    std::unique_ptr<PageReader> reader(new PageReader(std::move(file), identity));
    reader->size_bytes_ = last * page_payload_bytes + header.payload_bytes;
    return reader;
}

Result<size_t> PageReader::read(uint64_t offset, size_t size, char* out) const {
    if (offset >= size_bytes_) return size_t{0};
    size = static_cast<size_t>(std::min<uint64_t>(size, size_bytes_ - offset));
    uint8_t buffer[kPagesPerRead * page_bytes];
    size_t done = 0;
    while (done < size) {
        const uint64_t first = (offset + done) / page_payload_bytes;
        const uint64_t end = (offset + size - 1) / page_payload_bytes + 1;
        const auto count = static_cast<size_t>(std::min<uint64_t>(kPagesPerRead, end - first));
        GRAPE_TRY(file_.read_at(first * page_bytes, {buffer, count * page_bytes}));
        for (size_t i = 0; i < count; ++i) {
            const uint8_t* page = buffer + i * page_bytes;
            GRAPE_ASSIGN(const PageHeader header,
                         check_page(page, identity_, first + i, file_.path()));
            const auto from = static_cast<size_t>((offset + done) % page_payload_bytes);
            const size_t part = std::min(size - done, page_payload_bytes - from);
            if (from + part > header.payload_bytes) {
                return Status::make_corrupt(file_.path(), ": page ", first + i, " is too short");
            }
            std::memcpy(out + done, page + page_header_bytes + from, part);
            done += part;
        }
    }
    return size;
}

Result<std::unique_ptr<leveldb::WritableFile>> make_page_writer(EnvContext& context,
                                                                const std::string& path) {
    GRAPE_ASSIGN(File file, create_file(context, path));
    const FileIdentity identity = context.identity(parse_file_name(path));
    return std::unique_ptr<leveldb::WritableFile>(
        new PageWriter(context, std::move(file), identity));
}

Result<std::unique_ptr<leveldb::RandomAccessFile>> open_page_file(EnvContext& context,
                                                                  const std::string& path) {
    const FileIdentity identity = context.identity(parse_file_name(path));
    GRAPE_ASSIGN(std::unique_ptr<PageReader> reader,
                 PageReader::open(path, identity, context.faults));
    GRAPE_TRY(check_table_footer(*reader, path));
    return std::unique_ptr<leveldb::RandomAccessFile>(
        new PageRandomFile(context, std::move(reader)));
}

Result<std::unique_ptr<leveldb::SequentialFile>> open_page_sequence(EnvContext& context,
                                                                    const std::string& path) {
    const FileIdentity identity = context.identity(parse_file_name(path));
    GRAPE_ASSIGN(std::unique_ptr<PageReader> reader,
                 PageReader::open(path, identity, context.faults));
    return std::unique_ptr<leveldb::SequentialFile>(new PageSequentialFile(std::move(reader)));
}

Status check_table_footer(const PageReader& reader, const std::string& path) {
    constexpr size_t kFooterBytes = 48;  // two handles of two varints, padding, magic
    constexpr uint64_t kBlockTrailerBytes = 5;
    char footer[kFooterBytes];
    if (reader.size_bytes() < kFooterBytes) return Status::make_corrupt(path, ": no table");
    const uint64_t end = reader.size_bytes() - kFooterBytes;
    GRAPE_TRY(reader.read(end, kFooterBytes, footer).status());
    base::ByteReader handles{std::string_view{footer, kFooterBytes}};
    for (int handle = 0; handle < 2; ++handle) {
        const uint64_t offset = handles.varint();
        const uint64_t size = handles.varint();
        const bool fits = handles.ok() && offset <= end && size <= end - offset &&
                          kBlockTrailerBytes <= end - offset - size;
        if (!fits) return Status::make_corrupt(path, ": the footer points out of the table");
    }
    return {};
}

}  // namespace grape::storage::env
