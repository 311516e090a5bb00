// The loops of the SIMD kernels, written once over a policy `Simd` that each target file defines:
//   Floats, Bytes, Counts      vector types: floats, u8 elements, 32-bit sums
//   float_width, byte_width    elements in Floats and Bytes
//   load_f32/f16/u8(from), load_*_part(from, n)   the latter reads n < width elements, rest zero
//   zero add sub mul abs, fold(sums)              fold: lanes in halves 16, 8, 4, 2, 1
//   no_counts add_products add_squares add_differences total      u8 sums, exact
//
// Everything is in an anonymous namespace on purpose: each target file gets its own copy, compiled
// with its own flags, that the linker cannot share (see kernels.h). For the same reason nothing of
// std is called here. Rows may lie at any address, so elements are reached through byte pointers.
//
// A lane starts at +0, so it can never become -0, and adding the zeros that pad a tail changes
// nothing: results do not depend on the width of the target.
#pragma once

#include "core/vector/byte_loops.h"
#include "core/vector/float_loops.h"
#include "core/vector/kernels.h"

// The table of one target; cosine over f32 and f16 is the dot product of normalised vectors.
#define GRAPE_KERNEL_TABLE(Simd)                                                                   \
    {                                                                                              \
        {score_floats<Simd, F32Row, FloatDot>, score_floats<Simd, F32Row, FloatDot>,               \
         score_floats<Simd, F32Row, FloatEuclid>, score_floats<Simd, F32Row, FloatManhattan>},     \
            {score_floats<Simd, F16Row, FloatDot>, score_floats<Simd, F16Row, FloatDot>,           \
             score_floats<Simd, F16Row, FloatEuclid>, score_floats<Simd, F16Row, FloatManhattan>}, \
            {score_byte_cosine<Simd>, score_bytes<Simd, ByteDot>, score_bytes<Simd, ByteEuclid>,   \
             score_bytes<Simd, ByteManhattan>},                                                    \
    }
