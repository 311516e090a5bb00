#include "core/engine/file_table.h"

#include <atomic>

namespace grape::engine {

struct FileTable::Handle {
    std::shared_ptr<storage::BlobStore> blobs;
    std::shared_ptr<storage::Blob> blob;
    std::atomic<bool> doomed{false};

    ~Handle() {
        const uint64_t number = blob->identity().file_number;
        blob.reset();
        // A file that stays behind is an orphan, and the next open removes it.
        if (doomed) static_cast<void>(blobs->remove(number));
    }
};

base::Result<std::shared_ptr<storage::Blob>> FileTable::open(const storage::BlobIdentity& identity,
                                                             storage::BlobKind kind,
                                                             storage::Placement placement) {
    const base::MutexLock lock(mutex_);
    std::shared_ptr<Handle> handle = handles_[identity.file_number].lock();
    if (handle == nullptr) {
        GRAPE_ASSIGN(std::shared_ptr<storage::Blob> blob, blobs_->open(identity, kind, placement));
        handle = std::make_shared<Handle>();
        handle->blobs = blobs_;
        handle->blob = std::move(blob);
        handles_[identity.file_number] = handle;
    }
    storage::Blob* const blob = handle->blob.get();
    return std::shared_ptr<storage::Blob>(std::move(handle), blob);
}

void FileTable::doom(uint64_t file_number) {
    std::shared_ptr<Handle> handle;
    {
        const base::MutexLock lock(mutex_);
        const auto found = handles_.find(file_number);
        if (found != handles_.end()) {
            handle = found->second.lock();
            handles_.erase(found);
        }
    }
    if (handle != nullptr) {
        handle->doomed = true;
    } else {
        static_cast<void>(blobs_->remove(file_number));
    }
}

FileTable::Totals FileTable::totals() const {
    const base::MutexLock lock(mutex_);
    Totals out;
    for (const auto& [number, weak] : handles_) {
        const std::shared_ptr<Handle> handle = weak.lock();
        if (handle == nullptr) continue;
        ++out.files;
        out.file_bytes += handle->blob->identity().size_bytes;
        out.heap_bytes += handle->blob->heap_bytes();
        out.mapped_bytes += handle->blob->mapped_bytes();
    }
    return out;
}

}  // namespace grape::engine
