// RowSet: a set of row numbers as commit records store it: by chunk of 32,768 rows whichever is
// smaller, a bitmap (4 KiB) or runs of (gap, length) as varints; a million rows take at most 125
// KB. Threads: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace grape::base {

// `rows` in any order, duplicates allowed.
std::string encode_row_set(std::vector<uint32_t> rows);
// Ascending. Damaged bytes give Code::corrupt.
Result<std::vector<uint32_t>> decode_row_set(std::string_view encoded);

}  // namespace grape::base
