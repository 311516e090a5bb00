// Code kernels for NEON on 64-bit ARM. See kernels.h for the rules.
#include <arm_neon.h>

#include "core/vector/code_loops.h"

namespace grape::vector {

namespace {

struct Neon {
    using Bytes = uint8x16_t;
    using Sums = uint32x4_t;
    static constexpr size_t width = 16;
    static Bytes load(const uint8_t* from) { return vld1q_u8(from); }
    static Sums none() { return vdupq_n_u32(0); }
    static Sums add_squares(Sums sums, Bytes a, Bytes b) {
        const uint8x16_t apart = vabdq_u8(a, b);
        sums = vpadalq_u16(sums, vmull_u8(vget_low_u8(apart), vget_low_u8(apart)));
        return vpadalq_u16(sums, vmull_u8(vget_high_u8(apart), vget_high_u8(apart)));
    }
    static Sums add_differences(Sums sums, Bytes a, Bytes b) {
        return vpadalq_u16(sums, vpaddlq_u8(vabdq_u8(a, b)));
    }
    static Sums join(Sums a, Sums b) { return vaddq_u32(a, b); }
    static uint32_t total(Sums sums) { return vaddvq_u32(sums); }
};

}  // namespace

const CodeKernels neon_code_kernels = GRAPE_PLAIN_CODE_KERNELS(Neon);

}  // namespace grape::vector
