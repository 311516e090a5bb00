// Reading fewer than 16 bytes into a 16-byte register without touching what lies behind them.
// Internal to the target files: an anonymous namespace for the reason that kernels.h gives.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace grape::vector {
namespace {

template <class Word>
inline Word load_word(const uint8_t* from) {
    Word word;
    __builtin_memcpy(&word, from, sizeof(word));
    return word;
}

// The first n < 8 bytes; the rest of the word is zero. Little-endian CPUs only.
inline uint64_t load_low_bytes(const uint8_t* from, size_t n) {
    uint64_t word = 0;
    if ((n & 1) != 0) word = from[n - 1];
    if ((n & 2) != 0) word = word << 16 | load_word<uint16_t>(from + (n & 4));
    if ((n & 4) != 0) word = word << 32 | load_word<uint32_t>(from);
    return word;
}

struct Halves {
    uint64_t low;
    uint64_t high;
};

// The first n < 16 bytes; the rest is zero.
inline Halves load_part_16(const uint8_t* from, size_t n) {
    if (n < 8) return {load_low_bytes(from, n), 0};
    return {load_word<uint64_t>(from), load_low_bytes(from + 8, n - 8)};
}

#if defined(__x86_64__)
inline __m128i load_16(const uint8_t* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i_u*>(from));
}
inline __m128i load_below_16(const uint8_t* from, size_t n) {
    const Halves part = load_part_16(from, n);
    return _mm_set_epi64x(static_cast<int64_t>(part.high), static_cast<int64_t>(part.low));
}
#endif

}  // namespace
}  // namespace grape::vector
