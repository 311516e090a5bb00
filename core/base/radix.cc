#include "core/base/radix.h"

#include <atomic>

namespace grape::base {

uint64_t next_edit() {
    static std::atomic<uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace grape::base
