// Cached blobs: the whole file is mapped, and a page is verified at its first use.
//
// Which pages were verified stands in an atomic bitmap. Threads that meet at a page both verify it:
// both find the same, and nobody waits. Before a page is looked at the first time, its extent is
// populated by madvise: that costs less than its page faults, and a disk that cannot read it or a
// file that was cut becomes a Status there, not a signal.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>

#include "storage/blob_disk.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22  // Linux 5.14; older systems say EINVAL
#endif

namespace grape::storage {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

constexpr uint64_t kExtentPages = 256;  // 1 MiB: 5.9 ms for 100 MB; 64 KiB take 7.3 ms

class AtomicBits {
  public:
    explicit AtomicBits(uint64_t count)
        : words_(new std::atomic<uint64_t>[static_cast<size_t>(count / 64 + 1)]()), unset_(count) {}

    bool all() const { return unset_.load(std::memory_order_acquire) == 0; }
    bool get(uint64_t bit) const {
        return (words_[bit / 64].load(std::memory_order_acquire) >> (bit % 64) & 1) != 0;
    }
    bool all_of(uint64_t first, uint64_t end) const {
        for (uint64_t bit = first; bit < end;) {
            const uint64_t mask = mask_of(bit, end);
            if ((words_[bit / 64].load(std::memory_order_acquire) & mask) != mask) return false;
            bit = (bit / 64 + 1) * 64;
        }
        return true;
    }
    void set(uint64_t bit) {
        const uint64_t mask = uint64_t{1} << (bit % 64);
        const uint64_t before = words_[bit / 64].fetch_or(mask, std::memory_order_acq_rel);
        if ((before & mask) == 0) unset_.fetch_sub(1, std::memory_order_acq_rel);
    }
    static size_t bytes(uint64_t count) { return static_cast<size_t>(count / 64 + 1) * 8; }

  private:
    // The bits of `bit`'s word from `bit` on and before `end`.
    static uint64_t mask_of(uint64_t bit, uint64_t end) {
        const uint64_t upto = std::min(end, (bit / 64 + 1) * 64) - bit;
        return (upto == 64 ? ~uint64_t{0} : (uint64_t{1} << upto) - 1) << (bit % 64);
    }

    const std::unique_ptr<std::atomic<uint64_t>[]> words_;
    std::atomic<uint64_t> unset_;
};

// The map of a whole file, and its place among those that a store may have.
class FileMap {
  public:
    explicit FileMap(std::shared_ptr<BlobDirectory> directory) : directory_(std::move(directory)) {
        allowed_ = directory_->maps.fetch_add(1) < directory_->options.maps_max;
    }
    ~FileMap() {
        if (data_ != nullptr) ::munmap(data_, size_);
        directory_->maps.fetch_sub(1);
    }
    FileMap(const FileMap&) = delete;
    FileMap& operator=(const FileMap&) = delete;

    // False, and no error, when there are too many maps or no more address space.
    Result<bool> map(const File& file, size_t size);
    BlobDirectory& directory() const { return *directory_; }
    const uint8_t* data() const { return static_cast<const uint8_t*>(data_); }
    size_t size() const { return size_; }
    // Brings the file's bytes [offset, offset + size) into the map, or says why it cannot.
    Status populate(uint64_t offset, uint64_t size, const std::string& path) const;

  private:
    const std::shared_ptr<BlobDirectory> directory_;  // shared with the store
    void* data_ = nullptr;
    size_t size_ = 0;
    bool allowed_ = false;
};

class CachedBlob final : public Blob {
  public:
    CachedBlob(BlobFile file, std::unique_ptr<FileMap> map)
        : file_(std::move(file)),
          map_(std::move(map)),
          pages_(file_.layout().page_count),
          table_pages_(file_.layout().table_page_count) {}

    uint64_t content_bytes() const override { return file_.layout().content_bytes; }
    Placement placement() const override { return Placement::cached; }
    Result<BlobView> read(uint64_t offset, size_t size) const override;
    Status verify() const override;
    size_t heap_bytes() const override;
    size_t mapped_bytes() const override { return map_->size(); }
    const BlobIdentity& identity() const override { return file_.identity(); }

  private:
    Bytes mapped_page(uint64_t offset) const {
        return Bytes(map_->data() + offset, kBlobPageBytes);
    }
    Status verify_pages(uint64_t first, uint64_t end) const;
    Status verify_extent(uint64_t first, uint64_t end) const;
    // The verified table page with the header of `page`.
    Result<Bytes> table_page_of(uint64_t page) const;

