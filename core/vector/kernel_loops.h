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

#include "core/vector/distance.h"
#include "core/vector/kernels.h"

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

// u8 sums fit in 32 bits: 255 * 255 * 65536 (the largest dim) is less than 2^32. Single lanes may
// pass through the sign bit; that is harmless, since sums wrap as unsigned numbers.
struct ByteDot {
    template <class Simd>
    static typename Simd::Counts add(typename Simd::Counts sums, typename Simd::Bytes a,
                                     typename Simd::Bytes b) {
        return Simd::add_products(sums, a, b);
    }
    static float finish(uint32_t sum) { return static_cast<float>(sum); }
};
struct ByteEuclid {
    template <class Simd>
    static typename Simd::Counts add(typename Simd::Counts sums, typename Simd::Bytes a,
                                     typename Simd::Bytes b) {
        return Simd::add_squares(sums, a, b);
    }
    static float finish(uint32_t sum) {
        return static_cast<float>(__builtin_sqrt(static_cast<double>(sum)));
    }
};
struct ByteManhattan {
    template <class Simd>
    static typename Simd::Counts add(typename Simd::Counts sums, typename Simd::Bytes a,
                                     typename Simd::Bytes b) {
        return Simd::add_differences(sums, a, b);
    }
    static float finish(uint32_t sum) { return static_cast<float>(sum); }
};

template <class Simd, class Measure>
uint32_t sum_bytes(const uint8_t* query, const uint8_t* row, size_t dim) {
    typename Simd::Counts sums = Simd::no_counts();
    size_t i = 0;
    for (; i + Simd::byte_width <= dim; i += Simd::byte_width) {
        sums = Measure::template add<Simd>(sums, Simd::load_u8(query + i), Simd::load_u8(row + i));
    }
    if (i < dim) {
        sums = Measure::template add<Simd>(sums, Simd::load_u8_part(query + i, dim - i),
                                           Simd::load_u8_part(row + i, dim - i));
    }
    return Simd::total(sums);
}

template <class Simd, class Measure>
void score_bytes(const void* query, const void* rows, size_t stride_bytes, size_t count, size_t dim,
                 float* scores) {
    const auto* from = static_cast<const uint8_t*>(query);
    const auto* row = static_cast<const uint8_t*>(rows);
    for (size_t i = 0; i < count; ++i) {
        scores[i] = Measure::finish(sum_bytes<Simd, Measure>(from, row + i * stride_bytes, dim));
    }
}

// The cosine of u8 vectors from their exact sums; 0 when a length is 0.
inline float byte_cosine(uint32_t dot, uint32_t query_square, uint32_t row_square) {
    if (query_square == 0 || row_square == 0) return 0.0f;
    const double product = static_cast<double>(query_square) * static_cast<double>(row_square);
    return static_cast<float>(static_cast<double>(dot) / __builtin_sqrt(product));
}

template <class Simd>
float cosine_of_bytes(const uint8_t* query, uint32_t query_square, const uint8_t* row, size_t dim) {
    typename Simd::Counts dots = Simd::no_counts();
    typename Simd::Counts squares = Simd::no_counts();
    size_t i = 0;
    for (; i + Simd::byte_width <= dim; i += Simd::byte_width) {
        const typename Simd::Bytes elements = Simd::load_u8(row + i);
        dots = Simd::add_products(dots, Simd::load_u8(query + i), elements);
        squares = Simd::add_products(squares, elements, elements);
    }
    if (i < dim) {
        const typename Simd::Bytes elements = Simd::load_u8_part(row + i, dim - i);
        dots = Simd::add_products(dots, Simd::load_u8_part(query + i, dim - i), elements);
        squares = Simd::add_products(squares, elements, elements);
    }
    return byte_cosine(Simd::total(dots), query_square, Simd::total(squares));
}

template <class Simd>
void score_byte_cosine(const void* query, const void* rows, size_t stride_bytes, size_t count,
                       size_t dim, float* scores) {
    const auto* from = static_cast<const uint8_t*>(query);
    const auto* row = static_cast<const uint8_t*>(rows);
    const uint32_t query_square = sum_bytes<Simd, ByteDot>(from, from, dim);
    for (size_t i = 0; i < count; ++i) {
        scores[i] = cosine_of_bytes<Simd>(from, query_square, row + i * stride_bytes, dim);
    }
}

}  // namespace
}  // namespace grape::vector

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
