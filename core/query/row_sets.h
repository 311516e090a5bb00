// The rows that a filter surely, and possibly, lets through, as far as ids, vectors and the indexes
// of payload fields say. Threads: pure functions.
#pragma once

#include "core/query/row_source.h"

namespace grape::query {

// sure <= rows that match <= possible <= live rows.
struct RowSets {
    index::RowBitset sure, possible;
};

base::Result<RowSets> find_rows(const Filter& filter, const RowSource& rows);

}  // namespace grape::query
