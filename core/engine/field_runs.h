// FieldRuns: the index of one payload field in a view: runs in files, then tails in memory.
//
// What must stay true (docs/design/0006): the runs' intervals of commits touch each other in order,
// and end where the tails begin; a live row whose payload was written after `covered_after` has its
// entry in exactly one of them. Threads: a value; immutable once it is in a view.
#pragma once

#include <memory>
#include <vector>

#include "core/index/field/field_run.h"
#include "core/index/field/field_tail.h"
#include "core/query/row_source.h"

namespace grape::engine {

struct FieldTailPart {
    std::shared_ptr<index::FieldTail> tail;
    uint32_t length = 0;
};

struct FieldRuns {
    uint32_t number = 0;  // of the field in its collection
    index::FieldType type;
    uint64_t covered_after = 0;
    std::vector<std::shared_ptr<const index::FieldRun>> runs;
    std::vector<FieldTailPart> tails;
    bool open_tail = false;  // the last tail may be appended to

    // Appends the entry of a row to the open tail. On the sequencer's thread.
    void put(uint32_t row, uint64_t commit, const index::FieldValues& values);
    query::FieldIndex index() const;
    // The commit up to which runs speak; covered_after when there is none.
    uint64_t run_high() const {
        return runs.empty() ? covered_after : runs.back()->interval().high;
    }
    size_t tail_bytes() const;
    size_t heap_bytes() const;
};

}  // namespace grape::engine
