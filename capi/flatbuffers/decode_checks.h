// Conditions on one field in FlatBuffers requests. Threads: pure functions.
#pragma once

#include "capi/flatbuffers/decode_parts.h"
#include "core/engine/request/filter_rules.h"

namespace grape::capi {

base::Result<query::Condition> decode_field_condition(Context& context,
                                                      engine::FilterBudget& budget,
                                                      const fb::FieldCondition& in,
                                                      const std::string& field);

}  // namespace grape::capi
