#include "core/index/graph/graph_blocks.h"

#include <sys/mman.h>

#include <utility>

namespace grape::index {

GraphMemory::GraphMemory(GraphMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      scratch_(std::move(other.scratch_)) {}

GraphMemory& GraphMemory::operator=(GraphMemory&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        scratch_ = std::move(other.scratch_);
    }
    return *this;
}

base::Status GraphMemory::allocate(size_t size, Pages pages) {
    release();
    if (size == 0) return {};
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return base::Status::make_nomem("no memory for a graph: ", size, " bytes");
#ifdef MADV_HUGEPAGE
    constexpr size_t kLarge = 4u << 20;
    // Hints; what they say is no matter. Without one, some systems take huge pages for everything.
    if (pages == Pages::small) {
        ::madvise(data, size, MADV_NOHUGEPAGE);
    } else if (size >= kLarge) {
        ::madvise(data, size, MADV_HUGEPAGE);
    }
#endif
    data_ = static_cast<uint8_t*>(data);
    size_ = size;
    return {};
}

void GraphMemory::use(std::unique_ptr<storage::ScratchMemory> scratch) {
    release();
    data_ = scratch->data();
    size_ = scratch->size();
    scratch_ = std::move(scratch);
}

void GraphMemory::release() {
    if (data_ != nullptr && scratch_ == nullptr) ::munmap(data_, size_);
    scratch_.reset();
    data_ = nullptr;
    size_ = 0;
}

}  // namespace grape::index
