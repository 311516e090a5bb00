// Kernels for NEON on 64-bit ARM, where it is part of the baseline. See kernels.h for the rules.
#include <arm_neon.h>

#include "core/vector/kernel_loops.h"
#include "core/vector/part_load.h"

namespace grape::vector {

namespace {

uint8x16_t load_below_16(const uint8_t* from, size_t n) {
    const Halves part = load_part_16(from, n);
    return vcombine_u8(vcreate_u8(part.low), vcreate_u8(part.high));
}

struct Neon {
    using Floats = float32x4_t;
    using Bytes = uint8x16_t;
    using Counts = uint32x4_t;
    static constexpr size_t float_width = 4;
    static constexpr size_t byte_width = 16;

    static Floats load_f32(const uint8_t* from) { return vreinterpretq_f32_u8(vld1q_u8(from)); }
    static Floats load_f32_part(const uint8_t* from, size_t n) {
        return vreinterpretq_f32_u8(load_below_16(from, n * 4));
    }
    static Floats load_f16(const uint8_t* from) {
        return vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(from)));
    }
    static Floats load_f16_part(const uint8_t* from, size_t n) {
        return vcvt_f32_f16(vreinterpret_f16_u8(vcreate_u8(load_low_bytes(from, n * 2))));
    }
    static Floats zero() { return vdupq_n_f32(0.0f); }
    static Floats add(Floats a, Floats b) { return vaddq_f32(a, b); }
    static Floats sub(Floats a, Floats b) { return vsubq_f32(a, b); }
    static Floats mul(Floats a, Floats b) { return vmulq_f32(a, b); }
    static Floats abs(Floats a) { return vabsq_f32(a); }
    static float fold(const Floats (&sums)[8]) {
        const Floats even = vaddq_f32(vaddq_f32(sums[0], sums[4]), vaddq_f32(sums[2], sums[6]));
        const Floats odd = vaddq_f32(vaddq_f32(sums[1], sums[5]), vaddq_f32(sums[3], sums[7]));
        const Floats lanes4 = vaddq_f32(even, odd);
        const float32x2_t lanes2 = vadd_f32(vget_low_f32(lanes4), vget_high_f32(lanes4));
        return vget_lane_f32(lanes2, 0) + vget_lane_f32(lanes2, 1);
    }

    static Bytes load_u8(const uint8_t* from) { return vld1q_u8(from); }
    static Bytes load_u8_part(const uint8_t* from, size_t n) { return load_below_16(from, n); }
    static Counts no_counts() { return vdupq_n_u32(0); }
    static Counts add_products(Counts sums, Bytes a, Bytes b) {
        sums = vpadalq_u16(sums, vmull_u8(vget_low_u8(a), vget_low_u8(b)));
        return vpadalq_u16(sums, vmull_u8(vget_high_u8(a), vget_high_u8(b)));
    }
    static Counts add_squares(Counts sums, Bytes a, Bytes b) {
        const Bytes apart = vabdq_u8(a, b);
        return add_products(sums, apart, apart);
    }
    static Counts add_differences(Counts sums, Bytes a, Bytes b) {
        return vpadalq_u16(sums, vpaddlq_u8(vabdq_u8(a, b)));
    }
    static uint32_t total(Counts sums) { return vaddvq_u32(sums); }
};

}  // namespace

const KernelTable neon_kernels = GRAPE_KERNEL_TABLE(Neon);

}  // namespace grape::vector
