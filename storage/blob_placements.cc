// Blobs read from a descriptor: pinned (all at once, at open) and cold (with each use).
#include "storage/blob_disk.h"
#include "storage/memory_block.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::MutableBytes;
using base::Result;
using base::Status;

// What the disk has now, by a descriptor of its own.
Status verify_file(const BlobDirectory& directory, const BlobIdentity& identity, BlobKind kind) {
    GRAPE_ASSIGN(const OpenedBlobFile opened, open_blob_file(directory, identity, kind));
    return opened.file.read_all(opened.descriptor);
}

class PinnedBlob final : public Blob {
  public:
    PinnedBlob(std::shared_ptr<BlobDirectory> directory, const BlobFile& file, MemoryBlock memory)
        : directory_(std::move(directory)),
          path_(file.path()),
          kind_(file.name().kind),
          identity_(file.identity()),
          content_bytes_(file.layout().content_bytes),
          memory_(std::move(memory)) {}

    uint64_t content_bytes() const override { return content_bytes_; }
    Placement placement() const override { return Placement::pinned; }
    Result<BlobView> read(uint64_t offset, size_t size) const override {
        GRAPE_TRY(check_blob_range(path_, content_bytes_, offset, size));
        return BlobView(Bytes(memory_.data() + offset, size));
    }
    Status verify() const override { return verify_file(*directory_, identity_, kind_); }
    size_t heap_bytes() const override { return memory_.size() + sizeof(*this); }
    size_t mapped_bytes() const override { return 0; }
    const BlobIdentity& identity() const override { return identity_; }

  private:
    const std::shared_ptr<BlobDirectory> directory_;
    const std::string path_;
    const BlobKind kind_;
    const BlobIdentity identity_;
    const uint64_t content_bytes_;
    const MemoryBlock memory_;
};

class ColdBlob final : public Blob {
  public:
    ColdBlob(std::shared_ptr<BlobDirectory> directory, BlobFile file)
        : directory_(std::move(directory)), file_(std::move(file)) {}

    uint64_t content_bytes() const override { return file_.layout().content_bytes; }
    Placement placement() const override { return Placement::cold; }
    Result<BlobView> read(uint64_t offset, size_t size) const override;
    Status verify() const override {
        return verify_file(*directory_, file_.identity(), file_.name().kind);
    }
    size_t heap_bytes() const override { return file_.heap_bytes() + sizeof(*this); }
    size_t mapped_bytes() const override { return 0; }
    const BlobIdentity& identity() const override { return file_.identity(); }

  private:
    const std::shared_ptr<BlobDirectory> directory_;
    const BlobFile file_;
};

Result<BlobView> ColdBlob::read(uint64_t offset, size_t size) const {
    GRAPE_TRY(check_blob_range(file_.path(), content_bytes(), offset, size));
    if (size == 0) return BlobView();
    auto descriptor = directory_->descriptors.open(file_.path());
    if (!descriptor.ok()) {
        if (descriptor.status().code() != base::Code::not_found) return descriptor.status();
        return Status::make_corrupt(file_.path(), ": the file is missing");
    }
    const uint64_t first = offset / kBlobPageBytes;
    const uint64_t last = (offset + size - 1) / kBlobPageBytes;
    if (last - first >= SIZE_MAX / kBlobPageBytes) {
        return Status::make_limit(file_.path(), ": read of ", size, " bytes");
    }
    std::vector<uint8_t> pages(static_cast<size_t>(last - first + 1) * kBlobPageBytes);
    GRAPE_TRY(file_.read_pages(**descriptor, first, pages));
    return BlobView(std::move(pages), static_cast<size_t>(offset % kBlobPageBytes), size);
}

}  // namespace

Result<std::shared_ptr<Blob>> open_pinned_blob(std::shared_ptr<BlobDirectory> directory,
                                               OpenedBlobFile opened) {
    const BlobFile& file = opened.file;
    const uint64_t size = file.layout().page_count * kBlobPageBytes;
    if (size > SIZE_MAX) return Status::make_limit(file.path(), ": too large for this machine");
    MemoryBlock memory;
    if (Status got = memory.allocate(static_cast<size_t>(size)); !got.ok()) {
        return got.with_context(file.path());
    }
    GRAPE_TRY(file.read_pages(opened.descriptor, 0,
                              MutableBytes(memory.data(), static_cast<size_t>(size))));
    memory.make_read_only();
    return std::shared_ptr<Blob>(
        std::make_shared<PinnedBlob>(std::move(directory), file, std::move(memory)));
}

Result<std::shared_ptr<Blob>> open_cold_blob(std::shared_ptr<BlobDirectory> directory,
                                             OpenedBlobFile opened) {
    return std::shared_ptr<Blob>(
        std::make_shared<ColdBlob>(std::move(directory), std::move(opened.file)));
}

}  // namespace grape::storage
