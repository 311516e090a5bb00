#include "core/index/field/field_scan.h"

#include <algorithm>

namespace grape::index {

using base::Result;
using base::Status;

namespace {

constexpr uint32_t kBlockItems = 1024;
constexpr uint64_t kWindowNumbers = 16384;
constexpr uint64_t kWindowBytes = 64u << 10;
constexpr uint64_t kSliceRows = 4096;

}  // namespace

Result<std::span<const uint32_t>> NumberWindow::get(PartSpan span, uint64_t total) {
    if (span.begin < first_ || span.end > first_ + numbers_.size()) {
        const uint64_t wanted = std::max(span.size(), kWindowNumbers);
        numbers_.resize(static_cast<size_t>(std::min(total - span.begin, wanted)));
        first_ = span.begin;
        if (const Status status = (section_->*read_)(first_, numbers_); !status.ok()) {
            numbers_.clear();
            return status;
        }
    }
    return std::span<const uint32_t>(numbers_).subspan(static_cast<size_t>(span.begin - first_),
                                                       static_cast<size_t>(span.size()));
}

Result<bool> ValueScan::next() {
    if (next_ >= last_) return false;
    if (next_ >= block_end_) GRAPE_TRY(load_block());
    const size_t at = next_ - block_first_;
    postings_ = {posting_offsets_[at], posting_offsets_[at + 1]};
    GRAPE_TRY(load_key({key_offsets_[at], key_offsets_[at + 1]}));
    ++next_;
    return true;
}

Status ValueScan::load_block() {
    const uint32_t count = std::min(kBlockItems, last_ - next_);
    GRAPE_TRY(section_->key_offsets(next_, count, key_offsets_));
    GRAPE_TRY(section_->posting_offsets(next_, count, posting_offsets_));
    block_first_ = next_;
    block_end_ = next_ + count;
    return {};
}

Status ValueScan::load_key(PartSpan span) {
    if (span.begin < keys_span_.begin || span.end > keys_span_.end) {
        const uint64_t wanted = std::max(span.size(), kWindowBytes);
        const PartSpan window{span.begin,
                              std::min(section_->header().key_bytes, span.begin + wanted)};
        keys_span_ = {};
        GRAPE_ASSIGN(keys_, section_->read_keys(window));
        keys_span_ = window;
    }
    key_ = base::as_text(keys_.bytes())
               .substr(static_cast<size_t>(span.begin - keys_span_.begin),
                       static_cast<size_t>(span.size()));
    return {};
}

Result<bool> RowScan::next() {
    if (next_ >= section_->row_count()) return false;
    if (next_ >= block_end_) GRAPE_TRY(load_block());
    ++next_;
    return true;
}

Result<RowScan::Block> RowScan::next_block() {
    Block block;
    if (next_ < section_->row_count()) {
        GRAPE_TRY(load_block());
        block = {rows_, facts_};
        next_ = block_end_;
    }
    return block;
}

Status RowScan::load_block() {
    const uint32_t count = std::min(kBlockItems, section_->row_count() - next_);
    rows_.resize(count);
    facts_.resize(count);
    GRAPE_TRY(section_->read_rows(next_, rows_));
    GRAPE_TRY(section_->read_facts(next_, facts_));
    if (with_ == With::ordinals) GRAPE_TRY(section_->forward_offsets(next_, count, offsets_));
    block_first_ = next_;
    block_end_ = next_ + count;
    return {};
}

Result<std::span<const uint32_t>> RowScan::ordinals() {
    return window_.get({offsets_[at()], offsets_[at() + 1]}, section_->header().forward);
}

Status for_each_posting(const FieldSection& section, PartSpan span,
                        const FieldContent::NumbersVisit& visit) {
    uint32_t rows[kSliceRows];
    while (span.size() > 0) {
        const size_t count = static_cast<size_t>(std::min(span.size(), kSliceRows));
        GRAPE_TRY(section.read_postings(span.begin, {rows, count}));
        GRAPE_TRY(visit({rows, count}));
        span.begin += count;
    }
    return {};
}

}  // namespace grape::index
