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
