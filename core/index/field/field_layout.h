// The header of a field section as bytes, and where its parts lie: shared by the reader
// (field_section.cc) and the writer (field_writer.cc). Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "core/index/field/field_section.h"

namespace grape::index {

inline constexpr size_t kFieldHeaderBytes = 256;
inline constexpr size_t kFieldAlignment = 64;  // of the section
inline constexpr size_t kPartAlignment = 8;
// Keys that are longer make no fence.
inline constexpr size_t kFenceKeyBytesMax = 256;
inline constexpr uint32_t kFencesMax = 128;

std::string encode_field_header(const FieldHeader& header);
// Nothing when it is none, or its numbers are beyond all limits (then sums in FieldLayout cannot
// overflow).
std::optional<FieldHeader> decode_field_header(std::string_view bytes);

constexpr size_t offset_width(uint64_t total) {
    return total > UINT32_MAX ? 8 : 4;
}

// From the section's beginning.
struct FieldLayout {
    explicit FieldLayout(const FieldHeader& header);
    uint64_t fences, key_offsets, keys, posting_offsets, postings, rows, facts, forward_offsets,
        forward, end;
};

// The bucket of FieldHeader::counts.
size_t count_bucket(uint32_t values_count);

}  // namespace grape::index
