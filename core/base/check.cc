#include "core/base/check.h"

#ifdef GRAPE_DEBUG_CHECKS
#include <cstdio>
#endif
#include <cstdlib>

namespace grape::base {

void check_failed([[maybe_unused]] const char* expression, [[maybe_unused]] const char* file,
                  [[maybe_unused]] int line) {
#ifdef GRAPE_DEBUG_CHECKS
    std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
#endif
    std::abort();
}

}  // namespace grape::base
