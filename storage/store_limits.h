// The limits of one write to a store, the same for every kind of store (LevelDB itself has none and
// silently cuts lengths of 4 GiB and more), and their check. Threads: free functions.
#pragma once

#include <cstddef>

#include "core/base/status.h"
#include "storage/store.h"

namespace grape::storage {

inline constexpr size_t store_key_bytes_max = 64u << 10;
inline constexpr size_t store_value_bytes_max = 16u << 20;
inline constexpr size_t store_batch_bytes_max = 64u << 20;

// Code::limit names what is too large, how large it is and the limit.
base::Status check_batch_limits(const WriteBatch& batch);

}  // namespace grape::storage
