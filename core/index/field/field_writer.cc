// Writes a field section, part by part, from its content: first a look at everything for the
// header, then each part in turn.
#include <algorithm>

#include "core/base/bytes.h"
#include "core/index/field/field_layout.h"
#include "core/index/field/field_section.h"

namespace grape::index {
namespace {

using base::Result;
using base::Status;

constexpr size_t kBufferBytes = 64u << 10;

class SectionWriter {
  public:
    SectionWriter(storage::BlobWriter& out, FieldContent& content, const FieldHeader& header)
        : out_(out), content_(content), header_(header) {}

    Result<FieldPlace> write();

  private:
    Status count();
    Status choose_fences();
    Status write_key_offsets();
    Status write_keys();
    Status write_posting_offsets();
    Status write_numbers(uint64_t count,
                         Status (FieldContent::*part)(const FieldContent::NumbersVisit& visit));
    Status write_row_numbers(bool facts);
    Status write_forward_offsets();

    Status put_offset(uint64_t offset, uint64_t total);
    Status put(std::string_view bytes);
    Status drain();
    // Ends a part.
    Status align();

    storage::BlobWriter& out_;
    FieldContent& content_;
    FieldHeader header_;
    std::string fences_;
    std::string buffer_;
};

// The content gave other numbers than before: inputs are files, which may be damaged.
Status changed() {
    return Status::make_corrupt("the parts of a field run contradict each other");
}

Status SectionWriter::count() {
    GRAPE_TRY(content_.values([&](std::string_view key, uint64_t postings) {
        ++header_.values;
        header_.key_bytes += key.size();
        header_.postings += postings;
        return Status();
    }));
    GRAPE_TRY(content_.rows([&](uint32_t, FieldFacts facts, uint64_t forward) {
        ++header_.rows;
        header_.forward += forward;
        header_.rows_with_values += forward > 0 ? 1 : 0;
        header_.keys_per_row_max =
            std::max(header_.keys_per_row_max,
                     static_cast<uint32_t>(std::min<uint64_t>(forward, UINT32_MAX)));
        header_.nulls += facts.is_null ? 1 : 0;
        header_.empties += facts.is_empty ? 1 : 0;
        header_.others += facts.has_other ? 1 : 0;
        header_.severals += facts.has_several ? 1 : 0;
        if (!facts.has_several) ++header_.counts[count_bucket(facts.values_count)];
        return Status();
    }));
    if (header_.values > UINT32_MAX || header_.rows > UINT32_MAX) {
        return Status::make_limit("a field run: more than 2^32 - 1 values or rows");
    }
    return {};
}

Status SectionWriter::choose_fences() {
    const uint64_t step = std::max<uint64_t>(32, header_.values / kFencesMax + 1);
    uint64_t ordinal = 0;
    return content_.values([&](std::string_view key, uint64_t) {
        const uint64_t at = ordinal++;
        if (at % step != step - 1 || key.size() > kFenceKeyBytesMax) return Status();
        base::append_le(fences_, static_cast<uint32_t>(at));
        base::append_le(fences_, static_cast<uint32_t>(key.size()));
        fences_.append(key);
        ++header_.fences;
        return Status();
    });
}

Result<FieldPlace> SectionWriter::write() {
    GRAPE_TRY(count());
    GRAPE_TRY(choose_fences());
    header_.fence_bytes = static_cast<uint32_t>(fences_.size());
    GRAPE_TRY(out_.align(kFieldAlignment));
    FieldPlace place;
    place.offset = out_.written();
    GRAPE_TRY(put(encode_field_header(header_)));
    GRAPE_TRY(put(fences_));
    GRAPE_TRY(align());
    if (key_width(header_.kind) == 0) GRAPE_TRY(write_key_offsets());
    GRAPE_TRY(write_keys());
    GRAPE_TRY(write_posting_offsets());
    GRAPE_TRY(write_numbers(header_.postings, &FieldContent::postings));
    GRAPE_TRY(align());
    GRAPE_TRY(write_row_numbers(false));
    GRAPE_TRY(write_row_numbers(true));
    GRAPE_TRY(write_forward_offsets());
    GRAPE_TRY(write_numbers(header_.forward, &FieldContent::forward));
    GRAPE_TRY(drain());
    place.length = out_.written() - place.offset;
    if (place.length != FieldLayout(header_).end) return changed();
    return place;
}

Status SectionWriter::write_key_offsets() {
    uint64_t end = 0;
    GRAPE_TRY(put_offset(0, header_.key_bytes));
    GRAPE_TRY(content_.values([&](std::string_view key, uint64_t) {
        end += key.size();
        return put_offset(end, header_.key_bytes);
    }));
    return align();
}

Status SectionWriter::write_keys() {
    GRAPE_TRY(content_.values([&](std::string_view key, uint64_t) { return put(key); }));
    return align();
}

Status SectionWriter::write_posting_offsets() {
    uint64_t end = 0;
    GRAPE_TRY(put_offset(0, header_.postings));
    GRAPE_TRY(content_.values([&](std::string_view, uint64_t postings) {
        end += postings;
        return put_offset(end, header_.postings);
    }));
    return align();
}

Status SectionWriter::write_numbers(
    uint64_t count, Status (FieldContent::*part)(const FieldContent::NumbersVisit& visit)) {
    uint64_t written = 0;
    GRAPE_TRY((content_.*part)([&](std::span<const uint32_t> numbers) {
        written += numbers.size();
        if (written > count) return changed();
        for (const uint32_t number : numbers) base::append_le(buffer_, number);
        return buffer_.size() >= kBufferBytes ? drain() : Status();
    }));
    return written == count ? Status() : changed();
}

Status SectionWriter::write_row_numbers(bool facts_wanted) {
    GRAPE_TRY(content_.rows([&](uint32_t row, FieldFacts facts, uint64_t) {
        base::append_le(buffer_, facts_wanted ? facts.pack() : row);
        return buffer_.size() >= kBufferBytes ? drain() : Status();
    }));
    return align();
}

Status SectionWriter::write_forward_offsets() {
    uint64_t end = 0;
    GRAPE_TRY(put_offset(0, header_.forward));
    GRAPE_TRY(content_.rows([&](uint32_t, FieldFacts, uint64_t forward) {
        end += forward;
        return put_offset(end, header_.forward);
    }));
    return align();
}

Status SectionWriter::put_offset(uint64_t offset, uint64_t total) {
    if (offset > total) return changed();
    if (offset_width(total) == 4) {
        base::append_le(buffer_, static_cast<uint32_t>(offset));
    } else {
        base::append_le(buffer_, offset);
    }
    return buffer_.size() >= kBufferBytes ? drain() : Status();
}

Status SectionWriter::put(std::string_view bytes) {
    if (bytes.size() >= kBufferBytes) {
        GRAPE_TRY(drain());
        return out_.append(base::as_bytes(bytes));
    }
    buffer_.append(bytes);
    return buffer_.size() >= kBufferBytes ? drain() : Status();
}

Status SectionWriter::drain() {
    if (buffer_.empty()) return {};
    GRAPE_TRY(out_.append(base::as_bytes(buffer_)));
    buffer_.clear();
    return {};
}

Status SectionWriter::align() {
    GRAPE_TRY(drain());
    return out_.align(kPartAlignment);
}

}  // namespace

Result<FieldPlace> write_field_section(storage::BlobWriter& out, const FieldType& type,
                                       CommitInterval interval, FieldContent& content) {
    FieldHeader header;
    header.kind = type.kind;
    header.ordered = type.ordered;
    header.interval = interval;
    return SectionWriter(out, content, header).write();
}

}  // namespace grape::index
