// ScratchMemory: memory for work that is too large for the budget: a mapped file without a name,
// whose pages the system writes out and takes back as it likes. All of its bytes are zero at first,
// and all of its space is there: touching it never fails for a full disk.
// Threads: a value with one owner; its bytes as their owner says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"

namespace grape::storage {

class ScratchMemory {
  public:
    // In `directory`. Code::io when the disk is full.
    static base::Result<std::unique_ptr<ScratchMemory>> create(const std::string& directory,
                                                               size_t size_bytes);
    ~ScratchMemory();
    ScratchMemory(const ScratchMemory&) = delete;
    ScratchMemory& operator=(const ScratchMemory&) = delete;

    uint8_t* data() { return data_; }
    size_t size() const { return size_; }

  private:
    ScratchMemory(uint8_t* data, size_t size) : data_(data), size_(size) {}
    uint8_t* const data_;
    const size_t size_;
};

}  // namespace grape::storage
