// What a filter would do, condition by condition, without doing it: for people who ask why a query
// is slow. Threads: pure functions over a RowSource.
#pragma once

#include <string>
#include <vector>

#include "core/query/row_source.h"

namespace grape::query {

struct ConditionPlan {
    std::string place;                      // in the filter: must[0], should[1].must[0]
    std::string about;                      // the field, or has_id, has_vector, nested, slice
    std::optional<index::FieldKind> index;  // that answers it
    // Of the index's entries that match, before any is looked at.
    index::FieldEstimate estimate;
    // Rows that match as far as ids, vectors and indexes say. Where these differ payloads are read.
    uint32_t surely = 0, possibly = 0;
};

base::Result<std::vector<ConditionPlan>> plan_conditions(const Filter& filter,
                                                         const RowSource& rows);

}  // namespace grape::query
