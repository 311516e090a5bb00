#include "core/base/bytes.h"

namespace grape::base {

void append_varint(std::string& out, uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

uint64_t ByteReader::varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = le<uint8_t>();
        if (!ok()) return 0;
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) {
            // The tenth byte holds one bit.
            if (shift == 63 && byte > 1) break;
            return value;
        }
    }
    failed_ = true;
    return 0;
}

}  // namespace grape::base
