// Kernels for AVX-512 (F, BW, VL, DQ). Compiled with its own flags; see kernels.h for the rules.
#include <immintrin.h>

#include "core/vector/kernel_loops.h"

namespace grape::vector {

namespace {

struct Avx512 {
    using Floats = __m512;
    using Bytes = __m512i;
    using Counts = __m512i;
    static constexpr size_t float_width = 16;
    static constexpr size_t byte_width = 64;

    static Floats load_f32(const uint8_t* from) { return _mm512_loadu_ps(from); }
    static Floats load_f32_part(const uint8_t* from, size_t n) {
        return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), from);
    }
    static Floats load_f16(const uint8_t* from) {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(from)));
    }
    static Floats load_f16_part(const uint8_t* from, size_t n) {
        return _mm512_cvtph_ps(
            _mm256_maskz_loadu_epi16(static_cast<__mmask16>((1u << n) - 1), from));
    }
    static Floats zero() { return _mm512_setzero_ps(); }
    static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
    static Floats sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
    static Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
    static Floats abs(Floats a) { return _mm512_abs_ps(a); }
    static float fold(const Floats (&sums)[2]) {
        const __m512 lanes16 = _mm512_add_ps(sums[0], sums[1]);
        const __m256 lanes8 =
            _mm256_add_ps(_mm512_castps512_ps256(lanes16), _mm512_extractf32x8_ps(lanes16, 1));
        const __m128 lanes4 =
            _mm_add_ps(_mm256_castps256_ps128(lanes8), _mm256_extractf128_ps(lanes8, 1));
        const __m128 lanes2 = _mm_add_ps(lanes4, _mm_movehl_ps(lanes4, lanes4));
        return _mm_cvtss_f32(_mm_add_ss(lanes2, _mm_movehdup_ps(lanes2)));
    }

    static Bytes load_u8(const uint8_t* from) { return _mm512_loadu_si512(from); }
    static Bytes load_u8_part(const uint8_t* from, size_t n) {
        return _mm512_maskz_loadu_epi8((uint64_t{1} << n) - 1, from);
    }
    static Counts no_counts() { return _mm512_setzero_si512(); }
    static Counts add_products(Counts sums, Bytes a, Bytes b) {
        const Bytes none = _mm512_setzero_si512();
        const Counts low =
            _mm512_madd_epi16(_mm512_unpacklo_epi8(a, none), _mm512_unpacklo_epi8(b, none));
        const Counts high =
            _mm512_madd_epi16(_mm512_unpackhi_epi8(a, none), _mm512_unpackhi_epi8(b, none));
        return _mm512_add_epi32(sums, _mm512_add_epi32(low, high));
    }
    static Counts add_squares(Counts sums, Bytes a, Bytes b) {
        const Bytes apart = _mm512_sub_epi8(_mm512_max_epu8(a, b), _mm512_min_epu8(a, b));
        return add_products(sums, apart, apart);
    }
    static Counts add_differences(Counts sums, Bytes a, Bytes b) {
        return _mm512_add_epi32(sums, _mm512_sad_epu8(a, b));
    }
    static uint32_t total(Counts sums) {
        const __m256i sums8 =
            _mm256_add_epi32(_mm512_castsi512_si256(sums), _mm512_extracti32x8_epi32(sums, 1));
        const __m128i sums4 =
            _mm_add_epi32(_mm256_castsi256_si128(sums8), _mm256_extracti128_si256(sums8, 1));
        const __m128i sums2 = _mm_add_epi32(sums4, _mm_shuffle_epi32(sums4, 0x4E));
        const __m128i sum = _mm_add_epi32(sums2, _mm_shuffle_epi32(sums2, 0xB1));
        return static_cast<uint32_t>(_mm_cvtsi128_si32(sum));
    }
};

}  // namespace

const KernelTable avx512_kernels = GRAPE_KERNEL_TABLE(Avx512);

}  // namespace grape::vector
