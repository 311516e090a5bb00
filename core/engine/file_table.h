// FileTable: the open blob files of a database, one handle for each file and placement (sections of
// one file may be wanted in different ones). Every run holds its file through a shared handle; a
// file whose last section was replaced is doomed, and removed when the last handle goes.
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "core/base/memory_budget.h"
#include "core/base/mutex.h"
#include "storage/blob.h"

namespace grape::engine {

class FileTable {
  public:
    // `memory`: for pinned files; where it has no room they are cached instead.
    FileTable(std::shared_ptr<storage::BlobStore> blobs, base::MemoryBudget& memory)
        : blobs_(std::move(blobs)), memory_(memory) {}

    // The open file, or opens it. `sections` of a new file stand in the store.
    base::Result<std::shared_ptr<storage::Blob>> open(const storage::BlobIdentity& identity,
                                                      storage::BlobKind kind,
                                                      storage::Placement placement)
        GRAPE_EXCLUDES(mutex_);
    // No record names the file any more: it goes with its last user. Not opened after that.
    void doom(uint64_t file_number) noexcept GRAPE_EXCLUDES(mutex_);
    storage::BlobStore& blobs() const { return *blobs_; }
    struct Totals {
        uint64_t files = 0, file_bytes = 0, heap_bytes = 0, mapped_bytes = 0;
    };
    Totals totals() const GRAPE_EXCLUDES(mutex_);

    // What pinned files take from; codes of vectors beside graphs do, too.
    base::MemoryBudget& pinned_memory() { return memory_; }

  private:
    class File;
    struct Handle;
    using Key = std::pair<uint64_t, storage::Placement>;

    std::shared_ptr<Handle> find(const Key& key) const GRAPE_REQUIRES(mutex_);

    const std::shared_ptr<storage::BlobStore> blobs_;
    base::MemoryBudget& memory_;
    mutable base::Mutex mutex_;
    std::map<uint64_t, std::weak_ptr<File>> files_ GRAPE_GUARDED_BY(mutex_);
    std::map<Key, std::weak_ptr<Handle>> handles_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
