// Merging runs (and a tail) into one run: their values side by side in the order of the keys, their
// rows side by side in the order of the rows, and only what is wanted of each.
#include <algorithm>
#include <vector>

#include "core/index/field/field_run.h"
#include "core/index/field/field_scan.h"
#include "core/index/field/memory_section.h"

namespace grape::index {
namespace {

using base::Result;
using base::Status;

constexpr uint32_t kNone = UINT32_MAX;

struct Input {
    const FieldRun* run = nullptr;
    RowBitset wanted;
    std::vector<uint32_t> ordinals;  // its own to those of the result; kNone: the value is gone

    const FieldSection& section() const { return run->section(); }
};

// The wanted rows of one posting, in order.
class PostingReader {
  public:
    PostingReader(const Input& input, PartSpan span) : input_(&input), span_(span) {}

    // kNone at the end.
    uint32_t row() const { return row_; }
    Status next() {
        for (;;) {
            if (at_ == rows_.size()) {
                if (span_.size() == 0) break;
                rows_.resize(static_cast<size_t>(std::min<uint64_t>(span_.size(), 1024)));
                GRAPE_TRY(input_->section().read_postings(span_.begin, rows_));
                span_.begin += rows_.size();
                at_ = 0;
            }
            row_ = rows_[at_++];
            if (input_->wanted.test(row_)) return {};
        }
        row_ = kNone;
        return {};
    }

  private:
    const Input* input_;
    PartSpan span_;
    std::vector<uint32_t> rows_;
    size_t at_ = 0;
    uint32_t row_ = kNone;
};

// The values of all inputs side by side: each step is one key with those that have it.
class ValueMerge {
  public:
    explicit ValueMerge(const std::vector<Input>& inputs) {
        for (const Input& input : inputs) {
            lanes_.push_back({{input.section(), 0, input.section().value_count()}});
        }
    }
    Status start() {
        for (Lane& lane : lanes_) GRAPE_TRY(advance(lane));
        return {};
    }
    Result<bool> next() {
        for (Lane& lane : lanes_) {
            if (lane.here) GRAPE_TRY(advance(lane));
        }
        const Lane* first = nullptr;
        for (const Lane& lane : lanes_) {
            if (lane.more && (first == nullptr || lane.scan.key() < first->scan.key())) {
                first = &lane;
            }
        }
        if (first == nullptr) return false;
        key_ = first->scan.key();
        for (Lane& lane : lanes_) lane.here = lane.more && lane.scan.key() == key_;
        return true;
    }
    std::string_view key() const { return key_; }
    bool has(size_t input) const { return lanes_[input].here; }
    uint32_t ordinal(size_t input) const { return lanes_[input].scan.ordinal(); }
    PartSpan postings(size_t input) const { return lanes_[input].scan.postings(); }
    size_t size() const { return lanes_.size(); }

  private:
    struct Lane {
        ValueScan scan;
        bool more = false, here = false;
    };
    static Status advance(Lane& lane) {
        lane.here = false;
        GRAPE_ASSIGN(lane.more, lane.scan.next());
        return {};
    }
    std::vector<Lane> lanes_;
    std::string_view key_;
};

class MergeContent final : public FieldContent {
  public:
    explicit MergeContent(std::vector<Input> inputs) : inputs_(std::move(inputs)) {}

    // Which values stay, and how many rows each has.
    Status prepare();

    Status values(const ValueVisit& visit) override;
    Status postings(const NumbersVisit& visit) override;
    Status rows(const RowVisit& visit) override;
    Status forward(const NumbersVisit& visit) override;

  private:
    // The result's ordinal of where the merge stands; kNone when the value is gone.
    uint32_t ordinal_of(const ValueMerge& merge) const;
    Result<uint32_t> count_wanted(const Input& input, PartSpan span) const;
    Status merge_postings(const ValueMerge& merge, const NumbersVisit& visit);
    template <typename Visit>
    Status merge_rows(Visit visit);

