// Vectors of the compiler, four floats wide, which all our targets have in their baseline: left to
// itself, gcc makes branches of the cuts, and a code of 128 bytes takes it 300 ns instead of 90.
#include "core/vector/code_encode.h"

#include <cmath>
#include <cstring>

namespace grape::vector {
namespace {

constexpr size_t kWidth = 4, kPiece = 16;
using Floats = float __attribute__((vector_size(kWidth * sizeof(float))));
using Integers = int32_t __attribute__((vector_size(kWidth * sizeof(int32_t))));

constexpr auto kMost = static_cast<float>(code_max);
// Half a step more than the middle, so that cutting to a whole number rounds.
constexpr float kShift = code_middle + 0.5F;

Floats load(const float* from) {
    Floats out;
    std::memcpy(&out, from, sizeof(out));
    return out;
}

struct Squares {
    static float of(float apart) { return apart * apart; }
    static Floats of(Floats apart) { return apart * apart; }
};
struct Differences {
    static float of(float apart) { return std::fabs(apart); }
    static Floats of(Floats apart) { return apart < 0.0F ? -apart : apart; }
};

template <class Measure>
Floats encode_four(const float* values, const float* centres, float per_step, int32_t* code) {
    const Floats none{}, most = none + kMost;
    const Floats place = (load(values) - load(centres)) * per_step + kShift;
    const Floats positive = place > none ? place : none;
    const Floats held = positive < most ? positive : most;
    const Integers whole = __builtin_convertvector(held, Integers);
    std::memcpy(code, &whole, sizeof(whole));
    return Measure::of(held - __builtin_convertvector(whole, Floats) - 0.5F);
}

template <class Measure>
float encode_one(float value, float centre, float per_step, uint8_t* code) {
    const float place = (value - centre) * per_step + kShift;
    const float positive = place > 0.0F ? place : 0.0F;
    const float held = positive < kMost ? positive : kMost;
    const auto whole = static_cast<int32_t>(held);
    *code = static_cast<uint8_t>(whole);
    return Measure::of(held - static_cast<float>(whole) - 0.5F);
}

template <class Measure>
double encode_all(std::span<const float> values, const float* centres, float per_step,
                  uint8_t* code) {
    const float* const from = values.data();
    Floats even{}, odd{};
    size_t i = 0;
    for (; i + kPiece <= values.size(); i += kPiece) {
        int32_t whole[kPiece];
        for (size_t j = 0; j < kPiece; j += 2 * kWidth) {
            const float *const value = from + i + j, *const centre = centres + i + j;
            even += encode_four<Measure>(value, centre, per_step, whole + j);
            odd +=
                encode_four<Measure>(value + kWidth, centre + kWidth, per_step, whole + j + kWidth);
        }
        for (size_t j = 0; j < kPiece; ++j) code[i + j] = static_cast<uint8_t>(whole[j]);
    }
    float rest = 0;
    for (; i < values.size(); ++i) {
        rest += encode_one<Measure>(from[i], centres[i], per_step, code + i);
    }
    double sum = rest;
    for (size_t lane = 0; lane < kWidth; ++lane) sum += double{even[lane]} + double{odd[lane]};
    return sum;
}

}  // namespace

double encode_code(std::span<const float> values, const float* centres, float per_step,
                   CodeMeasure measure, uint8_t* code) {
    return measure == CodeMeasure::squares
               ? encode_all<Squares>(values, centres, per_step, code)
               : encode_all<Differences>(values, centres, per_step, code);
}

}  // namespace grape::vector
