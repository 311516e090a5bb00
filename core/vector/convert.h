// Between the floats that users give and the elements that are stored. Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/vector/datatype.h"

namespace grape::vector {

enum class Check : uint8_t { ok, not_finite, out_of_range, zero_length };

// What is wrong with the vector for this type and distance: NaN or infinity; a value that f16
// cannot hold (beyond 65504 after rounding; not under cosine, where the normalised value is stored)
// or outside 0..255.99 for u8; no length under cosine: all zeros, or for u8 all below 1. `position`
// gets the index of the first offending element, 0 where none is to blame.
Check check(std::span<const float> values, Datatype type, Distance distance, size_t* position);

// Stores a checked vector: normalised for cosine (not u8), rounded to nearest even for f16, cut
// towards zero for u8, as Qdrant does. A vector that is normalised already keeps its f32 bits.
// `out` has dim * element_bytes(type) bytes.
void encode(std::span<const float> values, Datatype type, Distance distance, void* out);
// The stored elements as floats.
void decode(const void* stored, Datatype type, std::span<float> out);
// The query in the form that score_block() takes: normalised for cosine; u8 elements for u8 rows,
// f32 for the rest. `out` has dim * query_element_bytes(type) bytes.
void encode_query(std::span<const float> values, Datatype type, Distance distance, void* out);
constexpr size_t query_element_bytes(Datatype type) {
    return type == Datatype::u8 ? 1 : 4;
}

float f16_to_f32(uint16_t half);
uint16_t f32_to_f16(float value);  // round to nearest even

}  // namespace grape::vector
