// The kernel tables of the CPU targets; internal to core/vector.
//
// Each distance_<target>.cc is compiled with the flags of its target and defines one table,
// constant data without a constructor. Nothing else in such a file may have external linkage: the
// linker could otherwise take its copy of an inline function for code that runs on any CPU.
#pragma once

#include "core/vector/distance.h"

namespace grape::vector {

inline constexpr int datatype_count = 3;
inline constexpr int distance_count = 4;

// Indexed by datatype - 1 and distance - 1.
using KernelTable = ScoreBlock[datatype_count][distance_count];

extern const KernelTable scalar_kernels;
extern const KernelTable sse41_kernels;
extern const KernelTable avx2_kernels;
extern const KernelTable avx512_kernels;
extern const KernelTable neon_kernels;

}  // namespace grape::vector
