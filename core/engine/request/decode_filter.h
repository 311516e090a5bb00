// Filters in the JSON of Qdrant's REST bodies. Threads: pure functions.
#pragma once

#include "core/engine/request/decode_common.h"

namespace grape::engine {

base::Result<FilterPtr> read_filter(const base::JsonValue& value, const Place& at,
                                    const Context& context);
// The member `filter`; null when there is none, or one without conditions.
base::Result<FilterPtr> read_filter_member(const base::JsonValue& body, const Place& at,
                                           const Context& context);

}  // namespace grape::engine
