#include "core/index/graph/scale_training.h"

#include <algorithm>

namespace grape::index {

using base::Result;

namespace {

constexpr uint32_t kSampleVectors = 4096;  // that the scale is trained on, as far as they fit
constexpr uint32_t kSampleBytes = 2u << 20;
constexpr uint32_t kReadAtOnce = 256;
// Training cuts one value of 2,000.
constexpr double kCutShareMax = 0.01;
constexpr float kLengthSlack = 1e-3F;

// Some of the vectors, evenly, behind one another.
Result<std::vector<uint8_t>> read_sample(const GraphShape& shape, uint32_t count,
                                         const ReadVectors& read) {
    const uint32_t size = scale_sample(shape, count);
    std::vector<uint8_t> out(size * shape.row_bytes());
    for (uint32_t i = 0; i < size; ++i) {
        const auto at = static_cast<uint32_t>(uint64_t{i} * count / size);
        GRAPE_TRY(read(at, 1, out.data() + i * shape.row_bytes()));
    }
    return out;
}

Result<float> longest_norm(const GraphShape& shape, uint32_t count, const ReadVectors& read) {
    std::vector<uint8_t> rows(kReadAtOnce * shape.row_bytes());
    std::vector<float> scratch;
    float out = 0;
    for (uint32_t first = 0; first < count; first += kReadAtOnce) {
        const uint32_t size = std::min(kReadAtOnce, count - first);
        GRAPE_TRY(read(first, size, rows.data()));
        for (uint32_t i = 0; i < size; ++i) {
            out = std::max(out, stored_norm(shape, rows.data() + i * shape.row_bytes(), scratch));
        }
    }
    return out;
}

// The share of the values that are further out than codes go.
double cut_share(const CodeScale& scale, const GraphShape& shape,
                 const std::vector<uint8_t>& sample) {
    std::vector<float> scratch;
    uint64_t cut = 0, all = 0;
    for (size_t at = 0; at < sample.size(); at += shape.row_bytes(), all += shape.dim) {
        cut += scale.cut_values(sample.data() + at, scratch);
    }
    return static_cast<double>(cut) / static_cast<double>(std::max<uint64_t>(all, 1));
}

}  // namespace

uint32_t scale_sample(const GraphShape& shape, uint64_t count) {
    const size_t fit = std::max<size_t>(kSampleBytes / shape.row_bytes(), 64);
    return static_cast<uint32_t>(std::min<uint64_t>({count, kSampleVectors, fit}));
}

Result<CodeScale> train_scale(const GraphShape& shape, uint32_t count, const ReadVectors& read) {
    GRAPE_ASSIGN(const std::vector<uint8_t> sample, read_sample(shape, count, read));
    float norm_max = 0;
    if (shape.distance == vector::Distance::dot) {
        GRAPE_ASSIGN(norm_max, longest_norm(shape, count, read));
    }
    return CodeScale::train(shape, sample, norm_max);
}

Result<bool> scale_fits(const CodeScale& scale, const GraphShape& shape, uint32_t count,
                        const ReadVectors& read) {
    if (shape.distance == vector::Distance::dot) {
        GRAPE_ASSIGN(const float norm_max, longest_norm(shape, count, read));
        if (norm_max > scale.parameters().norm_max * (1 + kLengthSlack)) return false;
    }
    GRAPE_ASSIGN(const std::vector<uint8_t> sample, read_sample(shape, count, read));
    return cut_share(scale, shape, sample) <= kCutShareMax;
}

}  // namespace grape::index
