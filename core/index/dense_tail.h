// DenseTail: the vectors that are not in a file yet: an append-only run in memory, in chunks that
// double in size, so that nothing that was written ever moves.
//
//   chunk 0 holds positions [0, 16), chunk k holds [16 << (k-1), 16 << k)
//
// Threads: one writer (the sequencer) puts positions that no published view covers; readers read
// below the length in their view. The publication of the view orders the two. A position may be put
// again as long as it is not published (a request that failed).
#pragma once

#include <array>

#include "core/index/dense_run.h"

namespace grape::index {

class DenseTail final : public DenseRun {
  public:
    DenseTail(uint32_t id, uint32_t row_bytes);
    ~DenseTail() override;
    DenseTail(const DenseTail&) = delete;
    DenseTail& operator=(const DenseTail&) = delete;

    // Room for the vector at `position`, to be filled before publication; positions come in order.
    uint8_t* put(uint32_t position, uint32_t row, uint64_t commit);

    uint32_t id() const override { return id_; }
    uint32_t row_bytes() const override { return row_bytes_; }
    base::Result<DenseBlock> block(uint32_t first, uint32_t count_max) const override;
    base::Status rows(uint32_t first, std::span<uint32_t> rows) const override;
    base::Status entries(uint32_t first, std::span<DenseEntry> entries) const override;
    bool in_file() const override { return false; }
    size_t heap_bytes(uint32_t length) const override;

  private:
    struct Chunk {
        uint8_t* vectors = nullptr;
        uint64_t* commits = nullptr;
        uint32_t* rows = nullptr;
        uint32_t first = 0, capacity = 0;
    };
    static uint32_t chunk_of(uint32_t position);
    void allocate(uint32_t chunk);

    const uint32_t id_;
    const uint32_t row_bytes_;
    std::array<Chunk, 29> chunks_{};
};

}  // namespace grape::index
