#include "core/base/row_set.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace grape::base {
namespace {

// Encoded: per chunk `varint gap to the chunk before + 1`, a kind byte, `varint size`, the body.
constexpr uint32_t kChunkRows = 32768;
constexpr size_t kBitmapBytes = kChunkRows / 8;
constexpr uint8_t kKindRuns = 1;
constexpr uint8_t kKindBitmap = 2;

std::string encode_runs(const uint32_t* begin, const uint32_t* end) {
    std::string out;
    uint32_t next = 0;  // first row that the runs so far do not cover
    for (const uint32_t* at = begin; at != end;) {
        const uint32_t first = *at % kChunkRows;
        uint32_t length = 1;
        while (at + length != end && at[length] == *at + length) ++length;
        append_varint(out, first - next);
        append_varint(out, length);
        next = first + length;
        at += length;
    }
    return out;
}

std::string encode_bitmap(const uint32_t* begin, const uint32_t* end) {
    std::string out(kBitmapBytes, '\0');
    for (const uint32_t* at = begin; at != end; ++at) {
        const uint32_t bit = *at % kChunkRows;
        out[bit / 8] = static_cast<char>(static_cast<uint8_t>(out[bit / 8]) | 1u << (bit % 8));
    }
    return out;
}

bool decode_runs(std::string_view body, uint32_t base, std::vector<uint32_t>& rows) {
    ByteReader in(body);
    uint64_t next = 0;
    while (!in.at_end()) {
        const uint64_t gap = in.varint();
        const uint64_t length = in.varint();
        if (!in.ok() || gap > kChunkRows || length == 0 || length > kChunkRows) return false;
        const uint64_t first = next + gap;
        if (first + length > kChunkRows) return false;
        for (uint64_t row = first; row < first + length; ++row) {
            rows.push_back(base + static_cast<uint32_t>(row));
        }
        next = first + length;
    }
    return true;
}

bool decode_bitmap(std::string_view body, uint32_t base, std::vector<uint32_t>& rows) {
    if (body.size() != kBitmapBytes) return false;
    for (uint32_t bit = 0; bit < kChunkRows; ++bit) {
        if ((static_cast<uint8_t>(body[bit / 8]) >> (bit % 8) & 1) != 0) rows.push_back(base + bit);
    }
    return true;
}

}  // namespace

std::string encode_row_set(std::vector<uint32_t> rows) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    std::string out;
    uint32_t next_chunk = 0;
    for (size_t begin = 0; begin < rows.size();) {
        const uint32_t chunk = rows[begin] / kChunkRows;
        size_t end = begin;
        while (end < rows.size() && rows[end] / kChunkRows == chunk) ++end;
        std::string body = encode_runs(rows.data() + begin, rows.data() + end);
        const bool bitmap = body.size() > kBitmapBytes;
        if (bitmap) body = encode_bitmap(rows.data() + begin, rows.data() + end);
        append_varint(out, chunk - next_chunk);
        out.push_back(static_cast<char>(bitmap ? kKindBitmap : kKindRuns));
        append_varint(out, body.size());
        out += body;
        next_chunk = chunk + 1;
        begin = end;
    }
    return out;
}

Result<std::vector<uint32_t>> decode_row_set(std::string_view encoded) {
    std::vector<uint32_t> rows;
    ByteReader in(encoded);
    uint64_t next_chunk = 0;
    while (!in.at_end() && in.ok()) {
        const uint64_t gap = in.varint();
        if (gap > UINT32_MAX / kChunkRows) in.fail();  // and the sum does not wrap around
        const uint64_t chunk = next_chunk + gap;
        const auto kind = in.le<uint8_t>();
        const std::string_view body = in.bytes(in.varint());
        if (!in.ok() || chunk > UINT32_MAX / kChunkRows) break;
        const auto base = static_cast<uint32_t>(chunk * kChunkRows);
        const bool good = kind == kKindRuns     ? decode_runs(body, base, rows)
                          : kind == kKindBitmap ? decode_bitmap(body, base, rows)
                                                : false;
        if (!good) in.fail();
        next_chunk = chunk + 1;
    }
    if (!in.done()) return Status::make_corrupt("row set is malformed");
    return rows;
}

}  // namespace grape::base
