// Rows in the order of an indexed field's values, and the values with how many rows have them.
// Threads: pure functions over a RowSource.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/query/row_filter.h"

namespace grape::query {

// What an index of one field is asked about.
struct FieldRows {
    const RowSource& rows;
    const base::JsonPath& path;
    const FieldIndex& field;
    RowFilter* filter = nullptr;  // null: every row; it must have been settled
};

// Visits each row once for each different value that it has, by value and then by id; rows without
// a value are left out. `from` is the first key (index/field/field_key.h). A visit that returns
// false ends the walk.
using OrderedVisit = std::function<base::Result<bool>(uint32_t row, std::string_view key)>;
base::Status visit_in_order(const FieldRows& of, bool descending, std::optional<std::string> from,
                            const OrderedVisit& visit);

// Each value of the field that some row has, with the number of rows, in the order of the keys.
base::Result<std::vector<std::pair<std::string, uint64_t>>> count_values(const FieldRows& of);

// How many rows have a value that the index knows; rows that it does not cover yet are left out.
base::Result<uint64_t> count_rows_with_values(const FieldRows& of);

}  // namespace grape::query
