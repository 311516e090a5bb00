// Writing the bytes of payload values, for payload*.cc only: docs/formats/payload.md.
// Threads: pure functions.
#pragma once

#include <bit>
#include <string>

#include "core/base/payload_format.h"

namespace grape::base {

inline void append_tag(std::string& out, unsigned tag) {
    out.push_back(static_cast<char>(tag));
}

inline void append_offset(std::string& out, size_t offset, uint8_t bits) {
    char raw[8];
    store_le(raw, static_cast<uint64_t>(offset));
    out.append(raw, size_t{1} << bits);
}

// Of an array or object; the tables follow.
inline void append_head(std::string& out, PayloadTag tag, size_t count, uint8_t bits) {
    append_tag(out, tag | bits);
    append_offset(out, count, bits);
}

inline void append_integer(std::string& out, int64_t value) {
    const uint8_t bits = integer_bits(value);
    append_tag(out, kTagInteger | bits);
    char raw[8];
    store_le(raw, static_cast<uint64_t>(value));
    out.append(raw, size_t{1} << bits);
}

inline void append_unsigned(std::string& out, uint64_t value) {
    if (value >> 63 == 0) return append_integer(out, static_cast<int64_t>(value));
    append_tag(out, kTagUnsigned);
    append_le(out, value);
}

inline void append_real(std::string& out, double value) {
    append_tag(out, kTagReal);
    append_le(out, std::bit_cast<uint64_t>(value));
}

inline void append_text(std::string& out, std::string_view text) {
    append_tag(out, kTagString);
    out.append(text);
}

}  // namespace grape::base
