// Distances between codes: what a graph walk sums instead of exact scores (core/index/graph).
//
// A code is a row of bytes, each at most code_max, padded with zeros to whole lines of 64 bytes.
// Sums are integers, so every CPU target gives the same number and a walk visits the same nodes
// everywhere. code_max is 127 because the difference of two such bytes fits a signed byte: that is
// what the multiply-add instructions of AVX2 and VNNI take without saturating.
//
// A kernel is called once for a hop of the walk, never once for a distance. It also asks the
// memory for the rows that come next. Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace grape::vector {

inline constexpr size_t code_line_bytes = 64;
inline constexpr uint8_t code_max = 127;

enum class CodeMeasure : uint8_t { squares = 1, differences = 2 };  // stored: values fixed

// `rows` are `count` codes of `bytes` bytes each (whole lines), aligned to 64, as is the query.
using CodeDistances = void (*)(const uint8_t* query, const uint8_t* const* rows, size_t count,
                               size_t bytes, uint32_t* distances);

// The same of codes in columns, for scans: 16 codes side by side, four bytes of each at a time
// (bytes 4 j to 4 j + 3 of code i at 64 j + 4 i), one such block behind the other, aligned to 64.
// Where a distance exceeds `most` it may be any number above `most`: a block whose codes are all
// too far away by their first bytes is not read on.
inline constexpr size_t code_columns = 16, code_column_bytes = 4;
using ColumnDistances = void (*)(const uint8_t* query, const uint8_t* columns, size_t blocks,
                                 size_t bytes, uint32_t most, uint32_t* distances);

enum class CodeTarget : uint8_t { scalar, sse41, avx2, vnni, neon };

// The kernel for the best target of this CPU.
CodeDistances code_distances(CodeMeasure measure);
ColumnDistances column_distances(CodeMeasure measure);
// The kernel of one target, for tests; null where the target is not in this build or the CPU cannot
// run it.
CodeDistances code_distances_for(CodeTarget target, CodeMeasure measure);
ColumnDistances column_distances_for(CodeTarget target, CodeMeasure measure);

// Indexed by measure - 1; one table for each target file, constant data without a constructor.
struct CodeKernels {
    CodeDistances of[2];
    ColumnDistances columns[2];
};
extern const CodeKernels scalar_code_kernels;
extern const CodeKernels sse41_code_kernels;
extern const CodeKernels avx2_code_kernels;
extern const CodeKernels vnni_code_kernels;
extern const CodeKernels neon_code_kernels;

}  // namespace grape::vector
