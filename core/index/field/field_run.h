// FieldRun: the values of one payload field for all rows whose payload was written in an interval
// of commits, in a section of a blob file. Immutable. Only the header and a few keys (fences) are
// on the heap; everything else is read where it lies.
//
// Threads: reads from any thread.
#pragma once

#include "core/index/field/field_section.h"
#include "core/index/field/field_tail.h"

namespace grape::index {

class FieldRun final : public FieldSource {
  public:
    // Code::corrupt when the section is not one of that type or does not fit its place. `id` is
    // what the caller knows the run by.
    static base::Result<std::shared_ptr<FieldRun>> open(std::shared_ptr<storage::Blob> blob,
                                                        FieldPlace place, const FieldType& type,
                                                        uint64_t id);

    uint64_t id() const { return id_; }
    CommitInterval interval() const { return section_.header().interval; }
    const FieldHeader& header() const { return section_.header(); }
    const FieldSection& section() const { return section_; }

    const FieldRun* as_run() const override { return this; }
    FieldKind kind() const override { return section_.header().kind; }
    uint64_t entry_count() const override { return section_.header().rows; }
    size_t heap_bytes() const override { return section_.heap_bytes(); }
    base::Result<FieldEstimate> estimate(const FieldLookup& lookup) const override;
    base::Status find(const FieldLookup& lookup, const EntrySink& sink) const override;
    base::Result<bool> read(uint32_t row, uint64_t commit, FieldValues& out) const override;
    base::Status count_values(const EntryTest& test, const KeyCount& visit) const override;
    base::Result<std::unique_ptr<FieldCursor>> ordered(
        bool descending, std::optional<std::string> from) const override;

    // The rows that find() gives, as a set. It does not change: what caches keep.
    base::Status find(const FieldLookup& lookup, RowBitset& out) const;
    // Reads everything and checks what reads do not: orders, and that postings and forward column
    // say the same.
    base::Status verify() const;

  private:
    FieldRun(FieldSection section, uint64_t id) : section_(std::move(section)), id_(id) {}

    const FieldSection section_;
    const uint64_t id_;
};

// A run from the entries of a tail below `length` that `test` wants; of several for the same row
// the last one counts. Takes memory in proportion to the tail.
base::Result<FieldPlace> write_field_run(storage::BlobWriter& out, CommitInterval interval,
                                         const FieldTail& tail, uint32_t length,
                                         const EntryTest& test);

// One run from several and a tail (which may be null). A row is asked about with the interval of
// its run or entry; of a row that is wanted from several the last input counts. Takes four bytes
// for each value of each input and of the result and a bit for each row of each input, and as
// write_field_run for the tail.
base::Result<FieldPlace> merge_field_runs(storage::BlobWriter& out, CommitInterval interval,
                                          const FieldType& type,
                                          std::span<const std::shared_ptr<const FieldRun>> runs,
                                          const FieldTailView* tail, const EntryTest& test);

}  // namespace grape::index
