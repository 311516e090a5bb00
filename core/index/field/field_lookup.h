// FieldLookup: what a field index is asked, in its own terms: keys, ranges of keys, areas, tokens,
// facts. The answers speak of the values that the index knows; a row with others (RowFact::other)
// has to be tested on its payload besides, by whoever asks. Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/index/field/field_key.h"
#include "core/index/field/field_values.h"
#include "core/index/field/z_order.h"

namespace grape::index {

// Some value is one of these, or, `except`, none of these. Sorted, each once.
struct KeySet {
    std::vector<std::string> keys;
    bool except = false;

    static KeySet of(std::vector<std::string> keys, bool except = false);
    bool contains(std::string_view key) const;
};
// Some point lies inside.
struct GeoArea {
    std::variant<GeoBox, GeoRadius, GeoPolygon> shape;

    bool contains(const GeoPoint& point) const;
    std::vector<CodeRange> cover() const;
};
// No tokens match nothing. A phrase needs an ordered type.
struct TokenMatch {
    enum class Kind : uint8_t { all, any, phrase } kind = Kind::all;
    std::vector<std::string> tokens;
};
// first <= values_count <= last. Rows with RowFact::several are left out.
struct CountRange {
    uint64_t first = 0, last = UINT64_MAX;
};
struct RowFact {
    enum class Kind : uint8_t { every_row, empty, null, other, several } kind = Kind::every_row;
    bool holds(const FieldFacts& facts) const;
};

// KeyRange (field_key.h): some value lies in it; numbers, datetimes, prefixes.
using FieldLookup = std::variant<KeySet, KeyRange, GeoArea, TokenMatch, CountRange, RowFact>;

// For one row.
bool matches(const FieldLookup& lookup, const FieldFacts& facts, const KeyList& keys);
// Different lookups have different bytes, whatever the kind: what caches are keyed by.
std::string lookup_bytes(const FieldLookup& lookup);

}  // namespace grape::index
