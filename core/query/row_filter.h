// RowFilter: which rows of a shard a filter lets through. What indexes know is computed at once, as
// two sets of rows: those that surely match, and those that may. A row between the two is tested on
// its payload when somebody asks for it, once.
//
// What must stay true: sure rows match, rows outside of the possible ones do not, whatever the
// indexes hold: an index makes answers faster and never different. Threads: belongs to one.
#pragma once

#include <memory>

#include "core/index/row_test.h"
#include "core/query/row_sets.h"

namespace grape::query {

class RowFilter final : public index::RowTest {
  public:
    // `filter` and `rows` must outlive it.
    static base::Result<std::unique_ptr<RowFilter>> make(const Filter& filter,
                                                         const RowSource& rows);

    bool may_match(uint32_t row) const override { return sets_.possible.test(row); }
    // For rows that may match.
    base::Result<bool> matches(uint32_t row) override;
    uint64_t count_max() const override { return count_; }

    const index::RowBitset& possible() const { return sets_.possible; }
    const index::RowBitset& sure() const { return sets_.surely(); }
    // Tests all rows that are left; then possible() is the answer.
    base::Status settle();
    // Payloads that were read so far.
    uint64_t payload_reads() const { return payload_reads_; }

  private:
    explicit RowFilter(const RowSource& rows) : rows_(rows) {}

    const RowSource& rows_;
    RowSets sets_;
    uint64_t count_ = 0;  // of the possible rows
    std::shared_ptr<const PayloadCheck> check_;
    uint64_t payload_reads_ = 0;
};

}  // namespace grape::query
