#include "bench/dataset.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/vector/convert.h"

namespace grape::bench {

using base::Result;
using base::Status;

namespace {

struct Closer {
    void operator()(gzFile_s* file) const { gzclose(file); }
};

Result<std::string> read_all(const std::string& path) {
    const std::unique_ptr<gzFile_s, Closer> file(gzopen(path.c_str(), "rb"));
    if (!file) return Status::make_not_found(path, ": cannot be opened");
    std::string out;
    std::vector<char> buffer(1 << 20);
    while (true) {
        const int got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
        if (got < 0) return Status::make_io(path, ": cannot be read");
        if (got == 0) return out;
        out.append(buffer.data(), static_cast<size_t>(got));
    }
}

// The value of `key` in the header of an .npy file, up to the next comma or bracket.
std::string header_value(const std::string& header, const std::string& key) {
    const size_t at = header.find("'" + key + "':");
    if (at == std::string::npos) return "";
    const size_t first = header.find_first_not_of(" (", at + key.size() + 3);
    return header.substr(first, header.find_first_of(")}", first) - first);
}

Result<std::vector<float>> convert(const char* bytes, size_t count, const std::string& type) {
    std::vector<float> out(count);
    if (type.find("f4") != std::string::npos) {
        std::memcpy(out.data(), bytes, count * sizeof(float));
    } else if (type.find("f2") != std::string::npos) {
        std::vector<uint8_t> aligned(bytes, bytes + count * 2);
        vector::decode(aligned.data(), vector::Datatype::f16, out);
    } else if (type.find("u1") != std::string::npos) {
        std::transform(bytes, bytes + count, out.begin(),
                       [](char c) { return static_cast<float>(static_cast<uint8_t>(c)); });
    } else if (type.find("i1") != std::string::npos) {
        std::transform(bytes, bytes + count, out.begin(),
                       [](char c) { return static_cast<float>(static_cast<int8_t>(c)); });
    } else {
        return Status::make_unsupported("element type ", type);
    }
    return out;
}

size_t element_bytes(const std::string& type) {
    if (type.find("f4") != std::string::npos) return 4;
    return type.find("f2") != std::string::npos ? 2 : 1;
}

void normalise(Matrix& matrix) {
    for (size_t row = 0; row < matrix.rows(); ++row) {
        float* const values = matrix.values.data() + row * matrix.dim;
        double sum = 0;
        for (uint32_t i = 0; i < matrix.dim; ++i) sum += double{values[i]} * values[i];
        const auto scale = static_cast<float>(1 / std::sqrt(sum));
        for (uint32_t i = 0; i < matrix.dim; ++i) values[i] *= scale;
    }
}

struct Files {
    const char *name, *base, *queries, *distance;
    bool scaled;  // each row to full range: normalised after loading
};
constexpr Files kFiles[] = {
    {"fashion", "fashion-train.npy.gz", "fashion-test.npy.gz", "Euclid", false},
    {"lsi", "lsi100-base-f16.npy", "lsi100-query.npy", "Cosine", false},
    {"sift200", "sift128-base-200k-u8.npy", "sift128-query-5k-u8.npy", "Euclid", false},
    {"gloss", "gloss384-base-i8.npy", "gloss384-query-i8.npy", "Cosine", true},
};

}  // namespace

Result<Matrix> load_npy(const std::string& path) {
    GRAPE_ASSIGN(const std::string bytes, read_all(path));
    constexpr size_t kPreamble = 10;  // magic, version, length of the header
    if (bytes.size() < kPreamble || bytes.compare(1, 5, "NUMPY") != 0 || bytes[6] != 1) {
        return Status::make_invalid(path, ": is no .npy file of version 1");
    }
    const size_t header_bytes = static_cast<uint8_t>(bytes[8]) + 256u * uint8_t(bytes[9]);
    const std::string header = bytes.substr(kPreamble, header_bytes);
    const std::string type = header_value(header, "descr");
    const std::string shape = header_value(header, "shape");
    char* rest = nullptr;
    const size_t rows = std::strtoull(shape.c_str(), &rest, 10);
    Matrix out;
    out.dim = *rest == ',' ? static_cast<uint32_t>(std::strtoul(rest + 1, nullptr, 10)) : 0;
    const size_t data = kPreamble + header_bytes;
    if (out.dim == 0 || bytes.size() < data ||
        (bytes.size() - data) / element_bytes(type) < rows * out.dim) {
        return Status::make_invalid(path, ": is not a whole array of two dimensions");
    }
    GRAPE_ASSIGN(out.values, convert(bytes.data() + data, rows * out.dim, type));
    return out;
}

Result<Dataset> load_dataset(const std::string& folder, const std::string& name) {
    for (const Files& files : kFiles) {
        if (name != files.name) continue;
        Dataset out{name, files.distance, {}, {}};
        GRAPE_ASSIGN(out.base, load_npy(folder + "/" + files.base));
        GRAPE_ASSIGN(out.queries, load_npy(folder + "/" + files.queries));
        if (files.scaled) {
            normalise(out.base);
            normalise(out.queries);
        }
        return out;
    }
    return Status::make_invalid("set: there is no data set '", name, "'");
}

}  // namespace grape::bench
