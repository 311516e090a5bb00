// The loops of the code kernels, written once over a policy `Simd` that each target file defines:
//   Bytes, Sums, width          register types; bytes in a register, a divisor of 64
//   load(from), none()          aligned load, sums of zero
//   add_squares, add_differences(sums, a, b)      bytes are at most code_max
//   join(a, b), total(sums)                       unsigned sums, exact
// and for codes in columns, unless it takes GRAPE_PLAIN_CODE_KERNELS:
//   repeat(from)                                  four bytes, over and over
//   add_square_columns, add_difference_columns    each four bytes into a sum of their own
//   any_within(sums, most), store(sums, to)       and join() adds each sum to its own
//
// In an anonymous namespace, and without calls into std, for the reason that kernels.h gives.
#pragma once

#include "core/vector/code_distance.h"

namespace grape::vector {
namespace {

struct CodeSquares {
    static uint32_t one(int32_t apart) { return static_cast<uint32_t>(apart * apart); }
    template <class Simd>
    static typename Simd::Sums add_columns(typename Simd::Sums sums, typename Simd::Bytes a,
                                           typename Simd::Bytes b) {
        return Simd::add_square_columns(sums, a, b);
    }
    template <class Simd>
    static typename Simd::Sums add(typename Simd::Sums sums, typename Simd::Bytes a,
                                   typename Simd::Bytes b) {
        return Simd::add_squares(sums, a, b);
    }
};
struct CodeDifferences {
    static uint32_t one(int32_t apart) { return static_cast<uint32_t>(apart < 0 ? -apart : apart); }
    template <class Simd>
    static typename Simd::Sums add_columns(typename Simd::Sums sums, typename Simd::Bytes a,
                                           typename Simd::Bytes b) {
        return Simd::add_difference_columns(sums, a, b);
    }
    template <class Simd>
    static typename Simd::Sums add(typename Simd::Sums sums, typename Simd::Bytes a,
                                   typename Simd::Bytes b) {
        return Simd::add_differences(sums, a, b);
    }
};

// Two sums side by side, so that one addition need not wait for the one before.
template <class Simd, class Measure>
inline uint32_t sum_codes(const uint8_t* query, const uint8_t* row, size_t bytes) {
    typename Simd::Sums even = Simd::none();
    typename Simd::Sums odd = Simd::none();
    size_t i = 0;
    for (; i + 2 * Simd::width <= bytes; i += 2 * Simd::width) {
        even = Measure::template add<Simd>(even, Simd::load(query + i), Simd::load(row + i));
        odd = Measure::template add<Simd>(odd, Simd::load(query + i + Simd::width),
                                          Simd::load(row + i + Simd::width));
    }
    if (i < bytes) {
        even = Measure::template add<Simd>(even, Simd::load(query + i), Simd::load(row + i));
    }
    return Simd::total(Simd::join(even, odd));
}

// The CPU fetches the rest of a long row by itself once it sees where the row goes.
inline void prefetch_code(const uint8_t* row, size_t bytes) {
    constexpr size_t kBytesMax = 512;
    const size_t end = bytes < kBytesMax ? bytes : kBytesMax;
    for (size_t i = 0; i < end; i += code_line_bytes) __builtin_prefetch(row + i);
}

template <class Simd, class Measure>
void score_codes(const uint8_t* query, const uint8_t* const* rows, size_t count, size_t bytes,
                 uint32_t* distances) {
    constexpr size_t kAheadBytes = 4096;  // what the CPU can have under way, roughly
    const size_t ahead = bytes >= kAheadBytes / 2 ? 2 : kAheadBytes / bytes;
    for (size_t i = 0; i < ahead && i < count; ++i) prefetch_code(rows[i], bytes);
    for (size_t i = 0; i < count; ++i) {
        if (i + ahead < count) prefetch_code(rows[i + ahead], bytes);
        distances[i] = sum_codes<Simd, Measure>(query, rows[i], bytes);
    }
}

// So many bytes of the codes of a block are summed before it is asked whether that is enough.
constexpr size_t kColumnBytesAtOnce = 16;
static_assert(code_line_bytes % kColumnBytesAtOnce == 0 &&
              kColumnBytesAtOnce % (2 * code_column_bytes) == 0);

// Two sums side by side here, too.
template <class Simd, class Measure>
void score_columns(const uint8_t* query, const uint8_t* columns, size_t blocks, size_t bytes,
                   uint32_t most, uint32_t* distances) {
    constexpr size_t kParts = code_line_bytes / Simd::width;
    for (size_t block = 0; block < blocks; ++block) {
        const uint8_t* at = columns + block * code_columns * bytes;
        typename Simd::Sums sums[kParts];
        for (size_t part = 0; part < kParts; ++part) sums[part] = Simd::none();
        bool within = true;
        for (size_t i = 0; i < bytes && within;) {
            typename Simd::Sums odd[kParts];
            for (size_t part = 0; part < kParts; ++part) odd[part] = Simd::none();
            for (const size_t end = i + kColumnBytesAtOnce; i < end; i += 2 * code_column_bytes) {
                const typename Simd::Bytes first = Simd::repeat(query + i);
                const typename Simd::Bytes second = Simd::repeat(query + i + code_column_bytes);
                for (size_t part = 0; part < kParts; ++part, at += Simd::width) {
                    sums[part] =
                        Measure::template add_columns<Simd>(sums[part], Simd::load(at), first);
                    odd[part] = Measure::template add_columns<Simd>(
                        odd[part], Simd::load(at + code_line_bytes), second);
                }
                at += code_line_bytes;
            }
            within = false;
            for (size_t part = 0; part < kParts; ++part) {
                sums[part] = Simd::join(sums[part], odd[part]);
                within = within || Simd::any_within(sums[part], most);
            }
        }
        for (size_t part = 0; part < kParts; ++part) {
            Simd::store(sums[part], distances + part * Simd::width / 4);
        }
        distances += code_columns;
    }
}

template <class Measure>
void score_columns_plainly(const uint8_t* query, const uint8_t* columns, size_t blocks,
                           size_t bytes, uint32_t, uint32_t* distances) {
    for (size_t block = 0; block < blocks; ++block, distances += code_columns) {
        for (size_t code = 0; code < code_columns; ++code) distances[code] = 0;
        for (size_t i = 0; i < bytes; i += 4, columns += code_line_bytes) {
            for (size_t byte = 0; byte < code_line_bytes; ++byte) {
                distances[byte / 4] += Measure::one(columns[byte] - query[i + byte % 4]);
            }
        }
    }
}

}  // namespace
}  // namespace grape::vector

#define GRAPE_CODE_KERNELS(Simd)                                                   \
    {                                                                              \
        {score_codes<Simd, CodeSquares>, score_codes<Simd, CodeDifferences>}, {    \
            score_columns<Simd, CodeSquares>, score_columns<Simd, CodeDifferences> \
        }                                                                          \
    }
#define GRAPE_PLAIN_CODE_KERNELS(Simd)                                                 \
    {                                                                                  \
        {score_codes<Simd, CodeSquares>, score_codes<Simd, CodeDifferences>}, {        \
            score_columns_plainly<CodeSquares>, score_columns_plainly<CodeDifferences> \
        }                                                                              \
    }
