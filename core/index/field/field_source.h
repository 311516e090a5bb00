// FieldSource: what can be asked of a part of a field index, a run in a file (field_run.h) or the
// first entries of a tail in memory (field_tail.h).
//
// Answers are about entries. Which of them are current, the caller knows: an entry speaks for its
// row in a view exactly when the row lives and the commit of its payload lies in the entry's
// interval (docs/design/0006). So nothing is hidden in a source when a row changes or dies, and a
// row may be named that is not current, or, by a tail, more than once.
//
// Threads: reads from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/index/field/field_lookup.h"
#include "core/index/field/row_bitset.h"

namespace grape::index {

// How many entries match, as far as it is known without looking at them.
struct FieldEstimate {
    uint64_t min = 0, expected = 0, max = 0;
};

// Rows whose entries match, all with the same interval; in no order, some perhaps several times.
using EntrySink = std::function<void(std::span<const uint32_t> rows, CommitInterval interval)>;
// Whether an entry is wanted.
using EntryTest = std::function<bool(uint32_t row, CommitInterval interval)>;
using KeyCount = std::function<void(std::string_view key, uint64_t count)>;

// The values of a source in order. A value with many rows comes in several steps.
class FieldCursor {
  public:
    virtual ~FieldCursor() = default;
    // False at the end; what a step gave is valid until the next one.
    virtual base::Result<bool> next() = 0;
    virtual std::string_view key() const = 0;
    virtual std::span<const uint32_t> rows() const = 0;
    virtual CommitInterval interval() const = 0;
};

class FieldRun;

class FieldSource {
  public:
    virtual ~FieldSource() = default;
    virtual FieldKind kind() const = 0;
    virtual uint64_t entry_count() const = 0;
    virtual size_t heap_bytes() const = 0;
    // Null for a tail.
    virtual const FieldRun* as_run() const { return nullptr; }

    // Touches no list of rows.
    virtual base::Result<FieldEstimate> estimate(const FieldLookup& lookup) const = 0;
    // Code::invalid for a phrase when the tokens are not in order.
    virtual base::Status find(const FieldLookup& lookup, const EntrySink& sink) const = 0;
    // The entry of `row` that speaks for `commit`; false when there is none.
    virtual base::Result<bool> read(uint32_t row, uint64_t commit, FieldValues& out) const = 0;
    // In the order of the keys: how many wanted entries have the value; none is not said. Without a
    // test all entries are wanted, and no list of rows is touched.
    virtual base::Status count_values(const EntryTest& test, const KeyCount& visit) const = 0;
    // From the first value at or after `from` on, or, descending, at or before it.
    virtual base::Result<std::unique_ptr<FieldCursor>> ordered(
        bool descending, std::optional<std::string> from) const = 0;
};

}  // namespace grape::index
