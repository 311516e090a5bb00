// Kernels for AVX2 with F16C. Compiled with its own flags; see kernels.h for the rules.
#include <immintrin.h>

#include "core/vector/kernel_loops.h"
#include "core/vector/part_load.h"

namespace grape::vector {

namespace {

// Eight elements from tail_mask + 8 - n select the first n of eight.
alignas(64) const int32_t tail_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

struct Avx2 {
    using Floats = __m256;
    using Bytes = __m256i;
    using Counts = __m256i;
    static constexpr size_t float_width = 8;
    static constexpr size_t byte_width = 32;

    static Floats load_f32(const uint8_t* from) { return _mm256_castsi256_ps(load_u8(from)); }
    static Floats load_f32_part(const uint8_t* from, size_t n) {
        const __m256i mask =
            _mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(tail_mask + 8 - n));
        return _mm256_castsi256_ps(_mm256_maskload_epi32(reinterpret_cast<const int*>(from), mask));
    }
    static Floats load_f16(const uint8_t* from) { return _mm256_cvtph_ps(load_16(from)); }
    static Floats load_f16_part(const uint8_t* from, size_t n) {
        return _mm256_cvtph_ps(load_below_16(from, n * 2));
    }
    static Floats zero() { return _mm256_setzero_ps(); }
    static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
    static Floats sub(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
    static Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
    static Floats abs(Floats a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
    static float fold(const Floats (&sums)[4]) {
        const __m256 lanes8 =
            _mm256_add_ps(_mm256_add_ps(sums[0], sums[2]), _mm256_add_ps(sums[1], sums[3]));
        const __m128 lanes4 =
            _mm_add_ps(_mm256_castps256_ps128(lanes8), _mm256_extractf128_ps(lanes8, 1));
        const __m128 lanes2 = _mm_add_ps(lanes4, _mm_movehl_ps(lanes4, lanes4));
        return _mm_cvtss_f32(_mm_add_ss(lanes2, _mm_movehdup_ps(lanes2)));
    }

    static Bytes load_u8(const uint8_t* from) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(from));
    }
    static Bytes load_u8_part(const uint8_t* from, size_t n) {
        if (n < 16) return _mm256_set_m128i(_mm_setzero_si128(), load_below_16(from, n));
        return _mm256_set_m128i(load_below_16(from + 16, n - 16), load_16(from));
    }
    static Counts no_counts() { return _mm256_setzero_si256(); }
    static Counts add_products(Counts sums, Bytes a, Bytes b) {
        const Bytes none = _mm256_setzero_si256();
        const Counts low =
            _mm256_madd_epi16(_mm256_unpacklo_epi8(a, none), _mm256_unpacklo_epi8(b, none));
        const Counts high =
            _mm256_madd_epi16(_mm256_unpackhi_epi8(a, none), _mm256_unpackhi_epi8(b, none));
        return _mm256_add_epi32(sums, _mm256_add_epi32(low, high));
    }
    static Counts add_squares(Counts sums, Bytes a, Bytes b) {
        const Bytes apart = _mm256_sub_epi8(_mm256_max_epu8(a, b), _mm256_min_epu8(a, b));
        return add_products(sums, apart, apart);
    }
    static Counts add_differences(Counts sums, Bytes a, Bytes b) {
        return _mm256_add_epi32(sums, _mm256_sad_epu8(a, b));
    }
    static uint32_t total(Counts sums) {
        const __m128i sums4 =
            _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        const __m128i sums2 = _mm_add_epi32(sums4, _mm_shuffle_epi32(sums4, 0x4E));
        const __m128i sum = _mm_add_epi32(sums2, _mm_shuffle_epi32(sums2, 0xB1));
        return static_cast<uint32_t>(_mm_cvtsi128_si32(sum));
    }
};

}  // namespace

const KernelTable avx2_kernels = GRAPE_KERNEL_TABLE(Avx2);

}  // namespace grape::vector
