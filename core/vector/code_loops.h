// The loops of the code kernels, written once over a policy `Simd` that each target file defines:
//   Bytes, Sums, width          register types; bytes in a register, a divisor of 64
//   load(from), none()          aligned load, sums of zero
//   add_squares, add_differences(sums, a, b)      bytes are at most code_max
//   join(a, b), total(sums)                       unsigned sums, exact
//
// In an anonymous namespace, and without calls into std, for the reason that kernels.h gives.
#pragma once

#include "core/vector/code_distance.h"

namespace grape::vector {
namespace {

struct CodeSquares {
    template <class Simd>
    static typename Simd::Sums add(typename Simd::Sums sums, typename Simd::Bytes a,
                                   typename Simd::Bytes b) {
        return Simd::add_squares(sums, a, b);
    }
};
struct CodeDifferences {
    template <class Simd>
    static typename Simd::Sums add(typename Simd::Sums sums, typename Simd::Bytes a,
                                   typename Simd::Bytes b) {
        return Simd::add_differences(sums, a, b);
    }
};

// Two sums side by side, so that one addition need not wait for the one before.
template <class Simd, class Measure>
inline uint32_t sum_codes(const uint8_t* query, const uint8_t* row, size_t bytes) {
    typename Simd::Sums even = Simd::none();
    typename Simd::Sums odd = Simd::none();
    size_t i = 0;
    for (; i + 2 * Simd::width <= bytes; i += 2 * Simd::width) {
        even = Measure::template add<Simd>(even, Simd::load(query + i), Simd::load(row + i));
        odd = Measure::template add<Simd>(odd, Simd::load(query + i + Simd::width),
                                          Simd::load(row + i + Simd::width));
    }
    if (i < bytes) {
        even = Measure::template add<Simd>(even, Simd::load(query + i), Simd::load(row + i));
    }
    return Simd::total(Simd::join(even, odd));
}

// The CPU fetches the rest of a long row by itself once it sees where the row goes.
inline void prefetch_code(const uint8_t* row, size_t bytes) {
    constexpr size_t kBytesMax = 512;
    const size_t end = bytes < kBytesMax ? bytes : kBytesMax;
    for (size_t i = 0; i < end; i += code_line_bytes) __builtin_prefetch(row + i);
}

template <class Simd, class Measure>
void score_codes(const uint8_t* query, const uint8_t* const* rows, size_t count, size_t bytes,
                 uint32_t* distances) {
    constexpr size_t kAheadBytes = 4096;  // what the CPU can have under way, roughly
    const size_t ahead = bytes >= kAheadBytes / 2 ? 2 : kAheadBytes / bytes;
    for (size_t i = 0; i < ahead && i < count; ++i) prefetch_code(rows[i], bytes);
    for (size_t i = 0; i < count; ++i) {
        if (i + ahead < count) prefetch_code(rows[i + ahead], bytes);
        distances[i] = sum_codes<Simd, Measure>(query, rows[i], bytes);
    }
}

}  // namespace
}  // namespace grape::vector

#define GRAPE_CODE_KERNELS(Simd)                                               \
    {                                                                          \
        { score_codes<Simd, CodeSquares>, score_codes<Simd, CodeDifferences> } \
    }
