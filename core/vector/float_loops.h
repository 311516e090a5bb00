// The loops over f32 and f16 rows; see kernel_loops.h for the policy and the rules.
//
// Rows are taken one after another: several rows in lock-step halve the bandwidth from memory, and
// software prefetch lowered it by up to a quarter where it was measured (rows of 0.5 to 6 KiB, 1 to
// 8 KiB ahead), because rows lie one behind another and the CPU sees that.
#pragma once

#include "core/vector/distance.h"

#if defined(__clang__)
#define GRAPE_UNROLL _Pragma("unroll")
#else
#define GRAPE_UNROLL _Pragma("GCC unroll 8")
#endif

namespace grape::vector {
namespace {

constexpr size_t lane_count = 32;

// What is summed for one pair of float elements, and what becomes of the sum.
struct FloatDot {
    template <class Simd>
    static typename Simd::Floats term(typename Simd::Floats a, typename Simd::Floats b) {
        return Simd::mul(a, b);
    }
    static float finish(float sum) { return sum; }
};
struct FloatEuclid {
    template <class Simd>
    static typename Simd::Floats term(typename Simd::Floats a, typename Simd::Floats b) {
        const typename Simd::Floats difference = Simd::sub(a, b);
        return Simd::mul(difference, difference);
    }
    static float finish(float sum) { return __builtin_sqrtf(sum); }
};
struct FloatManhattan {
    template <class Simd>
    static typename Simd::Floats term(typename Simd::Floats a, typename Simd::Floats b) {
        return Simd::abs(Simd::sub(a, b));
    }
    static float finish(float sum) { return sum; }
};

struct F32Row {
    static constexpr size_t bytes = 4;
    template <class Simd>
    static typename Simd::Floats load(const uint8_t* from) {
        return Simd::load_f32(from);
    }
    template <class Simd>
    static typename Simd::Floats load_part(const uint8_t* from, size_t n) {
        return Simd::load_f32_part(from, n);
    }
};
struct F16Row {
    static constexpr size_t bytes = 2;
    template <class Simd>
    static typename Simd::Floats load(const uint8_t* from) {
        return Simd::load_f16(from);
    }
    template <class Simd>
    static typename Simd::Floats load_part(const uint8_t* from, size_t n) {
        return Simd::load_f16_part(from, n);
    }
};

template <class Simd, class Row, class Measure>
float sum_floats(const uint8_t* query, const uint8_t* row, size_t dim) {
    constexpr size_t width = Simd::float_width;
    constexpr size_t registers = lane_count / width;
    typename Simd::Floats sums[registers];
    GRAPE_UNROLL
    for (size_t r = 0; r < registers; ++r) sums[r] = Simd::zero();

    const auto add_at = [&](size_t r, size_t at) {
        sums[r] = Simd::add(
            sums[r], Measure::template term<Simd>(Simd::load_f32(query + at * sizeof(float)),
                                                  Row::template load<Simd>(row + at * Row::bytes)));
    };
    size_t i = 0;
    for (; i + lane_count <= dim; i += lane_count) {
        GRAPE_UNROLL
        for (size_t r = 0; r < registers; ++r) add_at(r, i + r * width);
    }
    if (i == dim) return Measure::finish(Simd::fold(sums));

    GRAPE_UNROLL
    for (size_t r = 0; r < registers; ++r, i += width) {
        if (i + width <= dim) {
            add_at(r, i);
        } else if (i < dim) {
            sums[r] = Simd::add(sums[r],
                                Measure::template term<Simd>(
                                    Simd::load_f32_part(query + i * sizeof(float), dim - i),
                                    Row::template load_part<Simd>(row + i * Row::bytes, dim - i)));
        }
    }
    return Measure::finish(Simd::fold(sums));
}

template <class Simd, class Row, class Measure>
void score_floats(const void* query, const void* rows, size_t stride_bytes, size_t count,
                  size_t dim, float* scores) {
    const auto* from = static_cast<const uint8_t*>(query);
    const auto* row = static_cast<const uint8_t*>(rows);
    for (size_t i = 0; i < count; ++i) {
        scores[i] = sum_floats<Simd, Row, Measure>(from, row + i * stride_bytes, dim);
    }
}

}  // namespace
}  // namespace grape::vector
