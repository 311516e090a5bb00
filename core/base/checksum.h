// XXH3-64, the checksum of all of Grape's files (https://xxhash.com, XXH3 with seed).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"

namespace grape::base {

uint64_t checksum(Bytes bytes, uint64_t seed = 0);
inline uint64_t checksum(std::string_view text, uint64_t seed = 0) {
    return checksum(as_bytes(text), seed);
}

}  // namespace grape::base
