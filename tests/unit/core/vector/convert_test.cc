#include "core/vector/convert.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace grape::vector {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float denormal = std::numeric_limits<float>::denorm_min();

constexpr Datatype all_types[] = {Datatype::f32, Datatype::f16, Datatype::u8};
constexpr Distance all_distances[] = {Distance::cosine, Distance::dot, Distance::euclid,
                                      Distance::manhattan};

std::vector<uint8_t> encoded(const std::vector<float>& values, Datatype type, Distance distance) {
    std::vector<uint8_t> bytes(values.size() * element_bytes(type));
    encode(values, type, distance, bytes.data());
    return bytes;
}

std::vector<float> round_trip(const std::vector<float>& values, Datatype type, Distance distance) {
    const std::vector<uint8_t> bytes = encoded(values, type, distance);
    std::vector<float> back(values.size());
    decode(bytes.data(), type, back);
    return back;
}

// The value of a finite half, from the definition.
double half_value(uint32_t half) {
    const int exponent = static_cast<int>((half >> 10) & 31u);
    const int mantissa = static_cast<int>(half & 1023u);
    const double magnitude =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    return (half & 0x8000u) != 0 ? -magnitude : magnitude;
}

// The nearest half by search over all of them; ties go to the even one.
uint16_t nearest_half(float value) {
    static const std::vector<double> halves = [] {
        std::vector<double> list;
        for (uint32_t half = 0; half < 0x7C00u; ++half) list.push_back(half_value(half));
        list.push_back(65536.0);  // what infinity stands for when values are rounded
        return list;
    }();
    const double magnitude = std::fabs(static_cast<double>(value));
    const auto above = std::lower_bound(halves.begin(), halves.end(), magnitude);
    size_t best =
        above == halves.end() ? halves.size() - 1 : static_cast<size_t>(above - halves.begin());
    if (best > 0) {
        const double up = std::fabs(halves[best] - magnitude);
        const double down = magnitude - halves[best - 1];
        if (magnitude < 65536.0 && (down < up || (down == up && (best - 1) % 2 == 0))) --best;
    }
    return static_cast<uint16_t>(best | (std::signbit(value) ? 0x8000u : 0u));
}

TEST(Half, every_finite_half_widens_to_its_value_and_back) {
    for (uint32_t half = 0; half <= 0xFFFFu; ++half) {
        if ((half & 0x7C00u) == 0x7C00u) continue;
        const float value = f16_to_f32(static_cast<uint16_t>(half));
        ASSERT_EQ(static_cast<double>(value), half_value(half)) << half;
        ASSERT_EQ(std::signbit(value), half >= 0x8000u) << half;
        ASSERT_EQ(f32_to_f16(value), half);
    }
}

TEST(Half, infinities_and_nans_stay_what_they_are) {
    EXPECT_EQ(f16_to_f32(0x7C00), infinity);
    EXPECT_EQ(f16_to_f32(0xFC00), -infinity);
    EXPECT_EQ(f32_to_f16(infinity), 0x7C00);
    EXPECT_EQ(f32_to_f16(-infinity), 0xFC00);
    for (uint32_t half = 0x7C01; half <= 0x7FFF; ++half) {
        ASSERT_TRUE(std::isnan(f16_to_f32(static_cast<uint16_t>(half)))) << half;
        const uint16_t back = f32_to_f16(f16_to_f32(static_cast<uint16_t>(half)));
        ASSERT_EQ(back, half | 0x0200u);  // quiet, payload kept
    }
    // A payload in the low bits only must not turn into infinity.
    EXPECT_EQ(f32_to_f16(std::bit_cast<float>(0x7F800001u)) & 0x7E00, 0x7E00);
}

TEST(Half, random_floats_round_to_the_nearest_half) {
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int i = 0; i < 300'000; ++i) {
        float value = std::bit_cast<float>(static_cast<uint32_t>(random()));
        // Half of them in the range of halves, where the rounding is.
        if (i % 2 == 0)
            value = std::ldexp(static_cast<float>(random()), static_cast<int>(random() % 45) - 61);
        if (std::isnan(value)) continue;
        ASSERT_EQ(f32_to_f16(value), nearest_half(value)) << std::bit_cast<uint32_t>(value);
    }
}

