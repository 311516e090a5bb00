// Which code kernels run on this CPU; as dispatch.cc does it for the exact ones.
#include <atomic>
#include <initializer_list>

#include "core/base/check.h"
#include "core/vector/code_distance.h"

namespace grape::vector {

namespace {

#if defined(__x86_64__)
// __builtin_cpu_supports() also asks whether the operating system saves the wide registers.
bool can_run(CodeTarget target) {
    __builtin_cpu_init();
    switch (target) {
        case CodeTarget::scalar:
            return true;
        case CodeTarget::sse41:
            return __builtin_cpu_supports("sse4.1") != 0;
        case CodeTarget::avx2:
            return __builtin_cpu_supports("avx2") != 0;
        case CodeTarget::vnni:
            return __builtin_cpu_supports("avx512f") != 0 &&
                   __builtin_cpu_supports("avx512bw") != 0 &&
                   __builtin_cpu_supports("avx512vnni") != 0;
        case CodeTarget::neon:
            return false;
    }
    return false;
}

const CodeKernels* kernels_of(CodeTarget target) {
    switch (target) {
        case CodeTarget::scalar:
            return &scalar_code_kernels;
        case CodeTarget::sse41:
            return &sse41_code_kernels;
        case CodeTarget::avx2:
            return &avx2_code_kernels;
        case CodeTarget::vnni:
            return &vnni_code_kernels;
        case CodeTarget::neon:
            return nullptr;
    }
    return nullptr;
}
#elif defined(__AARCH64EL__)
bool can_run(CodeTarget target) {
    return target == CodeTarget::scalar || target == CodeTarget::neon;
}

const CodeKernels* kernels_of(CodeTarget target) {
    if (target == CodeTarget::neon) return &neon_code_kernels;
    return target == CodeTarget::scalar ? &scalar_code_kernels : nullptr;
}
#else
bool can_run(CodeTarget target) {
    return target == CodeTarget::scalar;
}

const CodeKernels* kernels_of(CodeTarget target) {
    return target == CodeTarget::scalar ? &scalar_code_kernels : nullptr;
}
#endif

CodeTarget detect() {
    for (const CodeTarget target :
         {CodeTarget::vnni, CodeTarget::avx2, CodeTarget::sse41, CodeTarget::neon}) {
        if (can_run(target)) return target;
    }
    return CodeTarget::scalar;
}

CodeTarget best_code_target() {
    constexpr int undecided = -1;
    static std::atomic<int> chosen{undecided};
    int target = chosen.load(std::memory_order_relaxed);
    if (target == undecided) {
        target = static_cast<int>(detect());
        chosen.store(target, std::memory_order_relaxed);
    }
    return static_cast<CodeTarget>(target);
}

}  // namespace

namespace {

// Null where the target cannot be run.
const CodeKernels* usable_kernels(CodeTarget target, int column) {
    if (column < 0 || column > 1 || !can_run(target)) return nullptr;
    return kernels_of(target);
}

int column_of(CodeMeasure measure) {
    return static_cast<int>(measure) - 1;
}

}  // namespace

CodeDistances code_distances_for(CodeTarget target, CodeMeasure measure) {
    const CodeKernels* kernels = usable_kernels(target, column_of(measure));
    return kernels == nullptr ? nullptr : kernels->of[column_of(measure)];
}

ColumnDistances column_distances_for(CodeTarget target, CodeMeasure measure) {
    const CodeKernels* kernels = usable_kernels(target, column_of(measure));
    return kernels == nullptr ? nullptr : kernels->columns[column_of(measure)];
}

CodeDistances code_distances(CodeMeasure measure) {
    const CodeDistances kernel = code_distances_for(best_code_target(), measure);
    GRAPE_DCHECK(kernel != nullptr);
    return kernel;
}

ColumnDistances column_distances(CodeMeasure measure) {
    const ColumnDistances kernel = column_distances_for(best_code_target(), measure);
    GRAPE_DCHECK(kernel != nullptr);
    return kernel;
}

}  // namespace grape::vector
