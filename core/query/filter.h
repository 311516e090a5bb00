// Filter: which points a request is about, in Qdrant's grammar: what all encodings of requests
// decode into. A tree of plain values, checked by its decoder (numbers are finite, rings closed,
// lists within limits). What the conditions mean: docs/filters.md. Threads: values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/payload.h"
#include "core/base/point_id.h"
#include "core/index/field/geo.h"

namespace grape::query {

struct Filter;

// A value that `match` compares with: same type, exact.
using MatchScalar = std::variant<bool, int64_t, std::string>;

struct MatchValue {
    MatchScalar value;
};
// Strings or integers, both may stand in one list. An empty list matches nothing.
struct MatchAny {
    std::vector<MatchScalar> values;
};
// Some value is not in the list; null never is such a value.
struct MatchExcept {
    std::vector<MatchScalar> values;
};
struct MatchText {
    enum class Kind : uint8_t { text, text_any, phrase, prefix, substring } kind = Kind::text;
    std::string text;
};
struct Range {
    std::optional<double> lt, gt, lte, gte;
};
struct DatetimeRange {
    std::optional<int64_t> lt, gt, lte, gte;  // microseconds since 1970, UTC
};
struct ValuesCount {
    std::optional<uint64_t> lt, gt, lte, gte;
};

// One check of one field. A body with several becomes several conditions: OR-ed, except that
// values_count, is_empty and is_null win in that order (the decoder sees to it).
struct FieldCondition {
    base::JsonPath key;
    std::variant<MatchValue, MatchAny, MatchExcept, MatchText, Range, DatetimeRange, index::GeoBox,
                 index::GeoRadius, index::GeoPolygon, ValuesCount>
        check;
};
struct IsEmpty {
    base::JsonPath key;
    bool wanted = true;  // false: the field must not be empty
};
struct IsNull {
    base::JsonPath key;
    bool wanted = true;
};
struct HasId {
    std::vector<base::PointId> ids;  // sorted, each once
};
struct HasVector {
    std::string name;
};
// All conditions hold for the same element of the array at `key`.
struct Nested {
    base::JsonPath key;
    std::shared_ptr<const Filter> filter;  // without HasId and HasVector
};
// Points of one slice of `total`, by SipHash-2-4 of their id.
struct Slice {
    uint64_t total = 1, index = 0;
};
struct SubFilter {
    std::shared_ptr<const Filter> filter;
};

using Condition =
    std::variant<FieldCondition, IsEmpty, IsNull, HasId, HasVector, Nested, Slice, SubFilter>;

struct MinShould {
    std::vector<Condition> conditions;
    uint64_t min_count = 1;
};

// `must` and `should` and `must_not` and `min_should` all hold. A part that is missing or an empty
// list is true.
struct Filter {
    std::vector<Condition> must, should, must_not;
    std::optional<MinShould> min_should;
    bool empty() const {
        return must.empty() && should.empty() && must_not.empty() && !min_should.has_value();
    }
};

}  // namespace grape::query
