#include <algorithm>
#include <iterator>

#include "storage/blob_disk.h"

namespace grape::storage {

using base::Bytes;
using base::MutableBytes;
using base::Result;
using base::Status;

namespace {

constexpr uint64_t kFrameBytes = kBlobPageBytes + kBlobFooterBytes;  // of an empty blob

}  // namespace

std::string blob_file_name(uint64_t file_number, BlobKind kind) {
    for (const BlobSuffix& each : kBlobSuffixes) {
        if (each.kind == kind) return numbered_name(file_number, each.suffix);
    }
    return {};
}

std::string BlobDirectory::path_of(uint64_t file_number, BlobKind kind) const {
    return options.directory + "/" + blob_file_name(file_number, kind);
}

DescriptorCache::Entry DescriptorCache::find(const std::string& path) {
    const base::MutexLock lock(mutex_);
    const auto found = places_.find(path);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
}

void DescriptorCache::drop(Entries::iterator entry) {
    places_.erase((*entry)->path());
    entries_.erase(entry);
}

Result<std::shared_ptr<const File>> DescriptorCache::open(const std::string& path) {
    if (Entry kept = find(path)) return kept;
    GRAPE_ASSIGN(File file, File::open(path, File::Mode::read, faults_));
    auto opened = std::make_shared<const File>(std::move(file));
    const base::MutexLock lock(mutex_);
    // Another thread may have opened it meanwhile; that one stays.
    entries_.push_front(opened);
    if (!places_.try_emplace(opened->path(), entries_.begin()).second) entries_.pop_front();
    while (entries_.size() > descriptors_max_) drop(std::prev(entries_.end()));
    return opened;
}

void DescriptorCache::forget(const std::string& path) {
    const base::MutexLock lock(mutex_);
    const auto found = places_.find(path);
    if (found != places_.end()) drop(found->second);
}

size_t DescriptorCache::size() const {
    const base::MutexLock lock(mutex_);
    return entries_.size();
}

Result<BlobFile> BlobFile::check(const File& file, const BlobName& name,
                                 const BlobIdentity& identity) {
    BlobFile blob;
    blob.path_ = file.path();
    blob.name_ = name;
    blob.identity_ = identity;
    GRAPE_ASSIGN(const uint64_t size, file.size());
    if (size != identity.size_bytes || size < kFrameBytes) {
        return Status::make_corrupt(file.path(), ": has ", size, " bytes instead of ",
                                    identity.size_bytes);
    }
    BlobPage header;
    GRAPE_TRY(file.read_at(0, header));
    if (Status checked = check_blob_header(name, header); !checked.ok())
        return blob.damaged(checked);
    BlobFooter footer;
    GRAPE_TRY(file.read_at(size - kBlobFooterBytes, footer));
    Result<BlobLayout> layout = decode_blob_footer(name, footer);
    if (!layout.ok()) return blob.damaged(layout.status());
    blob.layout_ = *layout;
    if (layout->file_bytes != size) {
        return Status::make_corrupt(file.path(), ": has ", size, " bytes, its footer says ",
                                    layout->file_bytes);
    }
    std::vector<uint8_t> index(layout->footer_offset - layout->index_offset);
    GRAPE_TRY(file.read_at(layout->index_offset, index));
    Result<std::vector<uint64_t>> checksums = decode_blob_index(name, index, footer);
    if (!checksums.ok()) return blob.damaged(checksums.status());
    blob.index_ = std::move(checksums).value();
    if (blob_root_checksum(name, header, index, footer) != identity.root_checksum) {
        return Status::make_corrupt(file.path(),
                                    ": is sound but not the file that the store names");
    }
    return blob;
}

Status check_blob_range(const std::string& path, uint64_t content_bytes, uint64_t offset,
                        size_t size) {
    if (offset <= content_bytes && size <= content_bytes - offset) return {};
    return Status::make_invalid(path, ": read of ", size, " bytes at ", offset,
                                " is outside of the content of ", content_bytes, " bytes");
}

Status BlobFile::check_table_page(uint64_t table_page, Bytes bytes) const {
    if (table_page_checksum(name_, table_page, bytes) == index_[table_page]) return {};
    return Status::make_corrupt(path_, ": page ", table_page, " of the page table is damaged");
}

Status BlobFile::check_content_page(uint64_t page, Bytes bytes, Bytes table_page) const {
    const auto expected = checksum_in_table_page(table_page, page % kHeadersPerTablePage);
    if (!expected.ok()) return damaged(expected.status());
    if (content_page_checksum(name_, page, bytes) == *expected) return {};
    return Status::make_corrupt(path_, ": page ", page, " is damaged");
}

Status BlobFile::read_pages(const File& file, uint64_t first, MutableBytes out) const {
    BlobPage table;
    uint64_t page = first;
    while (!out.empty()) {
        const uint64_t table_page = page / kHeadersPerTablePage;
        GRAPE_TRY(file.read_at(layout_.table_page_offset(table_page), table));
        GRAPE_TRY(check_table_page(table_page, table));
        const uint64_t pages = (table_page + 1) * kHeadersPerTablePage - page;
        MutableBytes part = out.first(std::min<size_t>(out.size(), pages * kBlobPageBytes));
        GRAPE_TRY(file.read_at(BlobLayout::page_offset(page), part));
        out = out.subspan(part.size());
        for (; !part.empty(); part = part.subspan(kBlobPageBytes), ++page) {
            GRAPE_TRY(check_content_page(page, part.first(kBlobPageBytes), table));
        }
    }
    return {};
}

Status BlobFile::read_all(const File& file) const {
    const uint64_t pages_max = std::min<uint64_t>(layout_.page_count, kHeadersPerTablePage);
    std::vector<uint8_t> buffer(pages_max * kBlobPageBytes);
    for (uint64_t page = 0; page < layout_.page_count; page += kHeadersPerTablePage) {
        const uint64_t pages = std::min(pages_max, layout_.page_count - page);
        GRAPE_TRY(read_pages(file, page, MutableBytes(buffer).first(pages * kBlobPageBytes)));
    }
    return {};
}

Result<OpenedBlobFile> open_blob_file(const BlobDirectory& directory, const BlobIdentity& identity,
                                      BlobKind kind) {
    const BlobName name{directory.options.database_id, identity.file_number, kind};
    const std::string path = directory.path_of(identity.file_number, kind);
    Result<File> file = File::open(path, File::Mode::read, directory.options.faults);
    if (!file.ok()) {
        if (file.status().code() != base::Code::not_found) return file.status();
        return Status::make_corrupt(path, ": the file is missing");
    }
    GRAPE_ASSIGN(BlobFile checked, BlobFile::check(*file, name, identity));
    return OpenedBlobFile{std::move(file).value(), std::move(checked)};
}

}  // namespace grape::storage
