#include "core/index/field/field_run.h"

#include <algorithm>

#include "core/index/field/field_scan.h"

namespace grape::index {

using base::Result;
using base::Status;

Result<std::shared_ptr<FieldRun>> FieldRun::open(std::shared_ptr<storage::Blob> blob,
                                                 FieldPlace place, const FieldType& type,
                                                 uint64_t id) {
    GRAPE_ASSIGN(FieldSection section,
                 FieldSection::open(std::move(blob), place, type.kind, type.ordered));
    return std::shared_ptr<FieldRun>(new FieldRun(std::move(section), id));
}

Status FieldRun::find(const FieldLookup& lookup, RowBitset& out) const {
    return find(lookup, [&](std::span<const uint32_t> rows, CommitInterval) { out.set(rows); });
}

Result<bool> FieldRun::read(uint32_t row, uint64_t commit, FieldValues& out) const {
    if (!interval().contains(commit)) return false;
    GRAPE_ASSIGN(const uint32_t index, section_.find_row(row));
    if (index == section_.row_count()) return false;
    out.clear();
    uint32_t facts = 0;
    GRAPE_TRY(section_.read_facts(index, {&facts, 1}));
    out.facts = FieldFacts::unpack(facts);
    GRAPE_ASSIGN(PartSpan span, section_.forward_of(index));
    uint32_t ordinals[64];
    while (span.size() > 0) {
        const size_t count = static_cast<size_t>(std::min<uint64_t>(span.size(), 64));
        GRAPE_TRY(section_.read_forward(span.begin, {ordinals, count}));
        for (size_t i = 0; i < count; ++i) {
            GRAPE_ASSIGN(const FieldSection::HeldKey held, section_.key(ordinals[i]));
            out.add(held.key());
        }
        span.begin += count;
    }
    return true;
}

Status FieldRun::count_values(const EntryTest& test, const KeyCount& visit) const {
    ValueScan scan(section_, 0, section_.value_count());
    for (;;) {
        GRAPE_ASSIGN(const bool more, scan.next());
        if (!more) return {};
        uint64_t count = scan.postings().size();
        if (test) {
            count = 0;
            GRAPE_TRY(for_each_posting(section_, scan.postings(), [&](auto rows) {
                for (const uint32_t row : rows) count += test(row, interval()) ? 1 : 0;
                return Status();
            }));
        }
        if (count > 0) visit(scan.key(), count);
    }
}

namespace {

// The ordinals of [first, last), one way or the other, each with its rows in slices.
class RunCursor final : public FieldCursor {
  public:
    RunCursor(const FieldSection& section, uint32_t first, uint32_t last, bool descending)
        : section_(section), first_(first), last_(last), descending_(descending) {}

    Result<bool> next() override {
        while (postings_.size() == 0) {
            if (first_ == last_) return false;
            const uint32_t ordinal = descending_ ? --last_ : first_++;
            GRAPE_ASSIGN(key_, section_.key(ordinal));
            GRAPE_ASSIGN(postings_, section_.postings_of(ordinal, ordinal + 1));
        }
        rows_.resize(static_cast<size_t>(std::min(postings_.size(), kSliceRows)));
        GRAPE_TRY(section_.read_postings(postings_.begin, rows_));
        postings_.begin += rows_.size();
        return true;
    }
    std::string_view key() const override { return key_.key(); }
    std::span<const uint32_t> rows() const override { return rows_; }
    CommitInterval interval() const override { return section_.header().interval; }

  private:
    static constexpr uint64_t kSliceRows = 1024;
    const FieldSection section_;  // keeps the file
    uint32_t first_, last_;
    const bool descending_;
    FieldSection::HeldKey key_;
    PartSpan postings_;
    std::vector<uint32_t> rows_;
};

}  // namespace

Result<std::unique_ptr<FieldCursor>> FieldRun::ordered(bool descending,
                                                       std::optional<std::string> from) const {
    uint32_t first = 0, last = section_.value_count();
    if (from.has_value()) {
        // The key and a zero byte is the next possible key.
        const std::string bound = descending ? *from + '\0' : *from;
        GRAPE_ASSIGN(const uint32_t at, section_.lower_bound(bound));
        (descending ? last : first) = at;
    }
    return std::unique_ptr<FieldCursor>(
        std::make_unique<RunCursor>(section_, first, last, descending));
}

}  // namespace grape::index