TEST(Half, floats_beside_every_midpoint_round_to_the_nearest_half) {
    for (uint32_t half = 0; half < 0x7C00u; ++half) {
        const double next = half == 0x7BFFu ? 65536.0 : half_value(half + 1);
        const float middle = static_cast<float>((half_value(half) + next) / 2);  // exact
        const float low = std::nextafter(middle, 0.0f);
        const float high = std::nextafter(middle, infinity);
        ASSERT_EQ(f32_to_f16(low), half);
        ASSERT_EQ(f32_to_f16(high), half + 1);
        ASSERT_EQ(f32_to_f16(middle), half % 2 == 0 ? half : half + 1);
        ASSERT_EQ(f32_to_f16(-middle), f32_to_f16(middle) | 0x8000);
    }
}

TEST(Check, names_the_first_value_that_is_not_finite) {
    for (const float bad : {not_a_number, -not_a_number, infinity, -infinity}) {
        for (const Datatype type : all_types) {
            for (const Distance distance : all_distances) {
                std::vector<float> values(100, 1.0f);
                values[37] = bad;
                values[60] = bad;
                size_t position = 0;
                EXPECT_EQ(check(values, type, distance, &position), Check::not_finite);
                EXPECT_EQ(position, 37u);
            }
        }
    }
}

TEST(Check, refuses_what_a_half_cannot_hold) {
    size_t position = 0;
    const float largest = std::nextafter(65520.0f, 0.0f);  // rounds to 65504
    for (const Distance distance : {Distance::dot, Distance::euclid, Distance::manhattan}) {
        const std::vector<float> good = {1, largest, -largest, 65504};
        EXPECT_EQ(check(good, Datatype::f16, distance, &position), Check::ok);
        for (const float bad : {65520.0f, -65520.0f, 1e30f}) {
            const std::vector<float> values = {1, 2, bad};
            EXPECT_EQ(check(values, Datatype::f16, distance, &position), Check::out_of_range);
            EXPECT_EQ(position, 2u);
            EXPECT_EQ(check(values, Datatype::f32, distance, &position), Check::ok);
        }
    }
    EXPECT_EQ(round_trip({largest}, Datatype::f16, Distance::dot)[0], 65504.0f);
    // Under cosine the normalised value is stored, and it fits.
    const std::vector<float> big = {3e30f, 4e30f};
    EXPECT_EQ(check(big, Datatype::f16, Distance::cosine, &position), Check::ok);
    EXPECT_EQ(round_trip(big, Datatype::f16, Distance::cosine),
              (std::vector<float>{f16_to_f32(f32_to_f16(0.6f)), f16_to_f32(f32_to_f16(0.8f))}));
}

TEST(Check, refuses_what_a_byte_cannot_hold) {
    for (const Distance distance : all_distances) {
        size_t position = 0;
        const std::vector<float> good = {255.9f, 0.0f, -0.0f, 255.99998f, 1};
        EXPECT_EQ(check(good, Datatype::u8, distance, &position), Check::ok);
        for (const float bad : {256.0f, -0.5f, -1.0f, -denormal, 1e30f, -1e30f}) {
            const std::vector<float> values = {7, bad, 7};
            EXPECT_EQ(check(values, Datatype::u8, distance, &position), Check::out_of_range);
            EXPECT_EQ(position, 1u);
        }
    }
}

TEST(Check, refuses_vectors_without_a_length_under_cosine_only) {
    size_t position = 9;
    for (const Datatype type : all_types) {
        const std::vector<float> zeros = {0.0f, -0.0f, 0.0f};
        EXPECT_EQ(check(zeros, type, Distance::cosine, &position), Check::zero_length);
        EXPECT_EQ(position, 0u);
        for (const Distance distance : {Distance::dot, Distance::euclid, Distance::manhattan}) {
            EXPECT_EQ(check(zeros, type, distance, &position), Check::ok);
        }
    }
    const std::vector<float> tiny = {0.0f, denormal};
    EXPECT_EQ(check(tiny, Datatype::f32, Distance::cosine, &position), Check::ok);
    EXPECT_EQ(check(tiny, Datatype::f16, Distance::cosine, &position), Check::ok);
    // As bytes these are zeros.
    const std::vector<float> below_one = {0.5f, 0.99f};
    EXPECT_EQ(check(below_one, Datatype::u8, Distance::cosine, &position), Check::zero_length);
    EXPECT_EQ(check(below_one, Datatype::u8, Distance::dot, &position), Check::ok);
}

TEST(Encode, keeps_f32_bits_when_the_distance_is_not_cosine) {
    const std::vector<float> values = {denormal, -denormal, -0.0f, 1e-40f, 3e38f, 1, 2, 3, 4};
    for (const Distance distance : {Distance::dot, Distance::euclid, Distance::manhattan}) {
        const std::vector<uint8_t> bytes = encoded(values, Datatype::f32, distance);
        EXPECT_EQ(std::memcmp(bytes.data(), values.data(), bytes.size()), 0);
    }
}

