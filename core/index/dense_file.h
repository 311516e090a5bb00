// DenseFile: a run of vectors in a section of a blob file, and the codec of that section.
//
//   header (64 bytes) | rows u32 x count | pad to 64 | commits u64 x count |
//   absent rows u32 x absent | pad to 8 | absent commits u64 x absent | pad to 64 | vectors
//
// Absent entries say that a row lost this vector at a commit: with them all places of a shard can
// be derived again from its files. docs/formats/vector_section.md. Threads: a DenseFile may be read
// by any thread; a writer belongs to one.
#pragma once

#include <functional>

#include "core/index/dense_run.h"
#include "core/vector/datatype.h"

namespace grape::index {

struct SectionShape {
    uint32_t vector = 0;  // its number in the collection
    vector::Datatype datatype = vector::Datatype::f32;
    uint32_t dim = 0;
    uint32_t row_bytes = 0;
};

struct SectionPlace {
    uint64_t offset = 0, length = 0;  // in the blob's content
};

// Writes one section. `next(position)` gives the stored vector of each position in turn.
base::Result<SectionPlace> write_section(
    storage::BlobWriter& out, const SectionShape& shape, std::span<const DenseEntry> entries,
    std::span<const DenseEntry> absent,
    const std::function<base::Result<base::Bytes>(uint32_t position)>& next);

class DenseFile final : public DenseRun {
  public:
    // Code::corrupt when the section does not fit the shape or the blob.
    static base::Result<std::shared_ptr<DenseFile>> open(std::shared_ptr<storage::Blob> blob,
                                                         SectionPlace place,
                                                         const SectionShape& shape, uint32_t id);

    uint32_t id() const override { return id_; }
    uint32_t row_bytes() const override { return row_bytes_; }
    base::Result<DenseBlock> block(uint32_t first, uint32_t count_max) const override;
    base::Status rows(uint32_t first, std::span<uint32_t> rows) const override;
    base::Status entries(uint32_t first, std::span<DenseEntry> entries) const override;
    bool in_file() const override { return true; }
    size_t heap_bytes(uint32_t length) const override;

    uint32_t count() const { return count_; }
    base::Result<std::vector<DenseEntry>> absent() const;
    const storage::Blob& blob() const { return *blob_; }

  private:
    DenseFile() = default;
    std::shared_ptr<storage::Blob> blob_;
    uint32_t id_ = 0, row_bytes_ = 0, count_ = 0, absent_ = 0;
    uint64_t rows_at_ = 0, commits_at_ = 0, absent_rows_at_ = 0, absent_commits_at_ = 0;
    uint64_t vectors_at_ = 0;
};

}  // namespace grape::index
