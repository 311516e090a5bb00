// MemoryBlock: page-aligned memory straight from the system, for the contents of pinned blobs and
// for buffers of one use: in huge pages when it is large, given back at once, never zeroed by hand.
//
// Threads: a value with one owner. Its bytes may be read by many once it is filled.
#pragma once

#include <cstddef>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/status.h"

namespace grape::storage {

class MemoryBlock {
  public:
    MemoryBlock() = default;
    ~MemoryBlock() { release(); }
    MemoryBlock(MemoryBlock&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    MemoryBlock& operator=(MemoryBlock&& other) noexcept;

    // At least `size` zero bytes (rounded up to pages); what was there is gone.
    base::Status allocate(size_t size);
    // At least `size` bytes; those there stay.
    base::Status grow(size_t size);
    // Later writes to it are faults of the program.
    void make_read_only();
    void release();

    uint8_t* data() { return data_; }
    const uint8_t* data() const { return data_; }
    size_t size() const { return size_; }

  private:
    uint8_t* data_ = nullptr;
    size_t size_ = 0;
};

}  // namespace grape::storage
