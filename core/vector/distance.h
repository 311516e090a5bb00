// Canonical scores: the numbers that leave the library.
//
// For f32 and f16 every kernel sums in 32 virtual lanes (element i goes to lane i mod 32),
// multiplies and then adds (no FMA), and folds the lanes in halves: 16, 8, 4, 2, 1. So all CPU
// targets give the same bits. For u8 sums are integers. Euclid ends with one square root, cosine
// over u8 with one division by the root of the product of the two squared lengths; cosine over f32
// and f16 is the dot product of vectors that were normalised when they were stored.
//
// A kernel scores one query against `count` rows that lie `stride_bytes` apart; called per block,
// never per distance. The query has the element type of the rows, but f32 for f16 rows.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/vector/datatype.h"

namespace grape::vector {

using ScoreBlock = void (*)(const void* query, const void* rows, size_t stride_bytes, size_t count,
                            size_t dim, float* scores);

enum class Target : uint8_t { scalar, sse41, avx2, avx512, neon };

// The kernel for the best target of this CPU.
ScoreBlock score_block(Datatype type, Distance distance);
// The kernel of one target, for tests and benchmarks; null where the target is not in this build or
// the CPU cannot run it.
ScoreBlock score_block_for(Target target, Datatype type, Distance distance);
Target best_target();
const char* target_name(Target target);

}  // namespace grape::vector
