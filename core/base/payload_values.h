// The values that a path names in a payload, as filters, field indexes, facets and order_by see
// them. Threads: pure functions.
#pragma once

#include <functional>

#include "core/base/payload.h"

namespace grape::base {

// Calls visit for each value that `path` names, without a copy; arrays are visited whole (the
// caller looks into their elements, one level). A key that meets an array on the way goes into each
// of its elements only where the path says `[]`.
void for_each_value_at(PayloadView payload, const JsonPath& path,
                       const std::function<void(PayloadView)>& visit);

// The same, one level of arrays taken apart: each element is visited, other values as they are.
void for_each_element_at(PayloadView payload, const JsonPath& path,
                         const std::function<void(PayloadView)>& visit);

// Whether `holds` is true for one of them; stops at the first.
bool any_value_at(PayloadView payload, const JsonPath& path,
                  const std::function<bool(PayloadView)>& holds);
bool any_element_at(PayloadView payload, const JsonPath& path,
                    const std::function<bool(PayloadView)>& holds);

}  // namespace grape::base
