// The kinds of payload-field indexes, and what an index says about a row besides its values.
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/index/text/tokenizer.h"

namespace grape::index {

// Stored: values fixed.
enum class FieldKind : uint8_t {
    keyword = 1,
    integer = 2,
    floating = 3,
    boolean = 4,
    datetime = 5,
    uuid = 6,
    geo = 7,
    text = 8,
};

// Bytes of each key of the kind (field_key.h); 0 when keys differ in length.
constexpr size_t key_width(FieldKind kind) {
    switch (kind) {
        case FieldKind::integer:
        case FieldKind::floating:
        case FieldKind::datetime:
            return 8;
        case FieldKind::boolean:
            return 1;
        case FieldKind::uuid:
            return 16;
        case FieldKind::geo:
            return 24;
        default:
            return 0;
    }
}

struct FieldType {
    FieldKind kind = FieldKind::keyword;
    // Of kind text: the tokens of a row stay in order, with repetitions, so that phrases are found.
    bool ordered = false;
    std::shared_ptr<const Tokenizer> tokenizer = nullptr;  // of kind text
};

// What a payload says at the path, apart from the values themselves.
struct FieldFacts {
    uint32_t values_count = 0;  // null 0, an array its length, all else 1; at most kCountMax
    bool is_null = false;       // a value is null, or an array that holds null
    bool is_empty = true;       // every value is null or []; no value at all
    // A value that this kind of index does not know (a number under a keyword index); null is none.
    bool has_other = false;
    // The path names several values (a[].b): values_count is that of the last one and each one
    // counts for itself, so conditions on it need the payload.
    bool has_several = false;

    static constexpr uint32_t kCountMax = (1u << 28) - 1;
    bool operator==(const FieldFacts&) const = default;

    // Stored: bits 0-27 the count, 28 several, 29 other, 30 empty, 31 null.
    uint32_t pack() const {
        return values_count | uint32_t{has_several} << 28 | uint32_t{has_other} << 29 |
               uint32_t{is_empty} << 30 | uint32_t{is_null} << 31;
    }
    static FieldFacts unpack(uint32_t bits) {
        return {bits & kCountMax, (bits >> 31 & 1) != 0, (bits >> 30 & 1) != 0,
                (bits >> 29 & 1) != 0, (bits >> 28 & 1) != 0};
    }
};

// The commits whose rows an entry or a run speaks for: low < commit <= high.
struct CommitInterval {
    uint64_t low = 0, high = 0;
    bool contains(uint64_t commit) const { return low < commit && commit <= high; }
    bool operator==(const CommitInterval&) const = default;
};

}  // namespace grape::index
