// Row files: a shard's row table in blob files, written at each flush, by chunks of 4,096 rows; a
// file holds the chunks that changed, the newest file that has a chunk wins. They are derived data:
// a damaged one is made again from points, vector files and log (docs/formats/row_file.md).
//
// Threads: a RowFiles may be read by any thread.
#pragma once

#include <memory>
#include <vector>

#include "core/engine/row_table.h"
#include "storage/blob.h"

namespace grape::engine {

inline constexpr uint32_t kRowChunk = 4096;

// One file: the chunks it has and where their bytes are. All of it is verified when it is opened.
class RowFile {
  public:
    static base::Result<std::shared_ptr<const RowFile>> open(std::shared_ptr<storage::Blob> blob,
                                                             uint32_t vectors);
    uint64_t file_number() const { return blob_->identity().file_number; }
    uint32_t high() const { return high_; }
    uint32_t live() const { return live_; }  // of the whole shard, as of this file
    struct Chunk {
        uint32_t number = 0;
        uint32_t rows = 0;
        const uint8_t* records = nullptr;
        const char* strings = nullptr;
        uint32_t string_bytes = 0;
    };
    const std::vector<Chunk>& chunks() const { return chunks_; }
    size_t bytes() const { return blob_->content_bytes(); }

  private:
    base::Status parse(base::Bytes content, uint32_t vectors);
    std::shared_ptr<storage::Blob> blob_;
    storage::BlobView content_;
    std::vector<Chunk> chunks_;
    uint32_t high_ = 0, live_ = 0;
};

// The files of a shard, oldest first.
class RowFiles final : public RowBase {
  public:
    static std::shared_ptr<const RowFiles> make(std::vector<std::shared_ptr<const RowFile>> files,
                                                uint32_t vectors);
    uint32_t high() const override { return high_; }
    uint32_t live() const { return files_.back()->live(); }
    void fill(uint32_t leaf, RowLeaf& out) const override;
    bool alive(uint32_t row) const override;
    base::PointId id(uint32_t row) const override;
    uint64_t version(uint32_t row) const override;
    uint64_t key_commit(uint32_t row) const override;
    Place place(uint32_t row, uint32_t vector) const override;
    const std::vector<std::shared_ptr<const RowFile>>& files() const { return files_; }

  private:
    struct Record;
    const uint8_t* record(uint32_t row) const;  // null: no file has it
    std::vector<std::shared_ptr<const RowFile>> files_;
    std::vector<const RowFile::Chunk*> chunks_;
    uint32_t vectors_ = 0, high_ = 0;
};

// Writes the given chunks of the table (every place must name a run in a file).
base::Status write_row_file(storage::BlobWriter& out, const RowTable& table,
                            const std::vector<uint32_t>& chunks);

}  // namespace grape::engine
