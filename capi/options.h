// grape_open_options from callers of any age. Threads: pure functions.
#pragma once

#include "capi/include/grape/grape.h"
#include "core/base/result.h"

namespace grape::capi {

// Copies what the caller's struct_size covers; the rest is zero. NULL gives the defaults. The
// result carries the log triple even when the options are refused later, so that it can be freed.
grape_open_options copy_options(const grape_open_options* options) noexcept;
// Refuses what this library does not know: a newer api_version, a non-zero tail, unknown flags.
base::Status check_options(const grape_open_options* given, const grape_open_options& copy);

}  // namespace grape::capi
