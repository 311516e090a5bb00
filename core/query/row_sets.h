// The rows that a filter surely, and possibly, lets through, as far as ids, vectors and the indexes
// of payload fields say. Threads: values and pure functions.
#pragma once

#include <optional>

#include "core/query/row_source.h"

namespace grape::query {

// surely() <= rows that match <= possible <= live rows.
struct RowSets {
    index::RowBitset possible;
    // Absent: all of the possible ones, as where indexes know everything.
    std::optional<index::RowBitset> sure;

    bool exact() const { return !sure.has_value(); }
    const index::RowBitset& surely() const { return sure ? *sure : possible; }
    // What both, or one of them, let through.
    void narrow(const RowSets& by);
    void widen(const RowSets& by);
};

base::Result<RowSets> find_rows(const Filter& filter, const RowSource& rows);

}  // namespace grape::query
