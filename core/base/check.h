// Checks of our own logic. Data from outside is never checked with these: it gets a Status.
//
// GRAPE_DCHECK(x): must hold; aborts in debug builds and tests, costs nothing in release.
// GRAPE_NEVER(x): a condition that cannot be; true aborts in debug builds, and in release the
// caller takes the safe branch: `if (GRAPE_NEVER(p == nullptr)) return Status::make_internal(...)`.
#pragma once

namespace grape::base {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

#ifdef GRAPE_DEBUG_CHECKS
#define GRAPE_DCHECK(x) \
    ((x) ? static_cast<void>(0) : ::grape::base::check_failed(#x, __FILE__, __LINE__))
#define GRAPE_NEVER(x) ((x) ? (::grape::base::check_failed(#x, __FILE__, __LINE__), true) : false)
#else
#define GRAPE_DCHECK(x) static_cast<void>(sizeof(!(x)))
#define GRAPE_NEVER(x) (x)
#endif
