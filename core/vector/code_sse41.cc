// Code kernels for SSE4.1. Compiled with its own flags; see kernels.h for the rules.
#include <smmintrin.h>

#include "core/vector/code_loops.h"

namespace grape::vector {

namespace {

struct Sse41 {
    using Bytes = __m128i;
    using Sums = __m128i;
    static constexpr size_t width = 16;
    static Bytes load(const uint8_t* from) {
        return _mm_load_si128(reinterpret_cast<const __m128i*>(from));
    }
    static Sums none() { return _mm_setzero_si128(); }
    static Sums add_squares(Sums sums, Bytes a, Bytes b) {
        const __m128i apart = _mm_abs_epi8(_mm_sub_epi8(a, b));
        const __m128i pairs = _mm_maddubs_epi16(apart, apart);
        return _mm_add_epi32(sums, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
    }
    static Sums add_differences(Sums sums, Bytes a, Bytes b) {
        return _mm_add_epi32(sums, _mm_sad_epu8(a, b));
    }
    static Bytes repeat(const uint8_t* from) {
        int32_t four = 0;
        __builtin_memcpy(&four, from, sizeof(four));
        return _mm_set1_epi32(four);
    }
    static Sums add_square_columns(Sums sums, Bytes a, Bytes b) { return add_squares(sums, a, b); }
    static Sums add_difference_columns(Sums sums, Bytes a, Bytes b) {
        const __m128i apart = _mm_abs_epi8(_mm_sub_epi8(a, b));
        const __m128i pairs = _mm_maddubs_epi16(apart, _mm_set1_epi8(1));
        return _mm_add_epi32(sums, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
    }
    static bool any_within(Sums sums, uint32_t most) {
        const __m128i limit = _mm_set1_epi32(static_cast<int>(most));
        const __m128i within = _mm_cmpeq_epi32(_mm_min_epu32(sums, limit), sums);
        return _mm_movemask_epi8(within) != 0;
    }
    static void store(Sums sums, uint32_t* to) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), sums);
    }
    static Sums join(Sums a, Sums b) { return _mm_add_epi32(a, b); }
    static uint32_t total(Sums sums) {
        const __m128i two = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4E));
        const __m128i one = _mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1));
        return static_cast<uint32_t>(_mm_cvtsi128_si32(one));
    }
};

}  // namespace

const CodeKernels sse41_code_kernels = GRAPE_CODE_KERNELS(Sse41);

}  // namespace grape::vector
