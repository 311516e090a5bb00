#include "core/engine/verify_graphs.h"

namespace grape::engine {

namespace {

constexpr uint64_t kPageBytes = 4096;

}  // namespace

void verify_graph(const VectorRuns& runs, uint32_t rows_high,
                  const std::function<void(const std::string&)>& problem, VerifyReply& out) {
    if (!runs.graph) return;
    const auto check = [&problem](const base::Status& status) {
        if (!status.ok()) problem(status.to_string());
        return status.ok();
    };
    const index::GraphRun& graph = *runs.graph->run;
    ++out.files;
    out.pages += graph.blob().identity().size_bytes / kPageBytes;
    if (!check(graph.blob().verify()) || !check(graph.verify())) return;
    GraphView marked;
    marked.run = runs.graph->run;
    std::vector<index::RunView> again = runs.runs;
    for (index::RunView& run : again) run.graphed = {};
    if (!check(mark_graphed(marked, again, rows_high, base::next_edit()))) return;
    uint64_t wrong = 0;
    for (uint32_t node = 0; node < graph.count(); ++node) {
        wrong += marked.hidden.test(node) != runs.graph->hidden.test(node) ? 1 : 0;
    }
    for (size_t i = 0; i < again.size(); ++i) {
        const index::RunView& run = runs.runs[i];
        uint32_t hidden_graphed = 0;
        for (uint32_t position = 0; position < run.length; ++position) {
            const bool hidden = run.hidden.test(position);
            hidden_graphed += hidden && run.graphed.test(position) ? 1 : 0;
            wrong += !hidden && again[i].graphed.test(position) != run.graphed.test(position);
        }
        wrong += hidden_graphed != run.hidden_graphed ? 1 : 0;
    }
    if (wrong != 0) problem(base::cat(wrong, " marks of the graph are wrong"));
}

}  // namespace grape::engine
