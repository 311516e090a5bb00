// Conversion of user's floats to stored elements and back. Threads: pure functions.
//
// Stored bits must be the same on every CPU. So this file is compiled for the baseline only and
// without contraction, and lengths are summed in doubles in a fixed order. A double holds the
// square of every float, subnormals included: a length vanishes only when all elements are zero.
#include "core/vector/convert.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/check.h"

namespace grape::vector {

namespace {

constexpr size_t sum_lanes = 8;
// The smallest magnitude that rounds to an infinite half: halfway from 65504 to 65536.
constexpr float f16_overflow = 65520.0f;
// The largest values that are stored: just below that, and just below 256.
constexpr float f16_largest = 0x1.FFDFFEp15f;
constexpr float u8_largest = 0x1.FFFFFEp7f;
// A vector whose squared length differs from 1 by less than rounding its elements can cause was
// normalised before; it keeps its bits. So encode(decode(stored)) gives the stored f32 bytes again.
constexpr double unit_tolerance = 0x1p-22;

double squared_length(std::span<const float> values) {
    double lanes[sum_lanes] = {};
    size_t i = 0;
    for (; i + sum_lanes <= values.size(); i += sum_lanes) {
        for (size_t lane = 0; lane < sum_lanes; ++lane) {
            const double value = values[i + lane];
            lanes[lane] += value * value;
        }
    }
    for (size_t lane = 0; i < values.size(); ++i, ++lane) {
        const double value = values[i];
        lanes[lane] += value * value;
    }
    for (size_t half = sum_lanes / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    }
    return lanes[0];
}

// What every element is multiplied by before it is stored.
double scale_for(std::span<const float> values, Datatype type, Distance distance) {
    if (distance != Distance::cosine || type == Datatype::u8) return 1.0;
    const double squared = squared_length(values);
    GRAPE_DCHECK(squared > 0.0);
    if (std::fabs(squared - 1.0) <= unit_tolerance) return 1.0;
    return 1.0 / std::sqrt(squared);
}

float scaled(float value, double scale) {
    return static_cast<float>(static_cast<double>(value) * scale);
}

void store_f32(std::span<const float> values, double scale, void* out) {
    auto* to = static_cast<unsigned char*>(out);
    if (scale == 1.0) {
        if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
        return;
    }
    for (size_t i = 0; i < values.size(); ++i) {
        const float element = scaled(values[i], scale);
        std::memcpy(to + i * sizeof(element), &element, sizeof(element));
    }
}

void store_f16(std::span<const float> values, double scale, void* out) {
    auto* to = static_cast<unsigned char*>(out);
    for (size_t i = 0; i < values.size(); ++i) {
        const uint16_t element = f32_to_f16(scaled(values[i], scale));
        std::memcpy(to + i * sizeof(element), &element, sizeof(element));
    }
}

void store_u8(std::span<const float> values, void* out) {
    auto* to = static_cast<uint8_t*>(out);
    for (size_t i = 0; i < values.size(); ++i) {
        GRAPE_DCHECK(values[i] >= 0.0f && values[i] <= u8_largest);
        to[i] = static_cast<uint8_t>(static_cast<int>(values[i]));
    }
}

struct Range {
    float low;
    float high;
};

// The values that may be stored; NaN lies in no range.
Range range_of(Datatype type, Distance distance) {
    constexpr float largest = std::numeric_limits<float>::max();
    if (type == Datatype::u8) return {0.0f, u8_largest};
    // Under cosine the normalised value is stored, and that always fits.
    if (type == Datatype::f32 || distance == Distance::cosine) return {-largest, largest};
    return {-f16_largest, f16_largest};
}

bool is_inside(float value, Range range) {
    return value >= range.low && value <= range.high;
}

// Both loops look at all elements without a branch, so that the compiler can use vectors.
bool all_inside(std::span<const float> values, Range range) {
    int outside = 0;
    for (const float value : values) outside |= !is_inside(value, range);
    return outside == 0;
}

bool has_length(std::span<const float> values, Datatype type) {
    // u8 elements below 1 are cut to zero, so they give no length.
    const float smallest = type == Datatype::u8 ? 1.0f : std::numeric_limits<float>::denorm_min();
    int found = 0;
    for (const float value : values) found |= std::fabs(value) >= smallest;
    return found != 0;
}

}  // namespace

Check check(std::span<const float> values, Datatype type, Distance distance, size_t* position) {
    *position = 0;
    const Range range = range_of(type, distance);
    if (!all_inside(values, range)) {
        while (is_inside(values[*position], range)) ++*position;
        return std::isfinite(values[*position]) ? Check::out_of_range : Check::not_finite;
    }
    if (distance == Distance::cosine && !has_length(values, type)) return Check::zero_length;
    return Check::ok;
}

void encode(std::span<const float> values, Datatype type, Distance distance, void* out) {
    const double scale = scale_for(values, type, distance);
    switch (type) {
        case Datatype::f32:
            return store_f32(values, scale, out);
        case Datatype::f16:
            return store_f16(values, scale, out);
        case Datatype::u8:
            return store_u8(values, out);
    }
}

void decode(const void* stored, Datatype type, std::span<float> out) {
    const auto* from = static_cast<const unsigned char*>(stored);
    switch (type) {
        case Datatype::f32:
            if (!out.empty()) std::memcpy(out.data(), from, out.size_bytes());
            return;
        case Datatype::f16:
            for (size_t i = 0; i < out.size(); ++i) {
                uint16_t half;
                std::memcpy(&half, from + i * sizeof(half), sizeof(half));
                out[i] = f16_to_f32(half);
            }
            return;
        case Datatype::u8:
            for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(from[i]);
            return;
    }
}

void encode_query(std::span<const float> values, Datatype type, Distance distance, void* out) {
    if (type == Datatype::u8) return store_u8(values, out);
    store_f32(values, scale_for(values, type, distance), out);
}

// A half has 1 sign, 5 exponent (bias 15) and 10 mantissa bits; a float 1, 8 (bias 127) and 23.
float f16_to_f32(uint16_t half) {
    const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 0x1Fu;
    const uint32_t mantissa = half & 0x3FFu;
    if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24, exact
        const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
        return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
    }
    if (exponent == 0x1F) {  // infinite, or not a number: made quiet as the CPUs do
        const uint32_t quiet = mantissa != 0 ? 0x400000u : 0u;
        return std::bit_cast<float>(sign | 0x7F800000u | quiet | mantissa << 13);
    }
    return std::bit_cast<float>(sign | (exponent + (127 - 15)) << 23 | mantissa << 13);
}

