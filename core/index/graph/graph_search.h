// Search in a graph: a walk over codes finds candidates, the caller's exact scores decide.
//
// Where a filter leaves few rows, all their codes are compared, without a walk.
//
// Hidden nodes and rows that a test refuses lead the walk on but are never answers. A walk visits
// nodes (takes code distances) until it is done or `visits_max` is exceeded; then, or when it found
// fewer than it was asked for, the caller finishes exactly. Nothing is guessed: GraphReply says so.
//
// The same file, query and options give the same answer on every CPU and in every placement.
// Threads: graph_search() may run in any number of threads at once, each with its own lease.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/mutex.h"
#include "core/index/graph/graph_run.h"
#include "core/index/row_test.h"
#include "core/index/top_k.h"

namespace grape::index {

// Nodes that a walk keeps unless the caller says otherwise: recall@10 >= 0.95 on all our sets.
inline constexpr uint32_t kDefaultGraphEffort = 100;

struct GraphCandidate {
    uint32_t node = 0, row = 0;
};
// Gives the exact keys (key_of_score() in flat_search.h) of some candidates.
using ExactKeys =
    std::function<base::Status(std::span<const GraphCandidate> candidates, std::span<float> keys)>;

struct GraphQuery {
    const void* query = nullptr;  // as vector::encode_query() made it
    uint32_t k = 10;              // answers that are wanted
    uint32_t effort = 0;          // nodes that the walk keeps, at least k; 0: the default
    const base::ChunkedBitset* hidden = nullptr;  // by node
    RowTest* test = nullptr;  // which rows may be answers; a candidate is asked for surely once
    uint64_t visits_max = UINT64_MAX;
    // Where they are given, in ascending order: instead of a walk the codes of these rows' nodes
    // are compared, all of them. What is no node is not met.
    const std::vector<uint32_t>* rows = nullptr;
    ExactKeys exact_keys;
    TopK* top = nullptr;  // may hold answers already: they bound what is scored exactly
};

struct GraphReply {
    uint64_t visits = 0;      // code distances that were taken
    uint32_t candidates = 0;  // nodes that were found, without those that the test refused at last
    uint32_t scored = 0;      // exact scores that were asked for
    // As many were found as are kept: others, further away, may have been left out.
    bool full = false;
    // The walk ended by itself. False: visits_max was exceeded, and near rows may be missing.
    bool complete = false;
};

struct SearchScratch;

// Scratch of finished searches, for the next ones. At most `kept_max` are kept.
class GraphScratchPool {
  public:
    explicit GraphScratchPool(size_t kept_max = 16);
    ~GraphScratchPool();
    std::unique_ptr<SearchScratch> take();
    void put(std::unique_ptr<SearchScratch> scratch);
    size_t heap_bytes() const;

  private:
    const size_t kept_max_;
    mutable base::Mutex mutex_;
    std::vector<std::unique_ptr<SearchScratch>> kept_ GRAPE_GUARDED_BY(mutex_);
};

base::Result<GraphReply> graph_search(const GraphRun& run, const GraphQuery& query,
                                      GraphScratchPool& scratch);

}  // namespace grape::index
