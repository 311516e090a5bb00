// The real data sets that benchmarks run on, as rows of floats. They lie outside of the repository,
// by default in ../shared/data beside it; the README there says what they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace grape::bench {

struct Matrix {
    uint32_t dim = 0;
    std::vector<float> values;

    size_t rows() const { return dim == 0 ? 0 : values.size() / dim; }
    const float* row(size_t index) const { return values.data() + index * dim; }
};

struct Dataset {
    std::string name;
    std::string distance;  // as in requests: "Cosine", "Euclid"
    Matrix base, queries;
};

// A .npy file of two dimensions (f32, f16, u8, i8), gzipped or not.
base::Result<Matrix> load_npy(const std::string& path);

// `name`: fashion, lsi, sift200 or gloss. `folder`: where the files lie.
base::Result<Dataset> load_dataset(const std::string& folder, const std::string& name);

}  // namespace grape::bench
