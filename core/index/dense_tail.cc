#include "core/index/dense_tail.h"

#include <algorithm>
#include <bit>
#include <new>

namespace grape::index {
namespace {

constexpr uint32_t kFirstChunk = 16;
constexpr std::align_val_t kAlignment{64};

}  // namespace

DenseTail::DenseTail(uint32_t id, uint32_t row_bytes) : id_(id), row_bytes_(row_bytes) {}

DenseTail::~DenseTail() {
    for (const Chunk& chunk : chunks_) {
        ::operator delete(chunk.vectors, kAlignment);
        ::operator delete(chunk.commits, kAlignment);
    }
}

uint32_t DenseTail::chunk_of(uint32_t position) {
    return static_cast<uint32_t>(std::bit_width(position / kFirstChunk));
}

void DenseTail::allocate(uint32_t index) {
    Chunk& chunk = chunks_[index];
    chunk.first = index == 0 ? 0 : kFirstChunk << (index - 1);
    chunk.capacity = index == 0 ? kFirstChunk : chunk.first;
    const size_t capacity = chunk.capacity;
    // `vectors` comes last and says that all is there; what a failure leaves is taken up again.
    // Commits and rows share one allocation, the wider ones first. Large chunks come from the
    // system page by page, so what is not used yet costs nothing.
    if (chunk.commits == nullptr) {
        chunk.commits = static_cast<uint64_t*>(
            ::operator new(capacity*(sizeof(uint64_t) + sizeof(uint32_t)), kAlignment));
    }
    chunk.rows = reinterpret_cast<uint32_t*>(chunk.commits + capacity);
    chunk.vectors = static_cast<uint8_t*>(::operator new(capacity* row_bytes_, kAlignment));
}

uint8_t* DenseTail::put(uint32_t position, uint32_t row, uint64_t commit) {
    const uint32_t index = chunk_of(position);
    if (chunks_[index].vectors == nullptr) allocate(index);
    Chunk& chunk = chunks_[index];
    const uint32_t offset = position - chunk.first;
    chunk.rows[offset] = row;
    chunk.commits[offset] = commit;
    return chunk.vectors + static_cast<size_t>(offset) * row_bytes_;
}

base::Result<DenseBlock> DenseTail::block(uint32_t first, uint32_t count_max) const {
    const Chunk& chunk = chunks_[chunk_of(first)];
    const uint32_t offset = first - chunk.first;
    DenseBlock out;
    out.first = first;
    out.count = std::min(count_max, chunk.capacity - offset);
    out.vectors = chunk.vectors + static_cast<size_t>(offset) * row_bytes_;
    return out;
}

base::Status DenseTail::rows(uint32_t first, std::span<uint32_t> rows) const {
    for (size_t i = 0; i < rows.size(); ++i) {
        const uint32_t position = first + static_cast<uint32_t>(i);
        const Chunk& chunk = chunks_[chunk_of(position)];
        rows[i] = chunk.rows[position - chunk.first];
    }
    return {};
}

base::Status DenseTail::entries(uint32_t first, std::span<DenseEntry> entries) const {
    for (size_t i = 0; i < entries.size(); ++i) {
        const uint32_t position = first + static_cast<uint32_t>(i);
        const Chunk& chunk = chunks_[chunk_of(position)];
        entries[i] = {chunk.rows[position - chunk.first], chunk.commits[position - chunk.first]};
    }
    return {};
}

size_t DenseTail::heap_bytes(uint32_t length) const {
    if (length == 0) return sizeof(*this);
    // Each chunk but the first holds as much as all before it.
    const size_t positions = size_t{kFirstChunk} << chunk_of(length - 1);
    return sizeof(*this) + positions * (row_bytes_ + sizeof(uint64_t) + sizeof(uint32_t));
}

}  // namespace grape::index
