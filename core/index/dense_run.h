// A run of dense vectors: positions 0..count-1, each with the row that it belongs to, the commit
// that wrote it and the stored vector. Runs are immutable; a tail grows, but what a reader's view
// covers of it (a length) does not change. Which positions are still current is the view's
// business: it keeps the hidden ones (docs/design/0004).
//
// Threads: reads from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/base/chunked_bitset.h"
#include "core/base/result.h"
#include "storage/blob.h"

namespace grape::index {

// Consecutive positions whose vectors lie one behind the other. Valid while the block lives.
struct DenseBlock {
    uint32_t first = 0;
    uint32_t count = 0;
    const uint8_t* vectors = nullptr;  // row_bytes apart
    storage::BlobView owned;           // what `vectors` points into, where a read was needed
};

// What a run says about one position besides the vector.
struct DenseEntry {
    uint32_t row = 0;
    uint64_t commit = 0;
};

class DenseRun {
  public:
    virtual ~DenseRun() = default;
    // The number that places name; no other run of the shard has it.
    virtual uint32_t id() const = 0;
    virtual uint32_t row_bytes() const = 0;
    // From `first` on at least one and at most `count_max` positions; `first` < the run's length.
    virtual base::Result<DenseBlock> block(uint32_t first, uint32_t count_max) const = 0;
    // Rows of [first, first + rows.size()).
    virtual base::Status rows(uint32_t first, std::span<uint32_t> rows) const = 0;
    virtual base::Status entries(uint32_t first, std::span<DenseEntry> entries) const = 0;
    virtual bool in_file() const = 0;
    // Of the first `length` positions; a tail may be growing behind them.
    virtual size_t heap_bytes(uint32_t length) const = 0;
};

// A run as a view sees it.
struct RunView {
    std::shared_ptr<const DenseRun> run;
    uint32_t length = 0;
    base::ChunkedBitset hidden;        // positions that are no longer current
    base::ChunkedBitset graphed = {};  // positions whose vector is a node of the vector's graph
    uint32_t hidden_graphed = 0;       // how many of those are hidden

    uint32_t current() const { return length - hidden.count(); }
    // Current ones that the graph does not have.
    uint32_t outside_graph() const { return current() - (graphed.count() - hidden_graphed); }
    // True when the position was current before.
    bool hide(uint32_t position, uint64_t edit) {
        if (!hidden.set(position, edit)) return false;
        if (graphed.test(position)) ++hidden_graphed;
        return true;
    }
};

// How many positions to ask of block() at once, so that a block stays in the second-level cache.
uint32_t block_positions(uint32_t row_bytes);

}  // namespace grape::index
