// ShardView: everything a view says about one shard: its rows, the runs of each vector, and how far
// its files are complete. A value of a few pointers; a change copies it.
//
// Threads: immutable once it is in a view.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/engine/collection.h"
#include "core/engine/field_runs.h"
#include "core/engine/graph_view.h"
#include "core/engine/row_file.h"
#include "core/engine/row_sets.h"
#include "core/engine/row_table.h"
#include "core/index/dense_tail.h"

namespace grape::engine {

// A vector's runs: files and sealed tails in any order, the open tail last.
struct VectorRuns {
    std::vector<index::RunView> runs;
    bool open_tail = false;  // the last run may be appended to
    std::optional<GraphView> graph;

    const index::RunView* find(uint32_t run_id) const;
    index::RunView* find(uint32_t run_id);
    // Keeps the open tail last.
    void add_file(index::RunView run) {
        runs.insert(runs.end() - (open_tail ? 1 : 0), std::move(run));
    }
    // Current vectors that the graph does not have.
    uint64_t outside_graph() const;
    // The vectors are searched without a graph from here on.
    void drop_graph();
};

// A log file that holds vectors of a shard, and the commits that put them there.
struct LogUse {
    uint64_t file = 0;
    uint64_t first_commit = 0, last_commit = 0;
};

struct ShardView {
    explicit ShardView(uint32_t vector_count) : rows(vector_count), vectors(vector_count) {}

    RowTable rows;
    std::vector<VectorRuns> vectors;            // by vector number
    std::shared_ptr<const RowFiles> row_files;  // null while the shard is small
    uint64_t checkpoint = 0;                    // the row files hold every commit up to this one
    uint64_t last_commit = 0;                   // that changed the shard
    uint32_t next_run_id = 1;
    uint64_t tail_bytes = 0;  // stored vectors that are in no file, hidden ones included
    // Rows that may be given again, and how many of them have been.
    std::shared_ptr<const std::vector<uint32_t>> free_rows;
    size_t free_rows_used = 0;
    // The store has no id key of the shard beyond this one; absent: nobody has looked yet.
    std::optional<std::string> last_id_key;
    std::vector<LogUse> log_files;  // that hold vectors which are in no file
    std::vector<FieldRuns> fields;  // the indexes of payload fields, by number
    RowSetCache row_sets;           // of this view alone

    uint64_t live_vector_bytes() const;
    uint64_t file_vector_bytes() const;
    size_t heap_bytes() const;
    // Heap of the rows that changed since the row files were written, with their indexed fields.
    uint64_t changed_row_bytes() const;
    // Marks the position as no longer current.
    void hide(uint32_t vector, Place place, uint64_t edit);
    static void hide_node(VectorRuns& runs, const index::RunView& run, uint32_t position,
                          uint64_t edit);
    // The index of the field of that number, or null.
    const FieldRuns* field(uint32_t number) const;
    FieldRuns* field(uint32_t number);
    uint64_t field_tail_bytes() const;
    // The stored vector at a place.
    base::Result<index::DenseBlock> vector_at(uint32_t vector, Place place) const;
};

}  // namespace grape::engine
