// The memory twin of the blob store, for databases without a directory and for tests: every blob is
// pinned. Pages need no checksums; identity and kind are checked as on disk.
//
// Threads: the store has one mutex around its map of files; the files never change.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include "core/base/checksum.h"
#include "core/base/mutex.h"
#include "storage/blob_disk.h"
#include "storage/disk.h"
#include "storage/memory_block.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::Result;
using base::Status;

struct MemoryFile {
    BlobKind kind = BlobKind::vectors;
    BlobIdentity identity;
    MemoryBlock memory;
    uint64_t content_bytes = 0;
    std::string name;
};

struct MemoryFiles {
    base::Mutex mutex;
    // A null file is one that is being written. Shared with the blobs, which outlive remove().
    std::map<uint64_t, std::shared_ptr<const MemoryFile>> files GRAPE_GUARDED_BY(mutex);
};

class MemoryBlob final : public Blob {
  public:
    explicit MemoryBlob(std::shared_ptr<const MemoryFile> file) : file_(std::move(file)) {}

    uint64_t content_bytes() const override { return file_->content_bytes; }
    Placement placement() const override { return Placement::pinned; }
    Result<BlobView> read(uint64_t offset, size_t size) const override {
        GRAPE_TRY(check_blob_range(file_->name, file_->content_bytes, offset, size));
        return BlobView(Bytes(file_->memory.data() + offset, size));
    }
    Status verify() const override;
    // Pages behind the content were never touched.
    size_t heap_bytes() const override {
        return static_cast<size_t>(file_->content_bytes) + sizeof(MemoryFile);
    }
    size_t mapped_bytes() const override { return 0; }
    const BlobIdentity& identity() const override { return file_->identity; }

  private:
    const std::shared_ptr<const MemoryFile> file_;
};

uint64_t checksum_of(const MemoryFile& file) {
    return base::checksum(Bytes(file.memory.data(), static_cast<size_t>(file.content_bytes)),
                          file.identity.file_number);
}

Status MemoryBlob::verify() const {
    if (checksum_of(*file_) == file_->identity.root_checksum) return {};
    return Status::make_corrupt(file_->name, ": the memory was overwritten");
}

class MemoryBlobWriter final : public BlobWriter {
  public:
    MemoryBlobWriter(std::shared_ptr<MemoryFiles> files, uint64_t file_number, BlobKind kind)
        : files_(std::move(files)), file_(std::make_shared<MemoryFile>()) {
        file_->kind = kind;
        file_->identity.file_number = file_number;
        file_->name = base::cat("blob ", file_number, " in memory");
    }
    ~MemoryBlobWriter() override {
        if (!listed_ || file_ == nullptr) return;
        const base::MutexLock lock(files_->mutex);
        files_->files.erase(file_->identity.file_number);
    }

    // Takes the number, unless there is such a file.
    Status list();
    Status append(Bytes bytes) override;
    Result<BlobIdentity> finish() override;

  private:
    const std::shared_ptr<MemoryFiles> files_;
    bool listed_ = false;
    std::shared_ptr<MemoryFile> file_;  // null when it is finished; then shared with the blobs
};

Status MemoryBlobWriter::list() {
    const base::MutexLock lock(files_->mutex);
    listed_ = files_->files.try_emplace(file_->identity.file_number).second;
    return listed_ ? Status() : Status::make_io("create: ", file_->name, ": File exists");
}

Status MemoryBlobWriter::append(Bytes bytes) {
    if (file_ == nullptr) return Status::make_invalid("the blob is finished");
    MemoryBlock& memory = file_->memory;
    if (bytes.size() > SIZE_MAX / 2 - written_) return Status::make_nomem(file_->name);
    const size_t size = static_cast<size_t>(written_) + bytes.size();
    // Doubling keeps the copies down; pages that were never touched cost nothing.
    if (size > memory.size()) GRAPE_TRY(memory.grow(std::max(size, 2 * memory.size())));
    if (!bytes.empty()) std::memcpy(memory.data() + written_, bytes.data(), bytes.size());
    written_ = size;
    return {};
}

Result<BlobIdentity> MemoryBlobWriter::finish() {
    if (file_ == nullptr) return Status::make_invalid("the blob is finished");
    file_->content_bytes = written_;
    file_->identity.size_bytes = written_;
    file_->identity.root_checksum = checksum_of(*file_);
    file_->memory.make_read_only();
    const BlobIdentity identity = file_->identity;
    const base::MutexLock lock(files_->mutex);
    files_->files[identity.file_number] = std::move(file_);
    return identity;
}

class MemoryBlobStore final : public BlobStore {
  public:
    Result<std::unique_ptr<BlobWriter>> create(uint64_t file_number, BlobKind kind) override;
    Result<std::shared_ptr<Blob>> open(const BlobIdentity& identity, BlobKind kind,
                                       Placement placement) override;
    Status remove(uint64_t file_number) override {
        const base::MutexLock lock(files_->mutex);
        files_->files.erase(file_number);
        return {};
    }
    Result<std::vector<uint64_t>> list() const override;
    Result<std::unique_ptr<ScratchMemory>> scratch(size_t) override {
        return Status::make_nomem("scratch: a database in memory has no files for it");
    }

  private:
    const std::shared_ptr<MemoryFiles> files_ = std::make_shared<MemoryFiles>();
};

Result<std::unique_ptr<BlobWriter>> MemoryBlobStore::create(uint64_t file_number, BlobKind kind) {
    if (file_number == 0) return Status::make_invalid("file number 0");
    auto writer = std::make_unique<MemoryBlobWriter>(files_, file_number, kind);
    GRAPE_TRY(writer->list());
    return std::unique_ptr<BlobWriter>(std::move(writer));
}

Result<std::shared_ptr<Blob>> MemoryBlobStore::open(const BlobIdentity& identity, BlobKind kind,
                                                    Placement) {
    std::shared_ptr<const MemoryFile> file;
    {
        const base::MutexLock lock(files_->mutex);
        const auto found = files_->files.find(identity.file_number);
        if (found != files_->files.end()) file = found->second;
    }
    const std::string name = base::cat("blob ", identity.file_number, " in memory");
    if (file == nullptr) return Status::make_corrupt(name, ": the file is missing");
    if (file->kind != kind || file->identity.size_bytes != identity.size_bytes ||
        file->identity.root_checksum != identity.root_checksum) {
        return Status::make_corrupt(name, ": not the file that the store names");
    }
    return std::shared_ptr<Blob>(std::make_shared<MemoryBlob>(std::move(file)));
}

Result<std::vector<uint64_t>> MemoryBlobStore::list() const {
    std::vector<uint64_t> numbers;
    const base::MutexLock lock(files_->mutex);
    for (const auto& [number, file] : files_->files) numbers.push_back(number);
    return numbers;
}

}  // namespace

std::unique_ptr<BlobStore> make_memory_blob_store() {
    return std::make_unique<MemoryBlobStore>();
}

}  // namespace grape::storage
