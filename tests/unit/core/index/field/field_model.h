// The model of a field index: conditions tested on payloads as trees, without any code of the
// index. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/index/field/field_lookup.h"

namespace grape::index::model {

using base::JsonKind;
using base::JsonValue;

// The kinds of conditions, as they are asked of payloads.
struct Condition {
    enum class Kind { any, except, range, datetimes, prefix, place, text, count, empty, null } kind;
    std::vector<JsonValue> values;
    Bounds<double> bounds = {};
    Bounds<int64_t> times = {};
    std::string prefix = {};
    GeoArea area = {};
    TokenMatch tokens = {};
    uint64_t first = 0, last = 0;
};

bool holds(const Condition& condition, const JsonValue& payload, const base::JsonPath& path);

}  // namespace grape::index::model
