#include "core/engine/graph_view.h"

#include <algorithm>
#include <functional>

#include "core/index/graph/outside_codes.h"

namespace grape::engine {

using base::Status;

namespace {

constexpr uint32_t kEntriesAtOnce = 65536;

// The entries of a run or a graph, in pieces: visit(position, entry).
template <typename Source, typename Visit>
Status for_each_entry(const Source& source, uint32_t length, Visit visit) {
    std::vector<index::DenseEntry> entries(std::min(length, kEntriesAtOnce));
    for (uint32_t first = 0; first < length;) {
        const uint32_t count = std::min(length - first, kEntriesAtOnce);
        GRAPE_TRY(source.entries(first, std::span(entries.data(), count)));
        for (uint32_t i = 0; i < count; ++i) visit(first + i, entries[i]);
        first += count;
    }
    return {};
}

struct NodeOfRow {
    uint32_t node = index::kNoNode;
    uint64_t commit = 0;
};

}  // namespace

GraphView GraphView::of(std::shared_ptr<const index::GraphRun> graph, base::MemoryBudget& memory) {
    GraphView out;
    out.scratch = std::make_shared<index::GraphScratchPool>();
    out.outside = std::make_shared<index::OutsideCodes>(graph, &memory);
    out.run = std::move(graph);
    return out;
}

Status mark_graphed(GraphView& graph, std::vector<index::RunView>& runs, uint32_t rows_high,
                    uint64_t edit) {
    std::vector<NodeOfRow> nodes(rows_high);
    bool fits = true;
    GRAPE_TRY(for_each_entry(*graph.run, graph.run->count(),
                             [&](uint32_t node, const index::DenseEntry& entry) {
                                 fits = fits && entry.row < rows_high;
                                 if (fits) nodes[entry.row] = {node, entry.commit};
                             }));
    if (!fits) return Status::make_corrupt("a graph names a row that its shard does not have");
    std::vector<bool> current(graph.run->count());
    for (index::RunView& run : runs) {
        if (!run.run->in_file()) continue;
        GRAPE_TRY(for_each_entry(
            *run.run, run.length, [&](uint32_t position, const index::DenseEntry& entry) {
                if (run.hidden.test(position) || entry.row >= nodes.size()) return;
                const NodeOfRow& found = nodes[entry.row];
                if (found.node == index::kNoNode || found.commit != entry.commit) return;
                run.graphed.set(position, edit);
                current[found.node] = true;
            }));
    }
    for (uint32_t node = 0; node < current.size(); ++node) {
        if (!current[node]) graph.hidden.set(node, edit);
    }
    return {};
}

}  // namespace grape::engine
