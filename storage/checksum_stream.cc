#include "storage/checksum_stream.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <new>

namespace grape::storage {
namespace {

XXH3_state_t* state_in(uint8_t* bytes) {
    return std::launder(reinterpret_cast<XXH3_state_t*>(bytes));
}
const XXH3_state_t* state_in(const uint8_t* bytes) {
    return std::launder(reinterpret_cast<const XXH3_state_t*>(bytes));
}

}  // namespace

ChecksumStream::ChecksumStream(uint64_t seed) {
    static_assert(sizeof(XXH3_state_t) <= kStateBytes && alignof(XXH3_state_t) <= 64);
    new (state_) XXH3_state_t;
    XXH3_INITSTATE(state_in(state_));
    XXH3_64bits_reset_withSeed(state_in(state_), seed);
}

void ChecksumStream::add(base::Bytes bytes) {
    if (!bytes.empty()) XXH3_64bits_update(state_in(state_), bytes.data(), bytes.size());
}

uint64_t ChecksumStream::value() const {
    return XXH3_64bits_digest(state_in(state_));
}

}  // namespace grape::storage
