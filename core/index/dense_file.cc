#include "core/index/dense_file.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace grape::index {
namespace {

using base::Result;
using base::Status;

constexpr uint32_t kMagic = 0x31564447;  // "GDV1"
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 64;
constexpr size_t kAlignment = 64;

constexpr uint64_t align_up(uint64_t value, uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

// Where the parts of a section lie, from its beginning.
struct Layout {
    uint64_t rows, commits, absent_rows, absent_commits, vectors, end;
    Layout(uint64_t count, uint64_t absent, uint64_t row_bytes) {
        rows = kHeaderBytes;
        commits = align_up(rows + 4 * count, kAlignment);
        absent_rows = commits + 8 * count;
        absent_commits = align_up(absent_rows + 4 * absent, 8);
        vectors = align_up(absent_commits + 8 * absent, kAlignment);
        end = vectors + count * row_bytes;
    }
};

std::string encode_header(const SectionShape& shape, size_t count, size_t absent) {
    std::string out;
    base::append_le(out, kMagic);
    base::append_le(out, kVersion);
    base::append_le(out, shape.vector);
    base::append_le(out, static_cast<uint32_t>(shape.datatype));
    base::append_le(out, shape.dim);
    base::append_le(out, shape.row_bytes);
    base::append_le(out, static_cast<uint64_t>(count));
    base::append_le(out, static_cast<uint64_t>(absent));
    out.resize(kHeaderBytes, '\0');
    return out;
}

template <typename Number, typename Get>
Status append_column(storage::BlobWriter& out, std::span<const DenseEntry> entries, Get get) {
    std::string buffer;
    for (size_t i = 0; i < entries.size(); ++i) {
        base::append_le(buffer, static_cast<Number>(get(entries[i])));
        if (buffer.size() >= 65536 || i + 1 == entries.size()) {
            GRAPE_TRY(out.append(base::as_bytes(buffer)));
            buffer.clear();
        }
    }
    return {};
}

Status append_entries(storage::BlobWriter& out, std::span<const DenseEntry> entries,
                      size_t alignment) {
    GRAPE_TRY(append_column<uint32_t>(out, entries, [](const DenseEntry& e) { return e.row; }));
    GRAPE_TRY(out.align(alignment));
    return append_column<uint64_t>(out, entries, [](const DenseEntry& e) { return e.commit; });
}

template <typename Number>
Status read_column(const storage::Blob& blob, uint64_t offset, size_t count,
                   const std::function<void(size_t, Number)>& put) {
    if (count == 0) return {};
    GRAPE_ASSIGN(const storage::BlobView view, blob.read(offset, count * sizeof(Number)));
    for (size_t i = 0; i < count; ++i) {
        put(i, base::load_le<Number>(view.bytes().data() + i * sizeof(Number)));
    }
    return {};
}

}  // namespace

Result<SectionPlace> write_section(
    storage::BlobWriter& out, const SectionShape& shape, std::span<const DenseEntry> entries,
    std::span<const DenseEntry> absent,
    const std::function<Result<base::Bytes>(uint32_t position)>& next) {
    GRAPE_TRY(out.align(kAlignment));
    SectionPlace place;
    place.offset = out.written();
    GRAPE_TRY(out.append(base::as_bytes(encode_header(shape, entries.size(), absent.size()))));
    GRAPE_TRY(append_entries(out, entries, kAlignment));
    GRAPE_TRY(append_entries(out, absent, 8));
    GRAPE_TRY(out.align(kAlignment));
    for (uint32_t position = 0; position < entries.size(); ++position) {
        GRAPE_ASSIGN(const base::Bytes vector, next(position));
        if (GRAPE_NEVER(vector.size() != shape.row_bytes)) {
            return Status::make_internal("a vector of the wrong size for its section");
        }
        GRAPE_TRY(out.append(vector));
    }
    place.length = out.written() - place.offset;
    return place;
}

Result<std::shared_ptr<DenseFile>> DenseFile::open(std::shared_ptr<storage::Blob> blob,
                                                   SectionPlace place, const SectionShape& shape,
                                                   uint32_t id) {
    const Status malformed =
        Status::make_corrupt("vector file ", blob->identity().file_number,
                             ": the section of vector ", shape.vector, " is malformed");
    const uint64_t content = blob->content_bytes();
    if (place.length < kHeaderBytes || place.length > content ||
        place.offset > content - place.length) {
        return malformed;
    }
    GRAPE_ASSIGN(const storage::BlobView header, blob->read(place.offset, kHeaderBytes));
    base::ByteReader in(base::as_text(header.bytes()));
    const bool same = in.le<uint32_t>() == kMagic && in.le<uint32_t>() == kVersion &&
                      in.le<uint32_t>() == shape.vector &&
                      in.le<uint32_t>() == static_cast<uint32_t>(shape.datatype) &&
                      in.le<uint32_t>() == shape.dim && in.le<uint32_t>() == shape.row_bytes;
    const auto count = in.le<uint64_t>();
    const auto absent = in.le<uint64_t>();
    // The bounds keep the sums of Layout far from overflow.
    if (!same || count > UINT32_MAX || absent > UINT32_MAX) return malformed;
    const Layout layout(count, absent, shape.row_bytes);
    if (layout.end != place.length) return malformed;
    std::shared_ptr<DenseFile> file(new DenseFile);
    file->blob_ = std::move(blob);
    file->id_ = id;
    file->row_bytes_ = shape.row_bytes;
    file->count_ = static_cast<uint32_t>(count);
    file->absent_ = static_cast<uint32_t>(absent);
    file->rows_at_ = place.offset + layout.rows;
    file->commits_at_ = place.offset + layout.commits;
    file->absent_rows_at_ = place.offset + layout.absent_rows;
    file->absent_commits_at_ = place.offset + layout.absent_commits;
    file->vectors_at_ = place.offset + layout.vectors;
    return file;
}

Result<DenseBlock> DenseFile::block(uint32_t first, uint32_t count_max) const {
    DenseBlock out;
    out.first = first;
    out.count = std::min(count_max, count_ - first);
    const uint64_t offset = vectors_at_ + uint64_t{first} * row_bytes_;
    GRAPE_ASSIGN(out.owned, blob_->read(offset, size_t{out.count} * row_bytes_));
    out.vectors = out.owned.bytes().data();
    return out;
}

Status DenseFile::rows(uint32_t first, std::span<uint32_t> rows) const {
    return read_column<uint32_t>(*blob_, rows_at_ + 4 * uint64_t{first}, rows.size(),
                                 [&](size_t i, uint32_t row) { rows[i] = row; });
}

Status DenseFile::entries(uint32_t first, std::span<DenseEntry> entries) const {
    GRAPE_TRY(read_column<uint32_t>(*blob_, rows_at_ + 4 * uint64_t{first}, entries.size(),
                                    [&](size_t i, uint32_t row) { entries[i].row = row; }));
    return read_column<uint64_t>(*blob_, commits_at_ + 8 * uint64_t{first}, entries.size(),
                                 [&](size_t i, uint64_t commit) { entries[i].commit = commit; });
}

size_t DenseFile::heap_bytes(uint32_t) const {
    return sizeof(*this) + blob_->heap_bytes();
}

Result<std::vector<DenseEntry>> DenseFile::absent() const {
    std::vector<DenseEntry> out(absent_);
    GRAPE_TRY(read_column<uint32_t>(*blob_, absent_rows_at_, absent_,
                                    [&](size_t i, uint32_t row) { out[i].row = row; }));
    GRAPE_TRY(read_column<uint64_t>(*blob_, absent_commits_at_, absent_,
                                    [&](size_t i, uint64_t commit) { out[i].commit = commit; }));
    return out;
}

}  // namespace grape::index
