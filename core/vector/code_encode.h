// Floats to codes (code_distance.h): byte i is (values[i] - centres[i]) * per_step + 63.5, rounded
// and cut to 0..code_max; a value that is no number becomes 0, at no known distance. Every step is
// the same on every CPU. Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "core/vector/code_distance.h"

namespace grape::vector {

// The middle of the codes: what a centre becomes.
inline constexpr float code_middle = 63.5F;

// `centres` and `code` have as many elements as `values`. The sum of how far each value is from its
// code, in steps, as a measure sums it (squares or differences), in eight lanes of floats. Of a
// value that codes do not reach only the way from their end counts; half a step, the most there
// is, is taken for every value from half a step below code_max on.
double encode_code(std::span<const float> values, const float* centres, float per_step,
                   CodeMeasure measure, uint8_t* code);

}  // namespace grape::vector
