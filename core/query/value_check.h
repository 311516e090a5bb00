// One check of one field, compiled: whether a value, or a field of a payload, meets it.
// Threads: immutable.
#pragma once

#include <memory>

#include "core/base/payload_values.h"
#include "core/query/payload_check.h"

namespace grape::query {

class FieldCheck {
  public:
    virtual ~FieldCheck() = default;
    // `object` is a payload, or an element of an array under a nested filter.
    virtual bool matches(base::PayloadView object) const = 0;
};

// `text` is the field's text index, if it has one.
std::unique_ptr<const FieldCheck> compile(const FieldCondition& condition,
                                          const std::optional<TextField>& text);
std::unique_ptr<const FieldCheck> compile(const IsEmpty& condition);
std::unique_ptr<const FieldCheck> compile(const IsNull& condition);

}  // namespace grape::query
