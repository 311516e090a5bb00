// ChunkedBitset: a persistent set of u32 in chunks of 32,768 bits that are copied when they change
// and cost nothing while they are empty. Edits as in radix.h.
// Threads: one that is not being changed may be read by any thread; copies are independent.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace grape::base {

class ChunkedBitset {
  public:
    static constexpr uint32_t kChunkBits = 32768;

    bool test(uint32_t bit) const {
        const size_t chunk = bit / kChunkBits;
        if (chunk >= chunks_.size() || chunks_[chunk] == nullptr) return false;
        const uint32_t offset = bit % kChunkBits;
        return (chunks_[chunk]->words[offset / 64] >> (offset % 64) & 1) != 0;
    }
    // True when the bit was not set before.
    bool set(uint32_t bit, uint64_t edit) {
        const size_t index = bit / kChunkBits;
        if (index >= chunks_.size()) chunks_.resize(index + 1);
        std::shared_ptr<Chunk>& chunk = chunks_[index];
        if (chunk == nullptr) {
            chunk = std::make_shared<Chunk>();
            chunk->edit = edit;
        } else if (chunk->edit != edit) {
            chunk = std::make_shared<Chunk>(*chunk);
            chunk->edit = edit;
        }
        const uint32_t offset = bit % kChunkBits;
        uint64_t& word = chunk->words[offset / 64];
        const uint64_t mask = uint64_t{1} << (offset % 64);
        if ((word & mask) != 0) return false;
        word |= mask;
        ++count_;
        return true;
    }
    uint32_t count() const { return count_; }
    bool empty() const { return count_ == 0; }

  private:
    struct Chunk {
        uint64_t edit = 0;
        std::array<uint64_t, kChunkBits / 64> words{};
    };
    std::vector<std::shared_ptr<Chunk>> chunks_;
    uint32_t count_ = 0;
};

}  // namespace grape::base
