// The section of a field run in a blob: its codec (header and layout, reading of its parts) and its
// writer. docs/formats/field_section.md has the byte tables.
//
//   header | fences | key offsets | keys | posting offsets | postings |
//   rows | facts | forward offsets | forward column
//
// Hostile bytes: open() checks that all parts lie within the section; each read checks what it
// reads: offsets rise and stay within their part, ordinals name a key. Row numbers are not checked:
// who takes them checks them (RowBitset does). Threads: a FieldSection may be read by any thread.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/index/field/field_kind.h"
#include "core/index/field/field_source.h"
#include "storage/blob.h"

namespace grape::index {

struct FieldPlace {
    uint64_t offset = 0, length = 0;  // in the blob's content
};

// What the header says; the order is that of the file.
struct FieldHeader {
    static constexpr size_t kCountBuckets = 30;

    FieldKind kind = FieldKind::keyword;
    bool ordered = false;
    CommitInterval interval;
    uint64_t rows = 0;      // covered ones
    uint64_t values = 0;    // different ones
    uint64_t postings = 0;  // (value, row)
    uint64_t forward = 0;   // ordinals in the forward column
    uint64_t key_bytes = 0;
    uint32_t rows_with_values = 0;
    uint32_t keys_per_row_max = 0;
    uint32_t nulls = 0, empties = 0, others = 0, severals = 0;  // rows
    uint32_t fences = 0, fence_bytes = 0;
    // Rows by values_count: 0, 1, 2-3, 4-7...; without the several ones.
    std::array<uint32_t, kCountBuckets> counts{};
};

// Numbers [begin, end) of a part.
struct PartSpan {
    uint64_t begin = 0, end = 0;
    uint64_t size() const { return end - begin; }
};

class FieldSection {
  public:
    // Bytes of a blob that hold a key.
    struct HeldKey {
        storage::BlobView view;
        std::string_view key() const { return base::as_text(view.bytes()); }
    };

    // Code::corrupt when the section is not one of this kind or does not fit its place.
    static base::Result<FieldSection> open(std::shared_ptr<storage::Blob> blob, FieldPlace place,
                                           FieldKind kind, bool ordered);

    const FieldHeader& header() const { return header_; }
    uint32_t value_count() const { return static_cast<uint32_t>(header_.values); }
    uint32_t row_count() const { return static_cast<uint32_t>(header_.rows); }
    const storage::Blob& blob() const { return *blob_; }
    size_t heap_bytes() const;

    // The first ordinal whose key is at or after `key`; value_count() when there is none.
    base::Result<uint32_t> lower_bound(std::string_view key) const;
    base::Result<HeldKey> key(uint32_t ordinal) const;
    // The postings of the ordinals [first, last).
    base::Result<PartSpan> postings_of(uint32_t first, uint32_t last) const;
    base::Result<PartSpan> forward_of(uint32_t index) const;
    // The index of `row` among the covered ones; row_count() when it is not there.
    base::Result<uint32_t> find_row(uint32_t row) const;

    // Parts of numbers, several at once; `first` and the size lie within the part.
    base::Status read_postings(uint64_t first, std::span<uint32_t> out) const;
    base::Status read_rows(uint64_t first, std::span<uint32_t> out) const;
    base::Status read_facts(uint64_t first, std::span<uint32_t> out) const;
    base::Status read_forward(uint64_t first, std::span<uint32_t> out) const;
    base::Result<storage::BlobView> read_keys(PartSpan span) const;
    // The offsets first..first + count of a part: one more than there are items.
    base::Status key_offsets(uint64_t first, size_t count, std::vector<uint64_t>& out) const;
    base::Status posting_offsets(uint64_t first, size_t count, std::vector<uint64_t>& out) const;
    base::Status forward_offsets(uint64_t first, size_t count, std::vector<uint64_t>& out) const;

    base::Status damaged(std::string_view what) const;

  private:
    struct Fence {
        uint32_t ordinal = 0;
        std::string key;
    };
    // Offsets into a part of `total` items; four bytes each while that is enough.
    struct OffsetTable {
        uint64_t at = 0, total = 0;
        size_t width() const { return total > UINT32_MAX ? 8 : 4; }
    };

    base::Status place_parts(FieldPlace place);
    base::Status read_fences(uint64_t at);
    base::Status read_numbers(uint64_t at, std::span<uint32_t> out) const;
    base::Status read_offsets(const OffsetTable& table, uint64_t first, size_t count,
                              std::vector<uint64_t>& out) const;
    base::Result<PartSpan> read_span(const OffsetTable& table, uint64_t first, uint64_t last) const;

    std::shared_ptr<storage::Blob> blob_;
    FieldHeader header_;
    std::vector<Fence> fences_;
    OffsetTable key_table_, posting_table_, forward_table_;
    uint64_t keys_at_ = 0, postings_at_ = 0, rows_at_ = 0, facts_at_ = 0, forward_at_ = 0;
};

// What a section is made of. Each part is asked for in turn, `values` and `rows` several times; the
// answers are the same each time.
class FieldContent {
  public:
    using ValueVisit = std::function<base::Status(std::string_view key, uint64_t postings)>;
    using RowVisit = std::function<base::Status(uint32_t row, FieldFacts facts, uint64_t forward)>;
    using NumbersVisit = std::function<base::Status(std::span<const uint32_t> numbers)>;

    virtual ~FieldContent() = default;
    // In the order of the keys, with at least one posting each.
    virtual base::Status values(const ValueVisit& visit) = 0;
    // The rows of each value, ascending.
    virtual base::Status postings(const NumbersVisit& visit) = 0;
    // Ascending; how many ordinals the row has in the forward column.
    virtual base::Status rows(const RowVisit& visit) = 0;
    // The ordinals of each row.
    virtual base::Status forward(const NumbersVisit& visit) = 0;
};

// Takes a bounded amount of memory besides what `content` takes.
base::Result<FieldPlace> write_field_section(storage::BlobWriter& out, const FieldType& type,
                                             CommitInterval interval, FieldContent& content);

}  // namespace grape::index
