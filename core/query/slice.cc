// SipHash-2-4 with a key of zeros over the bytes of an id, as Qdrant slices points: eight
// little-endian bytes of a number, sixteen of a UUID. String ids, which Qdrant does not have, are
// hashed as their text.
#include <bit>

#include "core/base/bytes.h"
#include "core/query/payload_check.h"

namespace grape::query {
namespace {

// Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
struct SipState {
    uint64_t v0 = 0x736F6D6570736575, v1 = 0x646F72616E646F6D;
    uint64_t v2 = 0x6C7967656E657261, v3 = 0x7465646279746573;

    void round() {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void add(uint64_t word) {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

uint64_t sip_hash(std::string_view bytes) {
    SipState state;
    uint64_t last = uint64_t{bytes.size() & 0xFF} << 56;
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        state.add(base::load_le<uint64_t>(bytes.data()));
    }
    for (size_t i = 0; i < bytes.size(); ++i) {
        last |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
    }
    state.add(last);
    state.v2 ^= 0xFF;
    for (int i = 0; i < 4; ++i) state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace

uint64_t slice_of(const base::PointId& id, uint64_t total) {
    if (id.kind() == base::IdKind::string) return sip_hash(id.as_string()) % total;
    if (id.kind() == base::IdKind::uuid) {
        const base::UuidBytes uuid = id.as_uuid();
        return sip_hash({reinterpret_cast<const char*>(uuid.data()), uuid.size()}) % total;
    }
    char bytes[8];
    base::store_le(bytes, id.as_number());
    return sip_hash({bytes, sizeof(bytes)}) % total;
}

}  // namespace grape::query
