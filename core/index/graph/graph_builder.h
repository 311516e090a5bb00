// GraphBuilder: makes a graph of stored vectors, or a new graph of an old one and of vectors that
// are not in it. The steps: read all vectors and keep their codes; give the nodes their links, in
// batches (each node of a batch searches the graph as it was before the batch, so that the result
// does not depend on the threads); then make sure that every node is reached from the entry points.
//
// The same input, options and seed give the same graph, on every CPU and with any number of
// threads. A run can be stopped and goes on with the next one. Memory: memory().
// Threads: one at a time; progress() may be read by any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/index/dense_run.h"
#include "core/index/graph/graph_blocks.h"
#include "core/index/graph/graph_code.h"

namespace grape::index {

class GraphRun;
class Workers;
struct LinkScratch;

struct GraphBuildOptions {
    uint32_t degree = 32;   // links of a node, a multiple of 16 up to 64
    uint32_t effort = 100;  // nodes that a new node's search keeps
    uint32_t in_links = 8;  // nodes to which fewer others link get more, if there is room
    uint32_t threads = 1;
    uint64_t seed = 1;
};

// Puts the stored vectors of [first, first + count) of the new entries behind one another. Called
// by the thread that calls run(), mostly in order.
using ReadVectors = std::function<base::Status(uint32_t first, uint32_t count, uint8_t* out)>;

// Makes memory for the blocks, where they shall not lie in the process's own.
using ScratchMaker =
    std::function<base::Result<std::unique_ptr<storage::ScratchMemory>>(size_t size_bytes)>;

// A graph to go on from: its nodes but the dead ones stay, with their codes. At least one must be
// left, and shape and degree must be those of the new graph.
struct GraphReuse {
    std::shared_ptr<const GraphRun> graph;
    base::ChunkedBitset dead;  // by node
};

// Numbers that only grow.
struct GraphProgress {
    std::atomic<uint64_t> vectors{0};  // of which codes are to be had; a constant after create()
    std::atomic<uint64_t> vectors_read{0};  // those that have one
    std::atomic<uint64_t> nodes_linked{0};  // those that are in the graph
    std::atomic<uint64_t> distances{0};     // taken so far: the work
};

// A graph in memory, to be written (graph_section.h).
struct BuiltGraph {
    GraphShape shape;
    CodeScale scale;
    Blocks blocks;                       // with room for more links than `degree`
    uint32_t degree = 0;                 // none has more
    std::vector<DenseEntry> entries;     // by node
    std::vector<uint32_t> entry_points;  // nodes
    std::vector<uint32_t> order;         // the nodes in the order in which they are written
};

class GraphBuilder {
  public:
    // `entries` are those of the new vectors. Code::invalid for options out of bounds.
    static base::Result<std::unique_ptr<GraphBuilder>> create(
        const GraphShape& shape, const GraphBuildOptions& options, std::vector<DenseEntry> entries,
        ReadVectors read, GraphReuse reuse = {}, ScratchMaker scratch = {});
    ~GraphBuilder();

    // Builds to the end, or until `stop` says true: then Code::cancelled, and another run() goes
    // on. `stop` is asked some thousand times a second and may wait (a pause).
    base::Status run(const std::function<bool()>& stop = {});
    // The finished graph, once.
    BuiltGraph take();

    const GraphProgress& progress() const { return progress_; }
    // What a build of `count` nodes takes at most, beside the vectors that it reads: the blocks of
    // the nodes, and all else.
    struct Memory {
        uint64_t block_bytes = 0, other_bytes = 0;
    };
    static Memory memory(const GraphShape& shape, const GraphBuildOptions& options, uint64_t count);

  private:
    enum class Step : uint8_t { reuse, train, read, link, trim, connect, done };

    GraphBuilder(const GraphShape& shape, const GraphBuildOptions& options, ReadVectors read);
    void place_new(std::vector<DenseEntry> entries);
    base::Status step();
    base::Status reuse();
    base::Status train();
    base::Status read_vectors();
    base::Status link_batch();
    void link_first(uint32_t end, uint32_t node, size_t worker);
    void link_node(uint32_t node, size_t worker);
    void choose_links(uint32_t node, size_t worker);
    base::Status link_back(uint32_t first, uint32_t end);
    void add_links(std::span<const uint64_t> back_links, size_t worker);
    base::Status trim();
    base::Status connect();
    void set_links(uint32_t node, std::span<const uint32_t> links);
    uint32_t batch_end() const;

    const GraphBuildOptions options_;
    const ReadVectors read_;
    GraphReuse reuse_;
    BuiltGraph graph_;
    Step step_ = Step::reuse;
    uint32_t kept_ = 0;                                  // nodes of the old graph
    uint32_t linked_ = 0;                                // nodes in the graph
    uint32_t read_count_ = 0;                            // new entries that have their codes
    std::vector<uint32_t> node_of_;                      // new entry -> node
    std::vector<uint64_t> back_links_;                   // to << 32 | from
    std::vector<std::unique_ptr<LinkScratch>> scratch_;  // by worker
    std::unique_ptr<Workers> workers_;
    const std::function<bool()>* stop_ = nullptr;
    GraphProgress progress_;
};

}  // namespace grape::index
