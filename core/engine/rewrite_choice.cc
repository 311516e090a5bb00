#include "core/engine/rewrite_choice.h"

#include <algorithm>

#include "core/engine/graph_choice.h"

namespace grape::engine {
namespace {

constexpr uint32_t kSmallFilesToJoin = 4;

}  // namespace

bool wants_flush(const Sizes& sizes, const ShardView& view, bool force) {
    // Rows that no row file has are like tails: they are in memory until one is written.
    const uint64_t row_bytes = view.changed_row_bytes();
    if (view.tail_bytes >= sizes.flush_tail_bytes) return true;
    if (row_bytes >= sizes.flush_row_bytes) return true;
    // Vectors that are scanned because they are not in a graph: they go into one from files.
    for (const VectorRuns& runs : view.vectors) {
        if (graph_wish(sizes, runs, GraphNeed::busy) == GraphWish::flush_first) return true;
    }
    // An index that does not speak for all points yet: a rewrite makes it.
    for (const FieldRuns& field : view.fields) {
        if (field.covered_after != 0) return true;
    }
    const bool large = std::max(view.tail_bytes, row_bytes) >= sizes.small_shard_bytes;
    return force && (large || !view.log_files.empty());
}

RewritePlan merge_plan(const Sizes& sizes, uint32_t collection, const ShardView& view) {
    RewritePlan plan{collection, {}};
    const uint64_t file_max = std::max(sizes.vector_file_bytes, view.live_vector_bytes() / 8);
    for (uint32_t vector = 0; vector < view.vectors.size(); ++vector) {
        std::vector<uint32_t> small;
        for (const index::RunView& run : view.vectors[vector].runs) {
            if (!run.run->in_file()) continue;
            const bool quarter_dead = uint64_t{run.hidden.count()} * 4 > run.length;
            if (quarter_dead) {
                plan.files[vector] = {run.run->id()};
                return plan;
            }
            if (uint64_t{run.length} * run.run->row_bytes() * 4 < file_max) {
                small.push_back(run.run->id());
            }
        }
        if (small.size() >= kSmallFilesToJoin) {
            plan.files[vector] = std::move(small);
            return plan;
        }
    }
    return plan;
}

}  // namespace grape::engine
