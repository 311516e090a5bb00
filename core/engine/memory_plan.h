// MemoryPlan: what becomes of the budget of a database (OpenOptions::memory_bytes_max): each user
// of memory has a part that it keeps to, so that all together keep to the whole
// (docs/design/0009-memory.md). Threads: a value.
#pragma once

#include "core/base/result.h"
#include "core/engine/services.h"
#include "storage/disk.h"

namespace grape::engine {

struct MemoryPlan {
    uint64_t requests_bytes_max = base::MemoryBudget::kUnlimited;  // decoded ones and replies
    uint64_t request_bytes_max = base::MemoryBudget::kUnlimited;   // one of them
    uint64_t builds_bytes_max = base::MemoryBudget::kUnlimited;    // of graphs
    uint64_t pinned_bytes_max = base::MemoryBudget::kUnlimited;    // files
    uint64_t field_answers_bytes = base::limits::field_answers_bytes;

    // Code::limit for a budget that is too small for anything. Makes `sizes` and `store` smaller
    // where the budget asks for it; 0: no budget.
    static base::Result<MemoryPlan> make(uint64_t memory_bytes_max, Sizes& sizes,
                                         storage::StoreOptions& store);
};

}  // namespace grape::engine
