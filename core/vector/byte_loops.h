// The loops over u8 rows; see kernel_loops.h for the policy and the rules.
#pragma once

#include "core/vector/distance.h"

namespace grape::vector {
namespace {

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
