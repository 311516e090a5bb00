// Which library this is.
#include "capi/include/grape/grape.h"

#if defined(__clang__)
#define GRAPE_COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define GRAPE_COMPILER "gcc " __VERSION__
#else
#define GRAPE_COMPILER "unknown compiler"
#endif

#ifdef GRAPE_DEBUG_CHECKS
#define GRAPE_CHECKS "with checks"
#else
#define GRAPE_CHECKS "without checks"
#endif

const char* grape_version() noexcept {
    return GRAPE_VERSION_STRING;
}

uint32_t grape_abi_version() noexcept {
    return GRAPE_API_VERSION;
}

const char* grape_build_info() noexcept {
    return "grape " GRAPE_VERSION_STRING ", " GRAPE_COMPILER ", " GRAPE_CHECKS;
}
