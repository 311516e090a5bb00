// Reading a field section from front to back, in parts of some ten KiB: its values with their
// postings, its rows with their keys. Threads: a scan belongs to one.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/index/field/field_section.h"

namespace grape::index {

// Numbers [first, end) of a part of a section that were read together.
class NumberWindow {
  public:
    using Read = base::Status (FieldSection::*)(uint64_t first, std::span<uint32_t> out) const;

    NumberWindow(const FieldSection& section, Read read) : section_(&section), read_(read) {}
    // `total` is how many the part has; valid until the next call.
    base::Result<std::span<const uint32_t>> get(PartSpan span, uint64_t total);

  private:
    const FieldSection* section_;
    Read read_;
    uint64_t first_ = 0;
    std::vector<uint32_t> numbers_;
};

// The values [first, last) of a section.
class ValueScan {
  public:
    ValueScan(const FieldSection& section, uint32_t first, uint32_t last)
        : section_(&section), next_(first), last_(last) {}

    base::Result<bool> next();
    uint32_t ordinal() const { return next_ - 1; }
    std::string_view key() const { return key_; }
    PartSpan postings() const { return postings_; }

  private:
    base::Status load_block();
    base::Status load_key(PartSpan span);

    const FieldSection* section_;
    uint32_t next_, last_;
    uint32_t block_first_ = 0, block_end_ = 0;
    std::vector<uint64_t> key_offsets_, posting_offsets_;
    storage::BlobView keys_;
    PartSpan keys_span_;
    std::string_view key_;
    PartSpan postings_;
};

// All rows of a section; with their ordinals, or only the facts.
class RowScan {
  public:
    enum class With : uint8_t { facts, ordinals };
    RowScan(const FieldSection& section, With with)
        : section_(&section), with_(with), window_(section, &FieldSection::read_forward) {}

    base::Result<bool> next();
    // Some thousand rows at a time; empty at the end. Not to be mixed with next().
    struct Block {
        std::span<const uint32_t> rows, facts;
    };
    base::Result<Block> next_block();
    uint32_t row() const { return rows_[at()]; }
    FieldFacts facts() const { return FieldFacts::unpack(facts_[at()]); }
    uint64_t ordinal_count() const { return offsets_[at() + 1] - offsets_[at()]; }
    // Read when they are asked for.
    base::Result<std::span<const uint32_t>> ordinals();

  private:
    size_t at() const { return next_ - 1 - block_first_; }
    base::Status load_block();

    const FieldSection* section_;
    With with_;
    NumberWindow window_;
    uint32_t next_ = 0, block_first_ = 0, block_end_ = 0;
    std::vector<uint32_t> rows_, facts_;
    std::vector<uint64_t> offsets_;
};

// The rows of a span of postings, some thousand at a time.
base::Status for_each_posting(const FieldSection& section, PartSpan span,
                              const FieldContent::NumbersVisit& visit);

}  // namespace grape::index
