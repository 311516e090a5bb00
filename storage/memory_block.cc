#include "storage/memory_block.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "core/base/result.h"

namespace grape::storage {
namespace {

using base::Status;

constexpr size_t kHugePageBytes = 2u << 20;
constexpr size_t kHugeFromBytes = 2 * kHugePageBytes;

size_t round_up(size_t size, size_t to) {
    return (size + to - 1) / to * to;
}

uint8_t* map_memory(size_t size) {
    void* block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? nullptr : static_cast<uint8_t*>(block);
}

// The system aligns to small pages: take more and give back the ends.
uint8_t* map_huge(size_t size) {
    uint8_t* block = map_memory(size + kHugePageBytes);
    if (block == nullptr) return nullptr;
    const size_t past = reinterpret_cast<uintptr_t>(block) % kHugePageBytes;
    const size_t before = past == 0 ? 0 : kHugePageBytes - past;
    if (before != 0) ::munmap(block, before);
    if (before != kHugePageBytes) ::munmap(block + before + size, kHugePageBytes - before);
    ::madvise(block + before, size, MADV_HUGEPAGE);  // a wish
    return block + before;
}

}  // namespace

MemoryBlock& MemoryBlock::operator=(MemoryBlock&& other) noexcept {
    if (this == &other) return *this;
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
}

Status MemoryBlock::allocate(size_t size) {
    release();
    if (size == 0) return {};
    if (size > SIZE_MAX - 2 * kHugePageBytes) return Status::make_nomem(size, " bytes");
    const size_t rounded = round_up(size, static_cast<size_t>(::sysconf(_SC_PAGESIZE)));
    data_ = rounded < kHugeFromBytes ? map_memory(rounded) : map_huge(rounded);
    if (data_ == nullptr) return Status::make_nomem("no memory for ", size, " bytes");
    size_ = rounded;
    return {};
}

Status MemoryBlock::grow(size_t size) {
    if (size <= size_) return {};
    MemoryBlock larger;
    GRAPE_TRY(larger.allocate(size));
    if (size_ != 0) std::memcpy(larger.data_, data_, size_);
    *this = std::move(larger);
    return {};
}

void MemoryBlock::make_read_only() {
    if (data_ != nullptr) ::mprotect(data_, size_, PROT_READ);
}

void MemoryBlock::release() {
    if (data_ != nullptr) ::munmap(data_, size_);
    data_ = nullptr;
    size_ = 0;
}

}  // namespace grape::storage
