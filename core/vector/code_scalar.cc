// Code kernels for any CPU: what the other targets are tested against.
#include "core/vector/code_loops.h"

namespace grape::vector {

namespace {

struct Scalar {
    using Bytes = int32_t;
    using Sums = uint32_t;
    static constexpr size_t width = 1;
    static Bytes load(const uint8_t* from) { return *from; }
    static Sums none() { return 0; }
    static Sums add_squares(Sums sums, Bytes a, Bytes b) {
        return sums + static_cast<uint32_t>((a - b) * (a - b));
    }
    static Sums add_differences(Sums sums, Bytes a, Bytes b) {
        return sums + static_cast<uint32_t>(a < b ? b - a : a - b);
    }
    static Sums join(Sums a, Sums b) { return a + b; }
    static uint32_t total(Sums sums) { return sums; }
};

}  // namespace

const CodeKernels scalar_code_kernels = GRAPE_PLAIN_CODE_KERNELS(Scalar);

}  // namespace grape::vector
