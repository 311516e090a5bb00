// Bytes that go to the caller: a heap string that a grape_buffer owns. Threads: values.
#pragma once

#include <string>

#include "capi/include/grape/grape.h"

namespace grape::capi {

// Sets every field to zero; NULL is fine.
void clear_buffer(grape_buffer* out) noexcept;
// Hands the bytes over. `out` is not NULL and is clear.
void give_buffer(grape_buffer* out, std::string bytes);

}  // namespace grape::capi