    std::vector<Input> inputs_;
    std::vector<uint32_t> counts_;  // by the result's ordinal
};

Result<uint32_t> MergeContent::count_wanted(const Input& input, PartSpan span) const {
    uint32_t count = 0;
    GRAPE_TRY(for_each_posting(input.section(), span, [&](std::span<const uint32_t> rows) {
        for (const uint32_t row : rows) count += input.wanted.test(row) ? 1 : 0;
        return Status();
    }));
    return count;
}

Status MergeContent::prepare() {
    for (Input& input : inputs_) input.ordinals.assign(input.section().value_count(), kNone);
    ValueMerge merge(inputs_);
    GRAPE_TRY(merge.start());
    for (;;) {
        GRAPE_ASSIGN(const bool more, merge.next());
        if (!more) return {};
        uint32_t count = 0;
        for (size_t i = 0; i < inputs_.size(); ++i) {
            if (!merge.has(i)) continue;
            GRAPE_ASSIGN(const uint32_t wanted, count_wanted(inputs_[i], merge.postings(i)));
            count += wanted;
        }
        if (count == 0) continue;
        if (counts_.size() == kNone) return Status::make_limit("a field run: too many values");
        for (size_t i = 0; i < inputs_.size(); ++i) {
            if (!merge.has(i)) continue;
            inputs_[i].ordinals[merge.ordinal(i)] = static_cast<uint32_t>(counts_.size());
        }
        counts_.push_back(count);
    }
}

uint32_t MergeContent::ordinal_of(const ValueMerge& merge) const {
    for (size_t i = 0; i < inputs_.size(); ++i) {
        if (merge.has(i)) return inputs_[i].ordinals[merge.ordinal(i)];
    }
    return kNone;
}

Status MergeContent::values(const ValueVisit& visit) {
    ValueMerge merge(inputs_);
    GRAPE_TRY(merge.start());
    for (;;) {
        GRAPE_ASSIGN(const bool more, merge.next());
        if (!more) return {};
        const uint32_t ordinal = ordinal_of(merge);
        if (ordinal != kNone) GRAPE_TRY(visit(merge.key(), counts_[ordinal]));
    }
}

Status MergeContent::postings(const NumbersVisit& visit) {
    ValueMerge merge(inputs_);
    GRAPE_TRY(merge.start());
    for (;;) {
        GRAPE_ASSIGN(const bool more, merge.next());
        if (!more) return {};
        if (ordinal_of(merge) != kNone) GRAPE_TRY(merge_postings(merge, visit));
    }
}

Status MergeContent::merge_postings(const ValueMerge& merge, const NumbersVisit& visit) {
    std::vector<PostingReader> readers;
    for (size_t i = 0; i < inputs_.size(); ++i) {
        if (!merge.has(i)) continue;
        readers.emplace_back(inputs_[i], merge.postings(i));
        GRAPE_TRY(readers.back().next());
    }
    for (;;) {
        // No row is wanted from two inputs.
        const auto first = std::min_element(
            readers.begin(), readers.end(),
            [](const PostingReader& a, const PostingReader& b) { return a.row() < b.row(); });
        const uint32_t row = first->row();
        if (row == kNone) return {};
        GRAPE_TRY(visit({&row, 1}));
        GRAPE_TRY(first->next());
    }
}

// Calls visit(input, scan) for each wanted row in order.
template <typename Visit>
Status MergeContent::merge_rows(Visit visit) {
    struct Lane {
        const Input* input;
        RowScan scan;
        bool more = false;
    };
    const auto advance = [](Lane& lane) -> Status {
        do {
            GRAPE_ASSIGN(lane.more, lane.scan.next());
        } while (lane.more && !lane.input->wanted.test(lane.scan.row()));
        return {};
    };
    std::vector<Lane> lanes;
    for (const Input& input : inputs_) {
        lanes.push_back({&input, {input.section(), RowScan::With::ordinals}});
        GRAPE_TRY(advance(lanes.back()));
    }
    for (;;) {
        Lane* first = nullptr;
        for (Lane& lane : lanes) {
            if (!lane.more) continue;
            if (first == nullptr || lane.scan.row() < first->scan.row()) first = &lane;
        }
        if (first == nullptr) return {};
        GRAPE_TRY(visit(*first->input, first->scan));
        GRAPE_TRY(advance(*first));
    }
}

Status MergeContent::rows(const RowVisit& visit) {
    return merge_rows([&](const Input&, RowScan& scan) {
        return visit(scan.row(), scan.facts(), scan.ordinal_count());
    });
}

Status MergeContent::forward(const NumbersVisit& visit) {
    std::vector<uint32_t> mapped;
    return merge_rows([&](const Input& input, RowScan& scan) -> Status {
        GRAPE_ASSIGN(const std::span<const uint32_t> ordinals, scan.ordinals());
        mapped.clear();
        for (const uint32_t ordinal : ordinals) {
            const uint32_t now = input.ordinals[ordinal];
            if (now == kNone) {
                return input.section().damaged("a row's value does not name the row");
            }
            mapped.push_back(now);
        }
        return visit(mapped);
    });
}

// The rows of the run that `test` wants and no later input has.
Result<RowBitset> choose_rows(const FieldRun& run, const EntryTest& test, RowBitset& taken) {
    RowBitset wanted;
    RowScan scan(run.section(), RowScan::With::facts);
    for (;;) {
        GRAPE_ASSIGN(const bool more, scan.next());
        if (!more) return wanted;
        const uint32_t row = scan.row();
        if (row == kNone || taken.test(row)) continue;
        if (test && !test(row, run.interval())) continue;
        if (row >= taken.size()) taken.resize(std::max(row + 1, taken.size() / 2 * 3));
        if (row >= wanted.size()) wanted.resize(taken.size());
        taken.set(row);
        wanted.set(row);
    }
}

}  // namespace

Result<FieldPlace> merge_field_runs(storage::BlobWriter& out, CommitInterval interval,
                                    const FieldType& type,
                                    std::span<const std::shared_ptr<const FieldRun>> runs,
                                    const FieldTailView* tail, const EntryTest& test) {
    std::shared_ptr<const FieldRun> tail_run;
    if (tail != nullptr) {
        MemorySectionWriter writer;
        GRAPE_ASSIGN(const FieldPlace place,
                     write_field_run(writer, interval, tail->tail(), tail->length(), test));
        GRAPE_ASSIGN(tail_run, FieldRun::open(writer.take(), place, type, 0));
    }
    std::vector<Input> inputs(runs.size() + (tail_run == nullptr ? 0 : 1));
    for (size_t i = 0; i < runs.size(); ++i) inputs[i].run = runs[i].get();
    if (tail_run != nullptr) inputs.back().run = tail_run.get();
    RowBitset taken;
    for (size_t i = inputs.size(); i-- > 0;) {
        const bool is_tail = i == runs.size();
        GRAPE_ASSIGN(inputs[i].wanted,
                     choose_rows(*inputs[i].run, is_tail ? EntryTest() : test, taken));
    }
    MergeContent content(std::move(inputs));
    GRAPE_TRY(content.prepare());
    return write_field_section(out, type, interval, content);
}

}  // namespace grape::index
