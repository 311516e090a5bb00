#include "core/base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace grape::base {

uint64_t checksum(Bytes bytes, uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace grape::base
