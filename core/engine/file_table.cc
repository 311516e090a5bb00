#include "core/engine/file_table.h"

#include <atomic>
#include <new>

namespace grape::engine {
namespace {

// A file that stays behind is an orphan, and the next open removes it.
void remove_quietly(storage::BlobStore& blobs, uint64_t number) noexcept {
    try {
        static_cast<void>(blobs.remove(number));
    } catch (const std::bad_alloc&) {
        // As above.
    }
}

}  // namespace

// What all handles of one file share.
class FileTable::File {
  public:
    File(std::shared_ptr<storage::BlobStore> blobs, uint64_t number)
        : blobs_(std::move(blobs)), number_(number) {}
    ~File() {
        if (doomed_) remove_quietly(*blobs_, number_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    void doom() { doomed_ = true; }

  private:
    const std::shared_ptr<storage::BlobStore> blobs_;
    const uint64_t number_;
    std::atomic<bool> doomed_{false};
};

struct FileTable::Handle {
    std::shared_ptr<File> file;
    base::MemoryHold memory;              // of a pinned blob
    std::shared_ptr<storage::Blob> blob;  // goes before the file does
};

std::shared_ptr<FileTable::Handle> FileTable::find(const Key& key) const {
    const auto found = handles_.find(key);
    return found == handles_.end() ? nullptr : found->second.lock();
}

base::Result<std::shared_ptr<storage::Blob>> FileTable::open(const storage::BlobIdentity& identity,
                                                             storage::BlobKind kind,
                                                             storage::Placement placement) {
    const Key key{identity.file_number, placement};
    std::shared_ptr<Handle> handle;
    {
        const base::MutexLock lock(mutex_);
        handle = find(key);
    }
    if (handle == nullptr) {
        // Without the lock: a pinned file is read as a whole.
        auto made = std::make_shared<Handle>();
        if (placement == storage::Placement::pinned) {
            made->memory = base::MemoryHold(memory_);
            if (!made->memory.grow(identity.size_bytes, "pinned file").ok()) {
                return open(identity, kind, storage::Placement::cached);
            }
        }
        GRAPE_ASSIGN(made->blob, blobs_->open(identity, kind, placement));
        const base::MutexLock lock(mutex_);
        handle = find(key);
        if (handle == nullptr) {
            std::weak_ptr<File>& known = files_[identity.file_number];
            made->file = known.lock();
            if (made->file == nullptr) {
                made->file = std::make_shared<File>(blobs_, identity.file_number);
                known = made->file;
            }
            handles_[key] = made;
            handle = std::move(made);
        }
    }
    storage::Blob* const blob = handle->blob.get();
    return std::shared_ptr<storage::Blob>(std::move(handle), blob);
}

void FileTable::doom(uint64_t file_number) noexcept {
    std::shared_ptr<File> file;
    {
        const base::MutexLock lock(mutex_);
        const auto found = files_.find(file_number);
        if (found != files_.end()) {
            file = found->second.lock();
            files_.erase(found);
        }
        handles_.erase(handles_.lower_bound({file_number, storage::Placement{}}),
                       handles_.lower_bound({file_number + 1, storage::Placement{}}));
    }
    if (file != nullptr) {
        file->doom();
    } else {
        remove_quietly(*blobs_, file_number);
    }
}

FileTable::Totals FileTable::totals() const {
    const base::MutexLock lock(mutex_);
    Totals out;
    for (const auto& [number, file] : files_) out.files += file.expired() ? 0 : 1;
    uint64_t counted = UINT64_MAX;
    for (const auto& [key, weak] : handles_) {
        const std::shared_ptr<Handle> handle = weak.lock();
        if (handle == nullptr) continue;
        if (key.first != counted) out.file_bytes += handle->blob->identity().size_bytes;
        counted = key.first;
        out.heap_bytes += handle->blob->heap_bytes();
        out.mapped_bytes += handle->blob->mapped_bytes();
    }
    return out;
}

}  // namespace grape::engine
