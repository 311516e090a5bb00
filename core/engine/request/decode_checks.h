// Conditions on a field in JSON: {"key": "a.b", "match": {...}, ...}. Threads: pure functions.
#pragma once

#include "core/engine/request/decode_common.h"
#include "core/engine/request/filter_rules.h"

namespace grape::engine {

base::Result<query::Condition> read_field_condition(const base::JsonValue& value, const Place& at,
                                                    FilterBudget& budget);

}  // namespace grape::engine
