// Code kernels for AVX-512 with VNNI. Compiled with its own flags; see kernels.h for the rules.
#include <immintrin.h>

#include "core/vector/code_loops.h"

namespace grape::vector {

namespace {

struct Vnni {
    using Bytes = __m512i;
    using Sums = __m512i;
    static constexpr size_t width = 64;
    static Bytes load(const uint8_t* from) { return _mm512_load_si512(from); }
    static Sums none() { return _mm512_setzero_si512(); }
    static Sums add_squares(Sums sums, Bytes a, Bytes b) {
        const __m512i apart = _mm512_abs_epi8(_mm512_sub_epi8(a, b));
        return _mm512_dpbusd_epi32(sums, apart, apart);
    }
    static Sums add_differences(Sums sums, Bytes a, Bytes b) {
        return _mm512_add_epi32(sums, _mm512_sad_epu8(a, b));
    }
    static Bytes repeat(const uint8_t* from) {
        int32_t four = 0;
        __builtin_memcpy(&four, from, sizeof(four));
        return _mm512_set1_epi32(four);
    }
    static Sums add_square_columns(Sums sums, Bytes a, Bytes b) { return add_squares(sums, a, b); }
    static Sums add_difference_columns(Sums sums, Bytes a, Bytes b) {
        const __m512i apart = _mm512_abs_epi8(_mm512_sub_epi8(a, b));
        return _mm512_dpbusd_epi32(sums, apart, _mm512_set1_epi8(1));
    }
    static bool any_within(Sums sums, uint32_t most) {
        return _mm512_cmple_epu32_mask(sums, _mm512_set1_epi32(static_cast<int>(most))) != 0;
    }
    static void store(Sums sums, uint32_t* to) { _mm512_storeu_si512(to, sums); }
    static Sums join(Sums a, Sums b) { return _mm512_add_epi32(a, b); }
    static uint32_t total(Sums sums) {
        const __m256i eight =
            _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64(sums, 1));
        const __m128i four =
            _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
        const __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
        const __m128i one = _mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1));
        return static_cast<uint32_t>(_mm_cvtsi128_si32(one));
    }
};

}  // namespace

const CodeKernels vnni_code_kernels = GRAPE_CODE_KERNELS(Vnni);

}  // namespace grape::vector
