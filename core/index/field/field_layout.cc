#include "core/index/field/field_layout.h"

#include <algorithm>
#include <bit>

#include "core/base/bytes.h"

namespace grape::index {
namespace {

constexpr uint32_t kMagic = 0x31534647;  // "GFS1"
constexpr uint32_t kVersion = 1;
// Far more than a section can hold.
constexpr uint64_t kItemsMax = uint64_t{1} << 48;

constexpr uint64_t align_up(uint64_t value) {
    return (value + kPartAlignment - 1) / kPartAlignment * kPartAlignment;
}

bool is_kind(uint32_t value) {
    return value >= static_cast<uint32_t>(FieldKind::keyword) &&
           value <= static_cast<uint32_t>(FieldKind::text);
}

// What must hold among the numbers of any header.
bool is_sound(const FieldHeader& header) {
    const size_t width = key_width(header.kind);
    const bool keys_fit = width == 0 || header.key_bytes == header.values * width;
    const uint64_t largest = std::max(
        {header.rows_with_values, header.nulls, header.empties, header.others, header.severals});
    return header.rows <= UINT32_MAX && header.values <= UINT32_MAX &&
           header.postings <= kItemsMax && header.forward <= kItemsMax &&
           header.key_bytes <= kItemsMax && keys_fit && largest <= header.rows;
}

}  // namespace

std::string encode_field_header(const FieldHeader& header) {
    std::string out;
    base::append_le(out, kMagic);
    base::append_le(out, kVersion);
    base::append_le(out, static_cast<uint32_t>(header.kind));
    base::append_le(out, uint32_t{header.ordered});
    for (const uint64_t number :
         {header.interval.low, header.interval.high, header.rows, header.values, header.postings,
          header.forward, header.key_bytes}) {
        base::append_le(out, number);
    }
    for (const uint32_t number :
         {header.rows_with_values, header.keys_per_row_max, header.nulls, header.empties,
          header.others, header.severals, header.fences, header.fence_bytes}) {
        base::append_le(out, number);
    }
    for (const uint32_t number : header.counts) base::append_le(out, number);
    out.resize(kFieldHeaderBytes, '\0');
    return out;
}

std::optional<FieldHeader> decode_field_header(std::string_view bytes) {
    base::ByteReader in(bytes);
    if (in.le<uint32_t>() != kMagic || in.le<uint32_t>() != kVersion) return std::nullopt;
    const auto kind = in.le<uint32_t>();
    const auto flags = in.le<uint32_t>();
    if (!is_kind(kind) || flags > 1) return std::nullopt;
    FieldHeader header;
    header.kind = static_cast<FieldKind>(kind);
    header.ordered = flags == 1;
    for (uint64_t* number :
         {&header.interval.low, &header.interval.high, &header.rows, &header.values,
          &header.postings, &header.forward, &header.key_bytes}) {
        *number = in.le<uint64_t>();
    }
    for (uint32_t* number :
         {&header.rows_with_values, &header.keys_per_row_max, &header.nulls, &header.empties,
          &header.others, &header.severals, &header.fences, &header.fence_bytes}) {
        *number = in.le<uint32_t>();
    }
    for (uint32_t& number : header.counts) number = in.le<uint32_t>();
    if (!in.ok() || !is_sound(header)) return std::nullopt;
    return header;
}

FieldLayout::FieldLayout(const FieldHeader& header) {
    const bool has_key_offsets = key_width(header.kind) == 0;
    fences = kFieldHeaderBytes;
    key_offsets = align_up(fences + header.fence_bytes);
    keys = align_up(key_offsets +
                    (has_key_offsets ? (header.values + 1) * offset_width(header.key_bytes) : 0));
    posting_offsets = align_up(keys + header.key_bytes);
    postings = align_up(posting_offsets + (header.values + 1) * offset_width(header.postings));
    rows = align_up(postings + 4 * header.postings);
    facts = align_up(rows + 4 * header.rows);
    forward_offsets = align_up(facts + 4 * header.rows);
    forward = align_up(forward_offsets + (header.rows + 1) * offset_width(header.forward));
    end = forward + 4 * header.forward;
}

size_t count_bucket(uint32_t values_count) {
    return std::min<size_t>(static_cast<size_t>(std::bit_width(values_count)),
                            FieldHeader::kCountBuckets - 1);
}

}  // namespace grape::index