uint16_t f32_to_f16(float value) {
    const uint32_t bits = std::bit_cast<uint32_t>(value);
    const uint32_t sign = (bits >> 16) & 0x8000u;
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    uint32_t half;
    if (magnitude > 0x7F800000u) {  // not a number: quiet, with the top of its payload
        half = 0x7E00u | ((magnitude >> 13) & 0x3FFu);
    } else if (magnitude >= std::bit_cast<uint32_t>(f16_overflow)) {
        half = 0x7C00u;
    } else if (magnitude < std::bit_cast<uint32_t>(0x1p-14f)) {
        // A subnormal half counts steps of 2^-24, which is the last bit of a float in [0.5, 1): the
        // addition rounds to nearest even, and the low bits of the sum are the count.
        const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
        half = std::bit_cast<uint32_t>(aligned) - std::bit_cast<uint32_t>(0.5f);
    } else {
        // Rebias; then 0x0FFF and the kept last bit round up above half, and at half when odd. A
        // carry goes into the exponent, as it should.
        const uint32_t rebiased = magnitude - ((127u - 15u) << 23);
        half = (rebiased + 0x0FFFu + ((rebiased >> 13) & 1u)) >> 13;
    }
    return static_cast<uint16_t>(sign | half);
}

}  // namespace grape::vector
