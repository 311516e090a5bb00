// GraphBuild: makes the next graph of one vector of a shard, of the vectors that are in files, and
// puts it into its place.
//
// 1. Build, beside everything else, from one view: anew, or from the graph that is there.
// 2. Mark, under the background's work lock (no file comes or goes): which positions of the runs
// are
//    nodes as of the current view.
// 3. Register, in the sequencer: what was hidden since is hidden in the graph, too.
//
// Memory: GraphBuilder::memory() and 24 bytes a vector. Threads: one build of a database at a
// time.
#pragma once

#include <atomic>
#include <functional>

#include "core/engine/graph_choice.h"
#include "core/engine/sequencer.h"

namespace grape::engine {

struct GraphCounts {
    std::atomic<uint64_t> started{0}, done{0};
    std::atomic<uint64_t> vectors_linked{0};
};

struct GraphPlan {
    uint32_t collection = 0;
    uint32_t vector = 0;
    uint32_t threads = 1;
};

// `stop` is asked often; true ends the build with Code::cancelled and changes nothing. A collection
// that is gone by then is no error.
base::Status build_graph(Services& services, Sequencer& sequencer, base::Mutex& work_mutex,
                         const GraphPlan& plan, const std::function<bool()>& stop,
                         GraphCounts& counts) GRAPE_EXCLUDES(work_mutex);

}  // namespace grape::engine
