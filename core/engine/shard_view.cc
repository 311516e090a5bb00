#include "core/engine/shard_view.h"

#include "core/index/graph/outside_codes.h"

namespace grape::engine {

const index::RunView* VectorRuns::find(uint32_t run_id) const {
    for (const index::RunView& run : runs) {
        if (run.run->id() == run_id) return &run;
    }
    return nullptr;
}

uint64_t VectorRuns::outside_graph() const {
    uint64_t count = 0;
    for (const index::RunView& run : runs) count += run.outside_graph();
    return count;
}

void VectorRuns::drop_graph() {
    graph.reset();
    for (index::RunView& run : runs) {
        run.graphed = {};
        run.hidden_graphed = 0;
    }
}

index::RunView* VectorRuns::find(uint32_t run_id) {
    return const_cast<index::RunView*>(std::as_const(*this).find(run_id));
}

uint64_t ShardView::live_vector_bytes() const {
    uint64_t bytes = 0;
    for (const VectorRuns& each : vectors) {
        for (const index::RunView& run : each.runs) {
            bytes += uint64_t{run.current()} * run.run->row_bytes();
        }
    }
    return bytes;
}

uint64_t ShardView::file_vector_bytes() const {
    uint64_t bytes = 0;
    for (const VectorRuns& each : vectors) {
        for (const index::RunView& run : each.runs) {
            if (run.run->in_file()) bytes += uint64_t{run.length} * run.run->row_bytes();
        }
    }
    return bytes;
}

uint64_t ShardView::changed_row_bytes() const {
    const uint64_t row_bytes =
        sizeof(base::PointId) + 2 * sizeof(uint64_t) + vectors.size() * sizeof(Place);
    return rows.overlay().size() * RowLeaf::kRows * row_bytes + field_tail_bytes();
}

size_t ShardView::heap_bytes() const {
    size_t bytes = sizeof(*this) + rows.overlay().size() * sizeof(RowLeaf) + row_sets.heap_bytes();
    for (const FieldRuns& each : fields) bytes += each.heap_bytes();
    for (const VectorRuns& each : vectors) {
        for (const index::RunView& run : each.runs) bytes += run.run->heap_bytes(run.length);
        if (!each.graph) continue;
        bytes += each.graph->scratch->heap_bytes() + each.graph->outside->heap_bytes();
    }
    return bytes;
}

void ShardView::hide(uint32_t vector, Place place, uint64_t edit) {
    if (place.none()) return;
    index::RunView* run = vectors[vector].find(place.run);
    GRAPE_DCHECK(run != nullptr && place.position < run->length);
    if (run == nullptr || !run->hide(place.position, edit)) return;
    if (run->graphed.test(place.position)) hide_node(vectors[vector], *run, place.position, edit);
}

// Where the node cannot be found (its file cannot be read) the graph is worth nothing.
void ShardView::hide_node(VectorRuns& runs, const index::RunView& run, uint32_t position,
                          uint64_t edit) {
    uint32_t row = 0;
    const bool read = run.run->rows(position, std::span(&row, 1)).ok();
    const base::Result<uint32_t> node =
        read ? runs.graph->run->find(row) : base::Result<uint32_t>(index::kNoNode);
    if (node.ok() && *node != index::kNoNode) {
        runs.graph->hidden.set(*node, edit);
    } else {
        runs.drop_graph();
    }
}

const FieldRuns* ShardView::field(uint32_t number) const {
    for (const FieldRuns& each : fields) {
        if (each.number == number) return &each;
    }
    return nullptr;
}

FieldRuns* ShardView::field(uint32_t number) {
    return const_cast<FieldRuns*>(std::as_const(*this).field(number));
}

uint64_t ShardView::field_tail_bytes() const {
    uint64_t bytes = 0;
    for (const FieldRuns& each : fields) bytes += each.tail_bytes();
    return bytes;
}

base::Result<index::DenseBlock> ShardView::vector_at(uint32_t vector, Place place) const {
    const index::RunView* run = vectors[vector].find(place.run);
    if (run == nullptr || place.position >= run->length) {
        return base::Status::make_corrupt("a row's vector is in no run of its shard");
    }
    return run->run->block(place.position, 1);
}

}  // namespace grape::engine
