// The blob files of a directory: opens, creates, lists and removes them.
#include <algorithm>

#include "storage/blob_disk.h"
#include "storage/disk.h"

namespace grape::storage {
namespace {

using base::Result;
using base::Status;

class DiskBlobStore final : public BlobStore {
  public:
    explicit DiskBlobStore(const DiskBlobOptions& options)
        : directory_(std::make_shared<BlobDirectory>(options)) {}

    Result<std::unique_ptr<BlobWriter>> create(uint64_t file_number, BlobKind kind) override {
        return create_blob_writer(directory_, file_number, kind);
    }
    Result<std::shared_ptr<Blob>> open(const BlobIdentity& identity, BlobKind kind,
                                       Placement placement) override;
    Status remove(uint64_t file_number) override;
    Result<std::vector<uint64_t>> list() const override;
    Result<std::unique_ptr<ScratchMemory>> scratch(size_t size_bytes) override {
        return ScratchMemory::create(directory_->options.directory, size_bytes);
    }

  private:
    const std::shared_ptr<BlobDirectory> directory_;  // shared with the blobs
};

Result<std::shared_ptr<Blob>> DiskBlobStore::open(const BlobIdentity& identity, BlobKind kind,
                                                  Placement placement) {
    GRAPE_ASSIGN(OpenedBlobFile opened, open_blob_file(*directory_, identity, kind));
    if (placement == Placement::pinned) return open_pinned_blob(directory_, std::move(opened));
    if (placement == Placement::cached) {
        auto cached = open_cached_blob(directory_, opened);
        if (!cached.ok() || *cached != nullptr) return cached;
    }
    return open_cold_blob(directory_, std::move(opened));
}

Status DiskBlobStore::remove(uint64_t file_number) {
    for (const BlobSuffix& each : kBlobSuffixes) {
        const std::string path = directory_->path_of(file_number, each.kind);
        directory_->descriptors.forget(path);
        GRAPE_TRY(remove_file(path, directory_->options.faults));
    }
    return {};
}

Result<std::vector<uint64_t>> DiskBlobStore::list() const {
    const DiskBlobOptions& options = directory_->options;
    std::vector<uint64_t> numbers;
    for (const BlobSuffix& each : kBlobSuffixes) {
        GRAPE_ASSIGN(const auto found,
                     list_numbered(options.directory, each.suffix, options.faults));
        numbers.insert(numbers.end(), found.begin(), found.end());
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

}  // namespace

std::unique_ptr<BlobStore> make_disk_blob_store(const DiskBlobOptions& options) {
    return std::make_unique<DiskBlobStore>(options);
}

std::unique_ptr<BlobStore> make_disk_blob_store(const std::string& directory,
                                                uint64_t database_id) {
    DiskBlobOptions options;
    options.directory = directory;
    options.database_id = database_id;
    return make_disk_blob_store(options);
}

}  // namespace grape::storage
