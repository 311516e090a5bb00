// ChecksumStream: XXH3-64 of bytes that come in pieces; the same value as base::checksum of all of
// them in one. Threads: a value with one owner.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace grape::storage {

class ChecksumStream {
  public:
    explicit ChecksumStream(uint64_t seed);
    void add(base::Bytes bytes);
    uint64_t value() const;

  private:
    static constexpr size_t kStateBytes = 576;
    alignas(64) uint8_t state_[kStateBytes];  // XXH3_state_t
};

}  // namespace grape::storage
