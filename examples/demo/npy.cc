#include "npy.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace demo {
namespace {

// 6 bytes of magic, 2 of version, 2 with the length of the header's text.
constexpr std::size_t kPrefixBytes = 10;
constexpr std::string_view kMagic = "\x93NUMPY\x01";

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw std::runtime_error(path + ": " + what);
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(path, "cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

// "(15017, 384)" in the header.
void read_shape(const std::string& path, const std::string& header, Matrix& matrix) {
    const std::size_t open = header.find('(');
    const std::size_t comma = header.find(',', open);
    if (open == std::string::npos || comma == std::string::npos) fail(path, "has no shape");
    matrix.rows = std::strtoul(header.c_str() + open + 1, nullptr, 10);
    matrix.dim = std::strtoul(header.c_str() + comma + 1, nullptr, 10);
    if (matrix.rows == 0 || matrix.dim == 0) fail(path, "is not an array of two dimensions");
}

float from_half(std::uint16_t half) {
    const int exponent = half >> 10 & 0x1F;
    const float fraction = static_cast<float>(half & 0x3FF);
    const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
    return sign * std::ldexp(fraction + 1024.0f, exponent - 25);
}

std::uint16_t read_u16(const char* bytes) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) |
                                      static_cast<unsigned char>(bytes[1]) << 8);
}

}  // namespace

Matrix read_npy(const std::string& path) {
    const std::string bytes = read_file(path);
    if (bytes.size() < kPrefixBytes || !std::string_view(bytes).starts_with(kMagic)) {
        fail(path, "is not a .npy file of version 1");
    }
    const std::size_t start = kPrefixBytes + read_u16(bytes.data() + 8);
    if (start > bytes.size()) fail(path, "ends inside its header");
    const std::string header = bytes.substr(kPrefixBytes, start - kPrefixBytes);
    const bool half = header.find("'<f2'") != std::string::npos;
    if (!half && header.find("'<f4'") == std::string::npos) fail(path, "holds no floats");

    Matrix matrix;
    read_shape(path, header, matrix);
    const std::size_t wanted = bytes.size() - start;
    const std::size_t count = wanted / (half ? 2 : 4);
    if (count % matrix.dim != 0 || count / matrix.dim != matrix.rows) {
        fail(path, "does not have as many values as its shape says");
    }
    matrix.values.resize(count);
    if (half) {
        for (std::size_t i = 0; i < count; i++) {
            matrix.values[i] = from_half(read_u16(bytes.data() + start + 2 * i));
        }
    } else {
        std::memcpy(matrix.values.data(), bytes.data() + start, count * 4);
    }
    return matrix;
}

}  // namespace demo
