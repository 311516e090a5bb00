// The scalar kernels: the reference that the tests compare every other target with, and the only
// ones on CPUs without a target of their own. Written apart from the SIMD loops, so that a mistake
// there cannot hide in both. Threads: pure functions.
#include <cmath>
#include <cstring>

#include "core/vector/convert.h"
#include "core/vector/distance.h"
#include "core/vector/kernels.h"

namespace grape::vector {

namespace {

constexpr size_t lane_count = 32;

struct F32 {
    static float at(const uint8_t* row, size_t i) {
        float value;
        std::memcpy(&value, row + i * sizeof(value), sizeof(value));
        return value;
    }
};
struct F16 {
    static float at(const uint8_t* row, size_t i) {
        uint16_t half;
        std::memcpy(&half, row + i * sizeof(half), sizeof(half));
        return f16_to_f32(half);
    }
};

float product(float a, float b) {
    return a * b;
}
float square(float a, float b) {
    return (a - b) * (a - b);
}
float difference(float a, float b) {
    return std::fabs(a - b);
}
float as_is(float sum) {
    return sum;
}
float root(float sum) {
    return std::sqrt(sum);
}

using Term = float (*)(float, float);
using Finish = float (*)(float);

template <class Row, Term term>
float sum_floats(const uint8_t* query, const uint8_t* row, size_t dim) {
    float lanes[lane_count] = {};
    size_t i = 0;
    for (; i + lane_count <= dim; i += lane_count) {
        for (size_t lane = 0; lane < lane_count; ++lane) {
            lanes[lane] += term(F32::at(query, i + lane), Row::at(row, i + lane));
        }
    }
    for (size_t lane = 0; i < dim; ++i, ++lane)
        lanes[lane] += term(F32::at(query, i), Row::at(row, i));
    for (size_t half = lane_count / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    }
    return lanes[0];
}

template <class Row, Term term, Finish finish>
void score_floats(const void* query, const void* rows, size_t stride_bytes, size_t count,
                  size_t dim, float* scores) {
    const auto* from = static_cast<const uint8_t*>(query);
    const auto* row = static_cast<const uint8_t*>(rows);
    for (size_t i = 0; i < count; ++i) {
        scores[i] = finish(sum_floats<Row, term>(from, row + i * stride_bytes, dim));
    }
}

uint64_t byte_product(int a, int b) {
    return static_cast<uint64_t>(a * b);
}
uint64_t byte_square(int a, int b) {
    return static_cast<uint64_t>((a - b) * (a - b));
}
uint64_t byte_difference(int a, int b) {
    return static_cast<uint64_t>(a < b ? b - a : a - b);
}
float sum_as_is(uint64_t sum) {
    return static_cast<float>(sum);
}
float sum_root(uint64_t sum) {
    return static_cast<float>(std::sqrt(static_cast<double>(sum)));
}

using ByteTerm = uint64_t (*)(int, int);
using ByteFinish = float (*)(uint64_t);

template <ByteTerm term>
uint64_t sum_bytes(const uint8_t* query, const uint8_t* row, size_t dim) {
    uint64_t sum = 0;
    for (size_t i = 0; i < dim; ++i) sum += term(query[i], row[i]);
    return sum;
}

template <ByteTerm term, ByteFinish finish>
void score_bytes(const void* query, const void* rows, size_t stride_bytes, size_t count, size_t dim,
                 float* scores) {
    const auto* from = static_cast<const uint8_t*>(query);
    const auto* row = static_cast<const uint8_t*>(rows);
    for (size_t i = 0; i < count; ++i) {
        scores[i] = finish(sum_bytes<term>(from, row + i * stride_bytes, dim));
    }
}

float cosine_of_sums(uint64_t dot, uint64_t query_square, uint64_t row_square) {
    if (query_square == 0 || row_square == 0) return 0.0f;
    const double product_of_squares =
        static_cast<double>(query_square) * static_cast<double>(row_square);
    return static_cast<float>(static_cast<double>(dot) / std::sqrt(product_of_squares));
}

void score_byte_cosine(const void* query, const void* rows, size_t stride_bytes, size_t count,
                       size_t dim, float* scores) {
    const auto* from = static_cast<const uint8_t*>(query);
    const uint64_t query_square = sum_bytes<byte_product>(from, from, dim);
    for (size_t i = 0; i < count; ++i) {
        const auto* row = static_cast<const uint8_t*>(rows) + i * stride_bytes;
        scores[i] = cosine_of_sums(sum_bytes<byte_product>(from, row, dim), query_square,
                                   sum_bytes<byte_product>(row, row, dim));
    }
}

}  // namespace

const KernelTable scalar_kernels = {
    {score_floats<F32, product, as_is>, score_floats<F32, product, as_is>,
     score_floats<F32, square, root>, score_floats<F32, difference, as_is>},
    {score_floats<F16, product, as_is>, score_floats<F16, product, as_is>,
     score_floats<F16, square, root>, score_floats<F16, difference, as_is>},
    {score_byte_cosine, score_bytes<byte_product, sum_as_is>, score_bytes<byte_square, sum_root>,
     score_bytes<byte_difference, sum_as_is>},
};

}  // namespace grape::vector
