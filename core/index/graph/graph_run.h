// GraphRun: a graph in a section of a blob file, and the codec of that section.
//
//   header (128 bytes) | centres f32 x code dims | entry points u32 | pad to 64 |
//   rows u32 x n, by node | pad to 64 | commits u64 x n | nodes u32 x n, in the order of their
//   rows | pad to 64 | blocks (graph_blocks.h) x n
//
// docs/formats/graph_section.md. What is small is checked when the section is opened. Links are
// checked at each use, so that opening reads no blocks; verify() checks everything. A graph says
// nothing about which nodes are still current: the view keeps the hidden ones.
//
// Threads: may be read by any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "core/index/dense_file.h"
#include "core/index/graph/graph_builder.h"

namespace grape::index {

struct GraphHeader;

// Writes a section; rows must be distinct.
base::Result<SectionPlace> write_graph_section(storage::BlobWriter& out, const BuiltGraph& graph);

class GraphRun {
  public:
    // Code::corrupt when the section does not fit the shape or the blob.
    static base::Result<std::shared_ptr<GraphRun>> open(std::shared_ptr<storage::Blob> blob,
                                                        SectionPlace place,
                                                        const GraphShape& shape);

    uint32_t count() const { return block_shape_.count; }
    const GraphShape& shape() const { return shape_; }
    const BlockShape& block_shape() const { return block_shape_; }
    const CodeScale& scale() const { return scale_; }
    const std::vector<uint32_t>& entry_points() const { return entry_points_; }
    const storage::Blob& blob() const { return *blob_; }

    // Of the nodes [first, first + size).
    base::Status rows(uint32_t first, std::span<uint32_t> rows) const;
    base::Status entries(uint32_t first, std::span<DenseEntry> entries) const;
    base::Result<storage::BlobView> blocks(uint32_t first, uint32_t count) const;
    // Calls use(node) for each row of an ascending list that has a node.
    base::Status find_all(std::span<const uint32_t> rows,
                          const std::function<void(uint32_t node)>& use) const;
    // The node of a row; kNoNode when there is none.
    base::Result<uint32_t> find(uint32_t row) const;
    // Every link, every row, the order of the rows, and that paths lead from the entry points to
    // all nodes.
    base::Status verify() const;
    // What a link out of bounds is.
    base::Status bad_link() const;
    size_t heap_bytes() const;

    // Where all blocks lie in memory, at a multiple of 64; null in placement `cold`. A piece of
    // piece_nodes nodes must be checked by check_piece() before its bytes are used the first time;
    // all_checked() says that none is left.
    const uint8_t* memory() const { return memory_; }
    uint32_t piece_nodes() const { return piece_nodes_; }
    bool all_checked() const { return unchecked_.load(std::memory_order_acquire) == 0; }
    bool is_checked(uint32_t piece) const {
        return checked_[piece].load(std::memory_order_acquire) != 0;
    }
    base::Status check_piece(uint32_t piece) const;
    // So that no search has to: all pieces; nothing in placement `cold`.
    base::Status check_all() const;

  private:
    GraphRun() = default;
    base::Status read_small(uint64_t offset, const GraphHeader& header);
    base::Status place_memory();
    base::Status malformed(const char* what) const;
    base::Status verify_piece(uint32_t first, uint32_t count) const;
    base::Status verify_reach() const;

    std::shared_ptr<storage::Blob> blob_;
    GraphShape shape_;
    BlockShape block_shape_;
    CodeScale scale_;
    std::vector<uint32_t> entry_points_;
    uint64_t rows_at_ = 0, commits_at_ = 0, sorted_at_ = 0, blocks_at_ = 0;
    const uint8_t* memory_ = nullptr;
    uint32_t piece_nodes_ = 1;
    mutable std::unique_ptr<std::atomic<uint8_t>[]> checked_;
    mutable std::atomic<uint32_t> unchecked_{0};
};

}  // namespace grape::index
