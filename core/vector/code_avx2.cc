// Code kernels for AVX2. Compiled with its own flags; see kernels.h for the rules.
#include <immintrin.h>

#include "core/vector/code_loops.h"

namespace grape::vector {

namespace {

struct Avx2 {
    using Bytes = __m256i;
    using Sums = __m256i;
    static constexpr size_t width = 32;
    static Bytes load(const uint8_t* from) {
        return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
    }
    static Sums none() { return _mm256_setzero_si256(); }
    static Sums add_squares(Sums sums, Bytes a, Bytes b) {
        const __m256i apart = _mm256_abs_epi8(_mm256_sub_epi8(a, b));
        const __m256i pairs = _mm256_maddubs_epi16(apart, apart);
        return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    static Sums add_differences(Sums sums, Bytes a, Bytes b) {
        return _mm256_add_epi32(sums, _mm256_sad_epu8(a, b));
    }
    static Bytes repeat(const uint8_t* from) {
        int32_t four = 0;
        __builtin_memcpy(&four, from, sizeof(four));
        return _mm256_set1_epi32(four);
    }
    static Sums add_square_columns(Sums sums, Bytes a, Bytes b) { return add_squares(sums, a, b); }
    static Sums add_difference_columns(Sums sums, Bytes a, Bytes b) {
        const __m256i apart = _mm256_abs_epi8(_mm256_sub_epi8(a, b));
        const __m256i pairs = _mm256_maddubs_epi16(apart, _mm256_set1_epi8(1));
        return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    static bool any_within(Sums sums, uint32_t most) {
        const __m256i limit = _mm256_set1_epi32(static_cast<int>(most));
        const __m256i within = _mm256_cmpeq_epi32(_mm256_min_epu32(sums, limit), sums);
        return _mm256_movemask_epi8(within) != 0;
    }
    static void store(Sums sums, uint32_t* to) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), sums);
    }
    static Sums join(Sums a, Sums b) { return _mm256_add_epi32(a, b); }
    static uint32_t total(Sums sums) {
        const __m128i four =
            _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
        const __m128i one = _mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1));
        return static_cast<uint32_t>(_mm_cvtsi128_si32(one));
    }
};

}  // namespace

const CodeKernels avx2_code_kernels = GRAPE_CODE_KERNELS(Avx2);

}  // namespace grape::vector
