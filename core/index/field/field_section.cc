#include "core/index/field/field_section.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/index/field/field_layout.h"

namespace grape::index {

using base::Result;
using base::Status;

Status FieldSection::damaged(std::string_view what) const {
    return Status::make_corrupt("file ", blob_->identity().file_number,
                                ": a field section: ", what);
}

Result<FieldSection> FieldSection::open(std::shared_ptr<storage::Blob> blob, FieldPlace place,
                                        FieldKind kind, bool ordered) {
    FieldSection section;
    section.blob_ = std::move(blob);
    const uint64_t content = section.blob_->content_bytes();
    if (place.length < kFieldHeaderBytes || place.length > content ||
        place.offset > content - place.length) {
        return section.damaged("it is outside of the file");
    }
    GRAPE_ASSIGN(const storage::BlobView bytes,
                 section.blob_->read(place.offset, kFieldHeaderBytes));
    const std::optional<FieldHeader> header = decode_field_header(base::as_text(bytes.bytes()));
    if (!header.has_value()) return section.damaged("the header is malformed");
    if (header->kind != kind || header->ordered != ordered) {
        return section.damaged("it is of another kind");
    }
    section.header_ = *header;
    GRAPE_TRY(section.place_parts(place));
    return section;
}

Status FieldSection::place_parts(FieldPlace place) {
    const FieldLayout layout(header_);
    if (layout.end != place.length) return damaged("its length is not that of its parts");
    key_table_ = {place.offset + layout.key_offsets, header_.key_bytes};
    posting_table_ = {place.offset + layout.posting_offsets, header_.postings};
    forward_table_ = {place.offset + layout.forward_offsets, header_.forward};
    keys_at_ = place.offset + layout.keys;
    postings_at_ = place.offset + layout.postings;
    rows_at_ = place.offset + layout.rows;
    facts_at_ = place.offset + layout.facts;
    forward_at_ = place.offset + layout.forward;
    return read_fences(place.offset + layout.fences);
}

Status FieldSection::read_fences(uint64_t at) {
    if (header_.fences > kFencesMax) return damaged("too many fences");
    if (header_.fences == 0) return {};
    GRAPE_ASSIGN(const storage::BlobView view, blob_->read(at, header_.fence_bytes));
    base::ByteReader in(base::as_text(view.bytes()));
    for (uint32_t i = 0; i < header_.fences; ++i) {
        Fence fence;
        fence.ordinal = in.le<uint32_t>();
        fence.key = in.bytes(in.le<uint32_t>());
        const bool rises = fences_.empty() || (fence.ordinal > fences_.back().ordinal &&
                                               fence.key > fences_.back().key);
        if (!in.ok() || !rises || fence.ordinal >= header_.values) {
            return damaged("the fences are malformed");
        }
        fences_.push_back(std::move(fence));
    }
    return {};
}

size_t FieldSection::heap_bytes() const {
    return sizeof(*this) + blob_->heap_bytes() + fences_.capacity() * sizeof(Fence) +
           header_.fence_bytes;
}

Result<uint32_t> FieldSection::lower_bound(std::string_view wanted) const {
    const auto after =
        std::lower_bound(fences_.begin(), fences_.end(), wanted,
                         [](const Fence& fence, std::string_view key) { return fence.key < key; });
    uint32_t low = after == fences_.begin() ? 0 : std::prev(after)->ordinal + 1;
    uint32_t high = after == fences_.end() ? value_count() : after->ordinal;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        GRAPE_ASSIGN(const HeldKey held, key(middle));
        if (held.key() < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Result<FieldSection::HeldKey> FieldSection::key(uint32_t ordinal) const {
    const size_t width = key_width(header_.kind);
    PartSpan span{ordinal * uint64_t{width}, (ordinal + uint64_t{1}) * width};
    if (width == 0) {
        GRAPE_ASSIGN(span, read_span(key_table_, ordinal, uint64_t{ordinal} + 1));
    }
    HeldKey held;
    GRAPE_ASSIGN(held.view, read_keys(span));
    return held;
}

Result<storage::BlobView> FieldSection::read_keys(PartSpan span) const {
    if (span.size() == 0) return storage::BlobView();
    return blob_->read(keys_at_ + span.begin, static_cast<size_t>(span.size()));
}

Result<PartSpan> FieldSection::postings_of(uint32_t first, uint32_t last) const {
    return read_span(posting_table_, first, last);
}

Result<PartSpan> FieldSection::forward_of(uint32_t row_index) const {
    return read_span(forward_table_, row_index, uint64_t{row_index} + 1);
}

Result<uint32_t> FieldSection::find_row(uint32_t row) const {
    uint32_t low = 0, high = row_count();
    // Rows are mostly dense: the row lies at its own number or before it.
    if (row < high) high = row + 1;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        uint32_t found = 0;
        GRAPE_TRY(read_rows(middle, {&found, 1}));
        if (found == row) return middle;
        if (found < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return row_count();
}

Status FieldSection::read_postings(uint64_t first, std::span<uint32_t> out) const {
    return read_numbers(postings_at_ + 4 * first, out);
}
Status FieldSection::read_rows(uint64_t first, std::span<uint32_t> out) const {
    return read_numbers(rows_at_ + 4 * first, out);
}
Status FieldSection::read_facts(uint64_t first, std::span<uint32_t> out) const {
    return read_numbers(facts_at_ + 4 * first, out);
}

Status FieldSection::read_forward(uint64_t first, std::span<uint32_t> out) const {
    GRAPE_TRY(read_numbers(forward_at_ + 4 * first, out));
    for (const uint32_t ordinal : out) {
        if (ordinal >= header_.values) return damaged("a row names a value that is not there");
    }
    return {};
}

Status FieldSection::read_numbers(uint64_t at, std::span<uint32_t> out) const {
    if (out.empty()) return {};
    GRAPE_ASSIGN(const storage::BlobView view, blob_->read(at, out.size_bytes()));
    const uint8_t* from = view.bytes().data();
    for (size_t i = 0; i < out.size(); ++i) out[i] = base::load_le<uint32_t>(from + 4 * i);
    return {};
}

Status FieldSection::key_offsets(uint64_t first, size_t count, std::vector<uint64_t>& out) const {
    const size_t width = key_width(header_.kind);
    if (width == 0) return read_offsets(key_table_, first, count, out);
    out.resize(count + 1);
    for (size_t i = 0; i <= count; ++i) out[i] = (first + i) * width;
    return {};
}
Status FieldSection::posting_offsets(uint64_t first, size_t count,
                                     std::vector<uint64_t>& out) const {
    return read_offsets(posting_table_, first, count, out);
}
Status FieldSection::forward_offsets(uint64_t first, size_t count,
                                     std::vector<uint64_t>& out) const {
    return read_offsets(forward_table_, first, count, out);
}

Status FieldSection::read_offsets(const OffsetTable& table, uint64_t first, size_t count,
                                  std::vector<uint64_t>& out) const {
    const size_t width = table.width();
    out.resize(count + 1);
    GRAPE_ASSIGN(const storage::BlobView view,
                 blob_->read(table.at + width * first, width * (count + 1)));
    const uint8_t* from = view.bytes().data();
    for (size_t i = 0; i <= count; ++i) {
        out[i] = width == 4 ? base::load_le<uint32_t>(from + 4 * i)
                            : base::load_le<uint64_t>(from + 8 * i);
        if (out[i] > table.total || (i > 0 && out[i] < out[i - 1])) {
            return damaged("offsets fall, or leave their part");
        }
    }
    return {};
}

Result<PartSpan> FieldSection::read_span(const OffsetTable& table, uint64_t first,
                                         uint64_t last) const {
    const auto load = [&](uint64_t index) -> Result<uint64_t> {
        const size_t width = table.width();
        GRAPE_ASSIGN(const storage::BlobView view, blob_->read(table.at + width * index, width));
        const uint8_t* from = view.bytes().data();
        return width == 4 ? base::load_le<uint32_t>(from) : base::load_le<uint64_t>(from);
    };
    PartSpan span;
    GRAPE_ASSIGN(span.begin, load(first));
    GRAPE_ASSIGN(span.end, load(last));
    if (span.begin > span.end || span.end > table.total) {
        return damaged("offsets fall, or leave their part");
    }
    return span;
}

}  // namespace grape::index
