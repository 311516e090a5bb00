// How the nodes of a graph lie in memory and in files: blocks of one size, one a node, each at a
// multiple of 64 bytes:
//   code (graph_code.h) | links: u32 x degree, the rest after the last one kNoNode
// and GraphMemory, aligned memory for them. Threads: values of one owner; reads by any.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "storage/blob.h"

namespace grape::index {

inline constexpr uint32_t kNoNode = UINT32_MAX;

struct BlockShape {
    uint32_t count = 0;   // nodes
    uint32_t degree = 0;  // a multiple of 16, so that blocks stay aligned
    size_t code_bytes = 0;

    size_t stride() const { return code_bytes + size_t{4} * degree; }
    size_t bytes() const { return stride() * count; }
};

inline uint32_t link_at(const uint8_t* links, uint32_t index) {
    return base::load_le<uint32_t>(links + size_t{4} * index);
}
inline void set_link(uint8_t* links, uint32_t index, uint32_t node) {
    base::store_le(links + size_t{4} * index, node);
}
// How many links there are before the first kNoNode.
inline uint32_t link_count(const uint8_t* links, uint32_t degree) {
    uint32_t count = 0;
    while (count < degree && link_at(links, count) != kNoNode) ++count;
    return count;
}

// Zeroed memory at a multiple of 64 bytes; or scratch memory that somebody made for it.
class GraphMemory {
  public:
    // Huge pages are faster to walk in, but whoever touches one first waits until the system has
    // found and zeroed it, 5 to 7 ms: nothing that a search touches first is put there.
    enum class Pages { huge_where_large, small };

    GraphMemory() = default;
    ~GraphMemory() { release(); }
    GraphMemory(GraphMemory&& other) noexcept;
    GraphMemory& operator=(GraphMemory&& other) noexcept;

    base::Status allocate(size_t size, Pages pages = Pages::huge_where_large);
    void use(std::unique_ptr<storage::ScratchMemory> scratch);
    void release();
    uint8_t* data() { return data_; }
    const uint8_t* data() const { return data_; }
    size_t size() const { return size_; }

  private:
    uint8_t* data_ = nullptr;
    size_t size_ = 0;
    std::unique_ptr<storage::ScratchMemory> scratch_;  // null: data_ is our own
};

// Blocks in memory, to be built.
struct Blocks {
    BlockShape shape;
    GraphMemory memory;

    uint8_t* code(uint32_t node) { return memory.data() + shape.stride() * node; }
    const uint8_t* code(uint32_t node) const { return memory.data() + shape.stride() * node; }
    uint8_t* links(uint32_t node) { return code(node) + shape.code_bytes; }
    const uint8_t* links(uint32_t node) const { return code(node) + shape.code_bytes; }
};

}  // namespace grape::index
