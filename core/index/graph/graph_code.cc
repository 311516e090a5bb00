#include "core/index/graph/graph_code.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/vector/code_encode.h"
#include "core/vector/convert.h"

namespace grape::index {
namespace {

using vector::Datatype;
using vector::Distance;

constexpr float kSmallest = std::numeric_limits<float>::min();
constexpr float kLargest = std::numeric_limits<float>::max();
constexpr float kMiddle = vector::code_middle;
// The share of values that a code can hold without cutting. Measured on four sets: 0.999 to 0.9999
// lose the least; the extremes of some dimensions would make the step coarse for all.
constexpr double kHeldShare = 0.9995;
constexpr size_t kSampleValuesMax = 4u << 20;
// What sums of floats lose of themselves, at most, and a place among the codes.
constexpr double kFloatsLose = 1 + 1e-3, kPlacesLose = 1e-3;

double sum_of_squares(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) sum += double{value} * value;
    return sum;
}

float to_float(double value) {
    return static_cast<float>(std::clamp(value, double{-kLargest}, double{kLargest}));
}

// The vector as the codes see it, without the dimensions that dot adds.
void prepare(const GraphShape& shape, const uint8_t* stored, std::span<float> out) {
    vector::decode(stored, shape.datatype, out);
    if (shape.datatype != Datatype::u8 || shape.distance != Distance::cosine) return;
    const double norm = std::sqrt(sum_of_squares(out));
    if (norm == 0) return;
    for (float& value : out) value = static_cast<float>(value / norm);
}

// Splits `lacking`, the square of the length that a vector of dot lacks, over its more dimensions,
// evenly but in whole steps: even shares would all be rounded the same way, and their errors add up
// where others cancel out. Some get one step more than the others; the last one takes what is left,
// less than a step more.
void split(double lacking, double step, std::span<float> shares) {
    const auto count = static_cast<double>(shares.size());
    const double squares = lacking / (step * step);  // of steps
    const double steps = std::floor(std::sqrt(squares / count));
    const double rest = std::max(0.0, squares - count * steps * steps);
    const double one_more = 2 * steps + 1;  // squares that one step more takes
    const double longer = std::min(std::floor(rest / one_more), count - 1);
    const auto first = shares.begin() + static_cast<std::ptrdiff_t>(longer);
    std::fill(shares.begin(), first, to_float((steps + 1) * step));
    std::fill(first, shares.end(), to_float(steps * step));
    shares.back() = to_float(std::sqrt(steps * steps + rest - longer * one_more) * step);
}

// The value that `share` of them do not exceed.
float quantile(std::vector<float>& values, double share) {
    const auto rank = static_cast<size_t>(share * static_cast<double>(values.size() - 1));
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

}  // namespace

float stored_norm(const GraphShape& shape, const uint8_t* stored, std::vector<float>& scratch) {
    scratch.resize(shape.dim);
    vector::decode(stored, shape.datatype, scratch);
    return to_float(std::sqrt(sum_of_squares(scratch)));
}

CodeScale::CodeScale(const GraphShape& shape, Parameters parameters)
    : shape_(shape), parameters_(std::move(parameters)) {
    per_step_ = std::clamp(1 / parameters_.step, kSmallest, kLargest);
}

CodeScale CodeScale::train(const GraphShape& shape, base::Bytes sample, float norm_max) {
    const size_t dim = shape.dim;
    const size_t count = std::min(sample.size() / shape.row_bytes(), kSampleValuesMax / dim + 1);
    std::vector<float> values(count * dim);
    double norm_sum = 0;
    for (size_t i = 0; i < count; ++i) {
        const std::span<float> row(values.data() + i * dim, dim);
        prepare(shape, sample.data() + i * shape.row_bytes(), row);
        norm_sum += std::sqrt(sum_of_squares(row));
    }
    Parameters out;
    out.centres.resize(shape.code_dims());
    for (size_t d = 0; d < dim; ++d) {
        double sum = 0;
        for (size_t i = 0; i < count; ++i) sum += values[i * dim + d];
        out.centres[d] = to_float(sum / static_cast<double>(count));
        for (size_t i = 0; i < count; ++i) {
            float& value = values[i * dim + d];
            value = std::min(std::fabs(value - out.centres[d]), kLargest);
        }
    }
    float held = quantile(values, kHeldShare);
    if (shape.distance == Distance::dot) {
        // All of 0 to the longest share must fit: near 0 are the vectors that win.
        const auto shares = static_cast<double>(shape.code_dims() - dim);
        held = std::max(held, to_float(norm_max / std::sqrt(shares) / 2));
        std::fill(out.centres.begin() + static_cast<std::ptrdiff_t>(dim), out.centres.end(), held);
        out.norm_max = norm_max;
        out.query_norm = to_float(norm_sum / static_cast<double>(count));
    }
    out.step = std::clamp(held / kMiddle, kSmallest, kLargest);
    return CodeScale(shape, std::move(out));
}

bool CodeScale::is_valid(const GraphShape& shape, const Parameters& parameters) {
    const auto fine = [](float value) { return std::isfinite(value); };
    return parameters.centres.size() == shape.code_dims() && fine(parameters.step) &&
           parameters.step >= kSmallest && fine(parameters.norm_max) && parameters.norm_max >= 0 &&
           fine(parameters.query_norm) && parameters.query_norm >= 0 &&
           std::all_of(parameters.centres.begin(), parameters.centres.end(), fine);
}

// Cutting all values into the box that codes can hold brings vectors nearer to each other and never
// further apart: so of a value outside only its way from the side of the box to its code counts, at
// most half a step. What floats lose is less than is added at the end.
double CodeScale::put_code(std::span<const float> values, uint8_t* code) const {
    const double sum =
        vector::encode_code(values, parameters_.centres.data(), per_step_, shape_.measure(), code);
    std::memset(code + values.size(), 0, shape_.code_bytes() - values.size());
    const auto size = static_cast<double>(values.size());
    return shape_.measure() == vector::CodeMeasure::squares
               ? std::sqrt(sum) * kFloatsLose + kPlacesLose * std::sqrt(size)
               : sum * kFloatsLose + kPlacesLose * size;
}

void CodeScale::prepare_stored(const uint8_t* stored, std::vector<float>& scratch) const {
    scratch.resize(shape_.code_dims());
    const std::span<float> values(scratch.data(), shape_.dim);
    prepare(shape_, stored, values);
    if (shape_.distance == Distance::dot) {
        const double longest = parameters_.norm_max;
        split(std::max(0.0, longest * longest - sum_of_squares(values)), parameters_.step,
              std::span(scratch).subspan(shape_.dim));
    }
}

void CodeScale::encode(const uint8_t* stored, uint8_t* code, std::vector<float>& scratch) const {
    prepare_stored(stored, scratch);
    put_code(scratch, code);
}

// The formulas between keys and code distances take cosine's vectors to have length 1 and dot's to
// have that of the longest. By how much of the square they may miss it:
double CodeScale::length_slack() const {
    return shape_.datatype == Datatype::f16 ? 2e-3 : 1e-5 + 1e-8 * shape_.dim;
}

bool CodeScale::has_length(std::span<const float> values, double squared) const {
    return std::fabs(sum_of_squares(values) - squared) <= squared * length_slack();
}

float CodeScale::encode_with_error(const uint8_t* stored, uint8_t* code,
                                   std::vector<float>& scratch) const {
    prepare_stored(stored, scratch);
    const double error = put_code(scratch, code);
    const double longest = parameters_.norm_max;
    const bool fits = shape_.distance == Distance::cosine ? has_length(scratch, 1)
                      : shape_.distance == Distance::dot  ? has_length(scratch, longest * longest)
                                                          : true;
    if (!fits) return std::numeric_limits<float>::infinity();
    return static_cast<float>(error * kFloatsLose);
}

uint32_t CodeScale::cut_values(const uint8_t* stored, std::vector<float>& scratch) const {
    prepare_stored(stored, scratch);
    uint32_t out = 0;
    for (uint32_t i = 0; i < shape_.dim; ++i) {
        const float place = (scratch[i] - parameters_.centres[i]) * per_step_;
        out += std::fabs(place) <= kMiddle + 0.5F ? 0u : 1u;
    }
    return out;
}

CodeScale::QueryFacts CodeScale::encode_query(const void* query, uint8_t* code,
                                              std::vector<float>& scratch) const {
    scratch.resize(shape_.code_dims());
    const std::span<float> values(scratch.data(), shape_.dim);
    if (shape_.datatype == Datatype::u8) {
        prepare(shape_, static_cast<const uint8_t*>(query), values);
    } else {
        std::memcpy(values.data(), query, values.size_bytes());
    }
    const double step = parameters_.step;
    QueryFacts facts{1 / step, 0};
    bool overflows = false;  // products do, though their sum may not
    if (shape_.distance == Distance::dot) {
        const double norm = std::sqrt(sum_of_squares(values));
        overflows = norm * parameters_.norm_max >= kLargest;
        const double scale = norm > 0 ? parameters_.query_norm / norm : 0;
        for (float& value : values) value = to_float(value * scale);
        std::fill(scratch.begin() + shape_.dim, scratch.end(), 0.0F);
        const double longest = parameters_.norm_max, own = parameters_.query_norm;
        facts = {2 * scale / (step * step), (longest * longest + own * own) / (step * step)};
    } else if (shape_.distance == Distance::cosine) {
        facts = {2 / (step * step), 2 / (step * step)};
    }
    const double error = put_code(scratch, code);
    const bool fits = shape_.distance != Distance::cosine || has_length(scratch, 1);
    facts.error = fits && !overflows ? error : std::numeric_limits<double>::infinity();
    return facts;
}

// Rounding moves each of the two codes by up to half a step, evenly: a difference gets an error of
// variance 1/6. So a square gets 1/6 more on average, and a sum of squares D an error of variance
// 4 D / 6. What lies three deviations further out is not worth an exact score.
double CodeScale::reach(float key, const QueryFacts& facts) const {
    const double dims = shape_.code_dims();
    constexpr double kDeviations = 3;
    if (shape_.distance == Distance::manhattan) {
        return key * facts.key_factor + dims / 6 + kDeviations * std::sqrt(dims / 6);
    }
    double distance = key * facts.key_factor;
    if (shape_.distance == Distance::euclid) distance *= distance;
    distance = std::max(0.0, distance + facts.key_shift);
    return distance + dims / 6 + kDeviations * std::sqrt(distance * 4 / 6 + dims / 6);
}

// |true distance - distance of the codes| <= the sum of both errors.
uint32_t CodeScale::limit(float key, const QueryFacts& facts, float error) const {
    // Keys that no float holds are all as far away as this one.
    if (key >= kLargest) return std::numeric_limits<uint32_t>::max();
    const double errors = facts.error + error;
    double apart = key * facts.key_factor;
    if (shape_.distance == Distance::euclid) apart *= apart;
    if (shape_.distance != Distance::manhattan) {
        const double steps = 1.0 / (double{parameters_.step} * parameters_.step);
        double longest = 0;
        if (shape_.distance == Distance::cosine) longest = 1;
        if (shape_.distance == Distance::dot) {
            longest = std::max(parameters_.norm_max, parameters_.query_norm);
        }
        // What is lost of products that no float is small enough for.
        const double tiny = shape_.dim * 0x1p-149 *
                            (shape_.distance == Distance::euclid ? steps : facts.key_factor);
        const double slack = 4 * length_slack() * longest * longest * steps + tiny;
        apart = std::sqrt(std::max(0.0, apart + facts.key_shift + slack));
    }
    double most = std::max(0.0, apart * kFloatsLose + errors);
    if (shape_.distance != Distance::manhattan) most *= most;
    constexpr double kAll = std::numeric_limits<uint32_t>::max();
    return most < kAll - 1 ? static_cast<uint32_t>(most) + 1 : static_cast<uint32_t>(kAll);
}

}  // namespace grape::index
