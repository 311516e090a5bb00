// DirectWriter: writes of whole pages past the system's page cache, for files that are written,
// synced and hardly ever read: no second copy of the data in memory, and no time for making one
// (1.5 MB and its fdatasync: 0.7 ms instead of 1 to 4). Pieces lie anywhere, so they go through a
// buffer. Where a file system does not do it, the page cache is used as ever.
//
// Threads: belongs to one.
#pragma once

#include <span>

#include "storage/file.h"
#include "storage/memory_block.h"

namespace grape::storage {

class DirectWriter {
  public:
    static constexpr size_t kPageBytes = 4096;
    static constexpr size_t kBufferBytes = 1u << 20;

    // As File::write_at(); `offset` and the size of all pieces are whole pages.
    base::Status write(File& file, uint64_t offset, std::span<const base::Bytes> pieces);

  private:
    base::Status write_buffer(File& file, uint64_t* offset, size_t* used);

    MemoryBlock buffer_;
};

}  // namespace grape::storage