    const BlobFile file_;
    const std::unique_ptr<const FileMap> map_;
    mutable AtomicBits pages_;
    mutable AtomicBits table_pages_;
};

size_t CachedBlob::heap_bytes() const {
    const BlobLayout& layout = file_.layout();
    return sizeof(*this) + file_.heap_bytes() + AtomicBits::bytes(layout.page_count) +
           AtomicBits::bytes(layout.table_page_count);
}

Result<BlobView> CachedBlob::read(uint64_t offset, size_t size) const {
    GRAPE_TRY(check_blob_range(file_.path(), content_bytes(), offset, size));
    if (size != 0 && !pages_.all()) {
        GRAPE_TRY(verify_pages(offset / kBlobPageBytes, (offset + size - 1) / kBlobPageBytes + 1));
    }
    return BlobView(Bytes(map_->data() + BlobLayout::page_offset(0) + offset, size));
}

Status CachedBlob::verify_pages(uint64_t first, uint64_t end) const {
    while (first < end) {
        const uint64_t extent_end = std::min(end, (first / kExtentPages + 1) * kExtentPages);
        if (!pages_.all_of(first, extent_end)) GRAPE_TRY(verify_extent(first, extent_end));
        first = extent_end;
    }
    return {};
}

Status CachedBlob::verify_extent(uint64_t first, uint64_t end) const {
    GRAPE_TRY(map_->populate(BlobLayout::page_offset(first), (end - first) * kBlobPageBytes,
                             file_.path()));
    Bytes table;
    for (uint64_t page = first; page < end; ++page) {
        if (table.empty() || page % kHeadersPerTablePage == 0) {
            GRAPE_ASSIGN(table, table_page_of(page));
        }
        if (pages_.get(page)) continue;
        const Bytes bytes = mapped_page(BlobLayout::page_offset(page));
        GRAPE_TRY(file_.check_content_page(page, bytes, table));
        pages_.set(page);
    }
    return {};
}

Result<Bytes> CachedBlob::table_page_of(uint64_t page) const {
    const uint64_t table_page = page / kHeadersPerTablePage;
    const uint64_t offset = file_.layout().table_page_offset(table_page);
    const Bytes bytes = mapped_page(offset);
    if (table_pages_.get(table_page)) return bytes;
    GRAPE_TRY(map_->populate(offset, kBlobPageBytes, file_.path()));
    GRAPE_TRY(file_.check_table_page(table_page, bytes));
    table_pages_.set(table_page);
    return bytes;
}

Status CachedBlob::verify() const {
    GRAPE_ASSIGN(const OpenedBlobFile opened,
                 open_blob_file(map_->directory(), file_.identity(), file_.name().kind));
    return opened.file.read_all(opened.descriptor);
}

Result<bool> FileMap::map(const File& file, size_t size) {
    // Whole files do not fit into an address space of 32 bits.
    if (sizeof(void*) < sizeof(uint64_t) || !allowed_) return false;
    FileFaults* faults = directory_->options.faults;
    size_t bytes = size;
    if (faults != nullptr) {
        const int error = faults->before(FileOperation::map, file.path(), &bytes);
        if (error != 0) return errno_status(error, "map", file.path());
    }
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(), 0);
    if (data == MAP_FAILED && errno == ENOMEM) return false;
    if (data == MAP_FAILED) return errno_status(errno, "map", file.path());
    data_ = data;
    size_ = size;
    return true;
}

Status FileMap::populate(uint64_t offset, uint64_t size, const std::string& path) const {
    FileFaults* faults = directory_->options.faults;
    size_t bytes = static_cast<size_t>(size);
    int error = faults == nullptr ? 0 : faults->before(FileOperation::map, path, &bytes);
    if (error == 0) {
        // The system's pages may be larger than ours.
        const uint64_t system_page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
        const uint64_t start = offset / system_page * system_page;
        uint8_t* from = static_cast<uint8_t*>(data_) + start;
        const size_t length = static_cast<size_t>(offset + size - start);
        if (::madvise(from, length, MADV_POPULATE_READ) != 0) error = errno;
    }
    // It is an older system, or was interrupted: the pages come at their first use.
    if (error == 0 || error == EINVAL || error == EINTR || error == EAGAIN) return {};
    if (error == ENOMEM) return errno_status(error, "read", path);
    return Status::make_io("read: ", path, ": cannot read ", size, " bytes at ", offset);
}

}  // namespace

Result<std::shared_ptr<Blob>> open_cached_blob(std::shared_ptr<BlobDirectory> directory,
                                               OpenedBlobFile& opened) {
    auto map = std::make_unique<FileMap>(std::move(directory));
    const size_t size = static_cast<size_t>(opened.file.identity().size_bytes);
    GRAPE_ASSIGN(const bool mapped, map->map(opened.descriptor, size));
    if (!mapped) return std::shared_ptr<Blob>();
    return std::shared_ptr<Blob>(
        std::make_shared<CachedBlob>(std::move(opened.file), std::move(map)));
}

}  // namespace grape::storage
