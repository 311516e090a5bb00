#include "core/vector/code_encode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace grape::vector {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

struct Sample {
    std::vector<float> values, centres;
    float per_step = 0;
};

Sample make_sample(std::mt19937_64& random, size_t size) {
    std::uniform_real_distribution<float> value(-130, 130), centre(-3, 3), step(0.5F, 2);
    Sample out{std::vector<float>(size), std::vector<float>(size), step(random)};
    for (float& each : out.values) each = value(random);
    for (float& each : out.centres) each = centre(random);
    return out;
}

// Where the value is among the codes, without the roundings of floats.
double place_of(const Sample& sample, size_t i) {
    return (double{sample.values[i]} - sample.centres[i]) * sample.per_step + code_middle;
}

TEST(EncodeCode, gives_the_nearest_byte_and_what_it_misses) {
    std::mt19937_64 random(3);
    for (size_t size = 0; size <= 150; ++size) {
        const Sample sample = make_sample(random, size);
        std::vector<uint8_t> code(size + 1, 0xEE);
        const double squares = encode_code(sample.values, sample.centres.data(), sample.per_step,
                                           CodeMeasure::squares, code.data());
        const double sizes = encode_code(sample.values, sample.centres.data(), sample.per_step,
                                         CodeMeasure::differences, code.data());
        double squares_wanted = 0, sizes_wanted = 0;
        for (size_t i = 0; i < size; ++i) {
            const double inside = std::clamp(place_of(sample, i), -0.5, code_max + 0.5);
            const double apart = std::fabs(inside - code[i]);
            ASSERT_LE(code[i], code_max);
            ASSERT_LE(apart, 0.5 + 1e-3) << "size " << size << ", element " << i;
            // From half a step below the last code on, the most that it can be is taken.
            const double wanted = inside > code_max - 0.5 ? 0.5 : apart;
            squares_wanted += wanted * wanted;
            sizes_wanted += wanted;
        }
        const auto slack = 1e-3 * static_cast<double>(size);
        EXPECT_NEAR(squares, squares_wanted, slack) << "size " << size;
        EXPECT_NEAR(sizes, sizes_wanted, slack) << "size " << size;
        EXPECT_EQ(code[size], 0xEE) << "wrote beyond the code";
    }
}

TEST(EncodeCode, cuts_what_codes_do_not_reach) {
    struct Case {
        float value;
        uint8_t code;
        double apart;
    };
    constexpr Case kCases[] = {
        {kInfinity, code_max, 0.5}, {-kInfinity, 0, 0.5},   {kLargest, code_max, 0.5},
        {-kLargest, 0, 0.5},        {64.6F, code_max, 0.5}, {63.6F, code_max, 0.5},
        {-63.6F, 0, 0.1},           {-64.6F, 0, 0.5},       {0.0F, 64, 0.5},
        {0.25F, 64, 0.25}};
    for (const Case& each : kCases) {
        // In a whole piece, and in what is left behind one.
        const std::vector<float> values(19, each.value), centres(19, 0);
        std::vector<uint8_t> code(19);
        const double sum =
            encode_code(values, centres.data(), 1, CodeMeasure::differences, code.data());
        EXPECT_NEAR(sum, 19 * each.apart, 1e-3) << each.value;
        for (const uint8_t byte : code) EXPECT_EQ(byte, each.code) << each.value;
    }
}

TEST(EncodeCode, makes_zero_of_what_is_no_number) {
    const std::vector<float> values(19, std::nanf("")), centres(19, 0);
    std::vector<uint8_t> code(19, 0xEE);
    encode_code(values, centres.data(), 1, CodeMeasure::squares, code.data());
    for (const uint8_t byte : code) EXPECT_EQ(byte, 0);
}

// One by one what is left behind whole pieces is made by other instructions.
TEST(EncodeCode, gives_the_same_alone_and_among_others) {
    std::mt19937_64 random(4);
    const Sample sample = make_sample(random, 160);
    std::vector<uint8_t> code(160);
    encode_code(sample.values, sample.centres.data(), sample.per_step, CodeMeasure::squares,
                code.data());
    for (size_t i = 0; i < code.size(); ++i) {
        uint8_t alone = 0;
        encode_code(std::span(&sample.values[i], 1), &sample.centres[i], sample.per_step,
                    CodeMeasure::squares, &alone);
        EXPECT_EQ(alone, code[i]) << "element " << i;
    }
}

}  // namespace
}  // namespace grape::vector
