// What filters find in PlainRows by the payloads alone: what answers by indexes are compared with.
// Threads: one.
#pragma once

#include "core/query/payload_check.h"
#include "core/query/row_sets.h"
#include "tests/unit/core/query/plain_rows.h"

namespace grape::query {

// A row whose payload is at hand.
class PlainFacts final : public PointFacts {
  public:
    explicit PlainFacts(const PlainRows::Row& row) : row_(row) {}
    const base::PointId& id() const override { return row_.id; }
    bool has_vector(std::string_view name) const override { return row_.vectors.contains(name); }
    base::Result<base::PayloadView> payload() override { return base::PayloadView(row_.payload); }

  private:
    const PlainRows::Row& row_;
};

// The rows that match.
inline base::Result<index::RowBitset> plain_matches(const Filter& filter, const PlainRows& rows) {
    GRAPE_ASSIGN(const auto check, PayloadCheck::make(filter, [&rows](const base::JsonPath& path) {
                     return text_field(rows, path);
                 }));
    index::RowBitset out(rows.high());
    for (uint32_t row = 0; row < rows.high(); ++row) {
        if (!rows.alive(row)) continue;
        PlainFacts facts(rows.row(row));
        GRAPE_ASSIGN(const bool matches, check->matches(facts));
        if (matches) out.set(row);
    }
    return out;
}

inline bool is_subset(const index::RowBitset& part, const index::RowBitset& whole) {
    index::RowBitset rest = part;
    rest.and_not(whole);
    return !rest.any();
}

}  // namespace grape::query
