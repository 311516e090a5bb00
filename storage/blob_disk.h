// What the parts of the disk blob store share: the directory with its limits, the descriptors of
// cold blobs, and an open file whose frame (header, index, footer) was checked.
//
// Threads: BlobDirectory and BlobFile may be used by any number of threads.
// What must stay true: a byte reaches a caller only after its page's checksum was right.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/result.h"
#include "storage/blob.h"
#include "storage/blob_format.h"
#include "storage/file.h"

namespace grape::storage {

struct DiskBlobOptions {
    std::string directory;  // .../files
    uint64_t database_id = 0;
    size_t maps_max = 4096;        // cached blobs beyond it are read as cold ones
    size_t descriptors_max = 256;  // kept open for cold blobs
    FileFaults* faults = nullptr;
};

std::unique_ptr<BlobStore> make_disk_blob_store(const DiskBlobOptions& options);

// The descriptors of cold blobs, the last used ones kept.
class DescriptorCache {
  public:
    DescriptorCache(size_t descriptors_max, FileFaults* faults)
        : descriptors_max_(descriptors_max), faults_(faults) {}

    base::Result<std::shared_ptr<const File>> open(const std::string& path);
    void forget(const std::string& path);
    size_t size() const;

  private:
    // Shared: a reader keeps the file that it reads, whatever the cache drops meanwhile.
    using Entry = std::shared_ptr<const File>;
    using Entries = std::list<Entry>;
    Entry find(const std::string& path);
    void drop(Entries::iterator entry) GRAPE_REQUIRES(mutex_);

    const size_t descriptors_max_;
    FileFaults* const faults_;
    mutable base::Mutex mutex_;
    Entries entries_ GRAPE_GUARDED_BY(mutex_);  // the last used one first
    // By path; the keys are the entries' own.
    std::unordered_map<std::string_view, Entries::iterator> places_ GRAPE_GUARDED_BY(mutex_);
};

// "000017.vec"
std::string blob_file_name(uint64_t file_number, BlobKind kind);

// Shared by a store and its blobs, which may outlive it.
struct BlobDirectory {
    explicit BlobDirectory(const DiskBlobOptions& with)
        : options(with), descriptors(with.descriptors_max, with.faults) {}

    std::string path_of(uint64_t file_number, BlobKind kind) const;

    const DiskBlobOptions options;
    DescriptorCache descriptors;
    std::atomic<size_t> maps{0};
};

// A blob file that is what the store says it is. Holds no descriptor.
class BlobFile {
  public:
    // Reads and checks header, index and footer of `file` against the identity.
    static base::Result<BlobFile> check(const File& file, const BlobName& name,
                                        const BlobIdentity& identity);

    const std::string& path() const { return path_; }
    const BlobName& name() const { return name_; }
    const BlobIdentity& identity() const { return identity_; }
    const BlobLayout& layout() const { return layout_; }
    size_t heap_bytes() const { return index_.capacity() * sizeof(uint64_t) + path_.capacity(); }

    base::Status check_table_page(uint64_t table_page, base::Bytes bytes) const;
    // `table_page` holds the header of `page` and was checked.
    base::Status check_content_page(uint64_t page, base::Bytes bytes, base::Bytes table_page) const;
    // Reads whole pages from `first` on and checks them; `out` is a multiple of the page size.
    base::Status read_pages(const File& file, uint64_t first, base::MutableBytes out) const;
    // Reads and checks every page, in small parts.
    base::Status read_all(const File& file) const;
    base::Status damaged(const base::Status& why) const { return why.with_context(path_); }

  private:
    std::string path_;
    BlobName name_;
    BlobIdentity identity_;
    BlobLayout layout_;
    std::vector<uint64_t> index_;  // a checksum for each table page
};

// Invalid when [offset, offset + size) is not inside the content; `path` is for the message.
base::Status check_blob_range(const std::string& path, uint64_t content_bytes, uint64_t offset,
                              size_t size);

// Opens the file of `identity` and checks it; one that is missing is Code::corrupt.
struct OpenedBlobFile {
    File descriptor;
    BlobFile file;
};
base::Result<OpenedBlobFile> open_blob_file(const BlobDirectory& directory,
                                            const BlobIdentity& identity, BlobKind kind);

// The three placements, and the writer.
base::Result<std::shared_ptr<Blob>> open_pinned_blob(std::shared_ptr<BlobDirectory> directory,
                                                     OpenedBlobFile opened);
base::Result<std::shared_ptr<Blob>> open_cold_blob(std::shared_ptr<BlobDirectory> directory,
                                                   OpenedBlobFile opened);
// Null, and `opened` as it was, when no further map is allowed.
base::Result<std::shared_ptr<Blob>> open_cached_blob(std::shared_ptr<BlobDirectory> directory,
                                                     OpenedBlobFile& opened);
base::Result<std::unique_ptr<BlobWriter>> create_blob_writer(
    std::shared_ptr<BlobDirectory> directory, uint64_t file_number, BlobKind kind);

}  // namespace grape::storage
