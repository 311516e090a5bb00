// What a condition on a field asks of the field's index. Threads: pure functions.
#pragma once

#include <optional>

#include "core/index/field/field_lookup.h"
#include "core/query/filter.h"

namespace grape::query {

struct FieldQuestion {
    index::FieldLookup lookup;
    // Rows that the lookup finds meet the condition surely only where this holds as well.
    std::optional<index::FieldLookup> sure_if;
    // Rows about which the index cannot say: their payloads do.
    std::optional<index::RowFact> unknown;
    bool negated = false;  // the condition holds where the lookup does not
};

// Nothing when the index cannot help.
std::optional<FieldQuestion> ask(const FieldCondition& condition, const index::FieldType& type);
FieldQuestion ask(const IsEmpty& condition);
FieldQuestion ask(const IsNull& condition);

}  // namespace grape::query