TEST(Encode, cuts_towards_zero_for_bytes_under_every_distance) {
    for (const Distance distance : all_distances) {
        EXPECT_EQ(round_trip({255.9f, 0.99f, 1.0f, 127.5f, -0.0f}, Datatype::u8, distance),
                  (std::vector<float>{255, 0, 1, 127, 0}));
    }
}

TEST(Encode, normalises_vectors_of_any_size_under_cosine) {
    const std::vector<float> expected = {0.6f, -0.8f};
    for (const float size : {1.0f, 3e-39f, 1e37f, 1e-20f}) {
        const std::vector<float> back =
            round_trip({3 * size, -4 * size}, Datatype::f32, Distance::cosine);
        EXPECT_NEAR(back[0], expected[0], 1e-6f) << size;
        EXPECT_NEAR(back[1], expected[1], 1e-6f) << size;
    }
    EXPECT_EQ(round_trip({denormal, 0}, Datatype::f32, Distance::cosine),
              (std::vector<float>{1, 0}));
    EXPECT_EQ(round_trip({0, -3e38f}, Datatype::f32, Distance::cosine),
              (std::vector<float>{0, -1}));
}

TEST(Encode, leaves_normalised_f32_vectors_as_they_are) {
    const uint32_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (size_t dim = 1; dim < 2000; dim += 1 + dim / 7) {
        std::vector<float> values(dim);
        for (float& value : values) value = normal(random);
        const std::vector<float> once = round_trip(values, Datatype::f32, Distance::cosine);
        double squared = 0;
        for (const float value : once) squared += static_cast<double>(value) * value;
        EXPECT_NEAR(squared, 1.0, 2.5e-7);
        EXPECT_EQ(round_trip(once, Datatype::f32, Distance::cosine), once) << dim;
    }
}

TEST(Encode, gives_the_same_normalised_bits_on_every_cpu) {
    std::vector<float> values(1001);
    uint32_t state = 12345;
    for (float& value : values) {
        state = state * 1664525u + 1013904223u;
        value = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-20f;
    }
    uint64_t hash = 0xCBF29CE484222325ull;
    for (const Datatype type : {Datatype::f32, Datatype::f16}) {
        for (const uint8_t byte : encoded(values, type, Distance::cosine)) {
            hash = (hash ^ byte) * 0x100000001B3ull;
        }
    }
    EXPECT_EQ(hash, 0x67D2A36E6F09DB0Full);
}

TEST(EncodeQuery, gives_floats_for_float_rows_and_bytes_for_byte_rows) {
    const std::vector<float> values = {3, 4};
    for (const Datatype type : {Datatype::f32, Datatype::f16}) {
        ASSERT_EQ(query_element_bytes(type), sizeof(float));
        float query[2];
        encode_query(values, type, Distance::dot, query);
        EXPECT_EQ(query[0], 3.0f);
        encode_query(values, type, Distance::cosine, query);
        EXPECT_EQ(query[0], 0.6f);
        EXPECT_EQ(query[1], 0.8f);
    }
    ASSERT_EQ(query_element_bytes(Datatype::u8), 1u);
    uint8_t bytes[2];
    encode_query(values, Datatype::u8, Distance::cosine, bytes);
    EXPECT_EQ(bytes[0], 3);
    EXPECT_EQ(bytes[1], 4);
}

TEST(Decode, reads_from_any_address) {
    const std::vector<float> values = {1, 2.5f, 100};
    for (const Datatype type : all_types) {
        for (size_t offset = 0; offset < 8; ++offset) {
            std::vector<uint8_t> bytes(offset + values.size() * element_bytes(type));
            encode(values, type, Distance::dot, bytes.data() + offset);
            std::vector<float> back(values.size());
            decode(bytes.data() + offset, type, back);
            EXPECT_EQ(back, (std::vector<float>{1, type == Datatype::u8 ? 2.0f : 2.5f, 100}));
        }
    }
}

TEST(Names, are_spelled_as_in_the_json_requests) {
    EXPECT_EQ(datatype_name(Datatype::f32), "float32");
    EXPECT_EQ(datatype_name(Datatype::f16), "float16");
    EXPECT_EQ(datatype_name(Datatype::u8), "uint8");
    EXPECT_EQ(distance_name(Distance::cosine), "Cosine");
    EXPECT_EQ(distance_name(Distance::dot), "Dot");
    EXPECT_EQ(distance_name(Distance::euclid), "Euclid");
    EXPECT_EQ(distance_name(Distance::manhattan), "Manhattan");
}

}  // namespace
}  // namespace grape::vector
