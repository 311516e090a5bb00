// RowTest: a condition on rows that a search asks while it goes. Threads: belongs to one.
#pragma once

#include <cstdint>

#include "core/base/result.h"

namespace grape::index {

class RowTest {
  public:
    virtual ~RowTest() = default;
    // False: the row does not match. Cheap.
    virtual bool may_match(uint32_t row) const = 0;
    // For a row that may: whether it does. It may read a payload.
    virtual base::Result<bool> matches(uint32_t row) = 0;
    // No more rows than this match.
    virtual uint64_t count_max() const = 0;
};

}  // namespace grape::index
