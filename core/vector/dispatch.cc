// Which target runs on this CPU. Asked once; several threads may ask at the same time and get the
// same answer, so a relaxed atomic that starts as constant data is enough.
#include <atomic>
#include <initializer_list>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "core/base/check.h"
#include "core/vector/distance.h"
#include "core/vector/kernels.h"

namespace grape::vector {

namespace {

#if defined(__x86_64__)
// Asked directly: compilers of today do not all know the name for __builtin_cpu_supports().
bool has_f16c() {
    unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

// __builtin_cpu_supports() also asks whether the operating system saves the wide registers.
bool can_run(Target target) {
    __builtin_cpu_init();
    switch (target) {
        case Target::scalar:
            return true;
        case Target::sse41:
            return __builtin_cpu_supports("sse4.1") != 0;
        case Target::avx2:
            return __builtin_cpu_supports("avx2") != 0 && has_f16c();
        case Target::avx512:
            return __builtin_cpu_supports("avx512f") != 0 &&
                   __builtin_cpu_supports("avx512bw") != 0 &&
                   __builtin_cpu_supports("avx512vl") != 0 &&
                   __builtin_cpu_supports("avx512dq") != 0;
        case Target::neon:
            return false;
    }
    return false;
}

const KernelTable* table_of(Target target) {
    switch (target) {
        case Target::scalar:
            return &scalar_kernels;
        case Target::sse41:
            return &sse41_kernels;
        case Target::avx2:
            return &avx2_kernels;
        case Target::avx512:
            return &avx512_kernels;
        case Target::neon:
            return nullptr;
    }
    return nullptr;
}
#elif defined(__AARCH64EL__)
bool can_run(Target target) {
    return target == Target::scalar || target == Target::neon;
}

const KernelTable* table_of(Target target) {
    if (target == Target::neon) return &neon_kernels;
    return target == Target::scalar ? &scalar_kernels : nullptr;
}
#else
bool can_run(Target target) {
    return target == Target::scalar;
}

const KernelTable* table_of(Target target) {
    return target == Target::scalar ? &scalar_kernels : nullptr;
}
#endif

Target detect() {
    for (const Target target : {Target::avx512, Target::avx2, Target::sse41, Target::neon}) {
        if (can_run(target)) return target;
    }
    return Target::scalar;
}

// Null for values that are not in the enums.
ScoreBlock kernel_of(Target target, Datatype type, Distance distance) {
    const int row = static_cast<int>(type) - 1;
    const int column = static_cast<int>(distance) - 1;
    if (row < 0 || row >= datatype_count || column < 0 || column >= distance_count) return nullptr;
    const KernelTable* table = table_of(target);
    return table == nullptr ? nullptr : (*table)[row][column];
}

}  // namespace

Target best_target() {
    constexpr int undecided = -1;
    static std::atomic<int> chosen{undecided};
    int target = chosen.load(std::memory_order_relaxed);
    if (target == undecided) {
        target = static_cast<int>(detect());
        chosen.store(target, std::memory_order_relaxed);
    }
    return static_cast<Target>(target);
}

ScoreBlock score_block(Datatype type, Distance distance) {
    const ScoreBlock kernel = kernel_of(best_target(), type, distance);
    GRAPE_DCHECK(kernel != nullptr);
    return kernel;
}

ScoreBlock score_block_for(Target target, Datatype type, Distance distance) {
    return can_run(target) ? kernel_of(target, type, distance) : nullptr;
}

const char* target_name(Target target) {
    switch (target) {
        case Target::scalar:
            return "scalar";
        case Target::sse41:
            return "sse4.1";
        case Target::avx2:
            return "avx2";
        case Target::avx512:
            return "avx512";
        case Target::neon:
            return "neon";
    }
    return "unknown";
}

}  // namespace grape::vector
