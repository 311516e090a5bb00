// Kernels for SSE4.1. Compiled with its own flags; see kernels.h for the rules.
#include <smmintrin.h>

#include "core/vector/kernel_loops.h"
#include "core/vector/part_load.h"

namespace grape::vector {

namespace {

// Four halves in the low words of 32-bit lanes to floats, exactly: normal numbers by moving bits,
// zero and subnormals as mantissa * 2^-24, infinities by adding the bias once more.
__m128 widen_halves(__m128i halves) {
    const __m128i magnitude = _mm_and_si128(halves, _mm_set1_epi32(0x7FFF));
    const __m128i sign = _mm_slli_epi32(_mm_xor_si128(halves, magnitude), 16);
    const __m128i bias = _mm_set1_epi32((127 - 15) << 23);
    __m128i bits = _mm_add_epi32(_mm_slli_epi32(magnitude, 13), bias);
    const __m128i not_finite = _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7BFF));
    bits = _mm_add_epi32(bits, _mm_and_si128(not_finite, bias));
    const __m128i below_normal = _mm_cmplt_epi32(magnitude, _mm_set1_epi32(0x0400));
    const __m128 small = _mm_mul_ps(_mm_cvtepi32_ps(magnitude), _mm_set1_ps(0x1p-24f));
    bits = _mm_blendv_epi8(bits, _mm_castps_si128(small), below_normal);
    return _mm_castsi128_ps(_mm_or_si128(bits, sign));
}

struct Sse41 {
    using Floats = __m128;
    using Bytes = __m128i;
    using Counts = __m128i;
    static constexpr size_t float_width = 4;
    static constexpr size_t byte_width = 16;

    static Floats load_f32(const uint8_t* from) { return _mm_castsi128_ps(load_16(from)); }
    static Floats load_f32_part(const uint8_t* from, size_t n) {
        return _mm_castsi128_ps(load_below_16(from, n * 4));
    }
    static Floats load_f16(const uint8_t* from) {
        const __m128i halves = _mm_cvtsi64_si128(load_word<int64_t>(from));
        return widen_halves(_mm_cvtepu16_epi32(halves));
    }
    static Floats load_f16_part(const uint8_t* from, size_t n) {
        return widen_halves(_mm_cvtepu16_epi32(load_below_16(from, n * 2)));
    }
    static Floats zero() { return _mm_setzero_ps(); }
    static Floats add(Floats a, Floats b) { return _mm_add_ps(a, b); }
    static Floats sub(Floats a, Floats b) { return _mm_sub_ps(a, b); }
    static Floats mul(Floats a, Floats b) { return _mm_mul_ps(a, b); }
    static Floats abs(Floats a) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), a); }
    static float fold(const Floats (&sums)[8]) {
        const __m128 even = _mm_add_ps(_mm_add_ps(sums[0], sums[4]), _mm_add_ps(sums[2], sums[6]));
        const __m128 odd = _mm_add_ps(_mm_add_ps(sums[1], sums[5]), _mm_add_ps(sums[3], sums[7]));
        const __m128 lanes4 = _mm_add_ps(even, odd);
        const __m128 lanes2 = _mm_add_ps(lanes4, _mm_movehl_ps(lanes4, lanes4));
        return _mm_cvtss_f32(_mm_add_ss(lanes2, _mm_shuffle_ps(lanes2, lanes2, 1)));
    }

    static Bytes load_u8(const uint8_t* from) { return load_16(from); }
    static Bytes load_u8_part(const uint8_t* from, size_t n) { return load_below_16(from, n); }
    static Counts no_counts() { return _mm_setzero_si128(); }
    static Counts add_products(Counts sums, Bytes a, Bytes b) {
        const Bytes none = _mm_setzero_si128();
        const Counts low = _mm_madd_epi16(_mm_unpacklo_epi8(a, none), _mm_unpacklo_epi8(b, none));
        const Counts high = _mm_madd_epi16(_mm_unpackhi_epi8(a, none), _mm_unpackhi_epi8(b, none));
        return _mm_add_epi32(sums, _mm_add_epi32(low, high));
    }
    static Counts add_squares(Counts sums, Bytes a, Bytes b) {
        const Bytes apart = _mm_sub_epi8(_mm_max_epu8(a, b), _mm_min_epu8(a, b));
        return add_products(sums, apart, apart);
    }
    static Counts add_differences(Counts sums, Bytes a, Bytes b) {
        return _mm_add_epi32(sums, _mm_sad_epu8(a, b));
    }
    static uint32_t total(Counts sums) {
        const __m128i sums2 = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4E));
        const __m128i sum = _mm_add_epi32(sums2, _mm_shuffle_epi32(sums2, 0xB1));
        return static_cast<uint32_t>(_mm_cvtsi128_si32(sum));
    }
};

}  // namespace

const KernelTable sse41_kernels = GRAPE_KERNEL_TABLE(Sse41);

}  // namespace grape::vector
