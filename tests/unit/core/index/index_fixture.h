// What the index tests share: runs with known vectors, in memory or in a blob file. Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/base/radix.h"
#include "core/index/dense_file.h"
#include "core/index/dense_tail.h"
#include "core/index/top_k.h"
#include "storage/disk.h"

namespace grape::index {

using base::Code;

struct TestEntry {
    DenseEntry entry;
    std::vector<float> values;
};

inline SectionShape f32_shape(uint32_t dim, uint32_t vector = 0) {
    return {vector, vector::Datatype::f32, dim, dim * 4};
}

inline base::Bytes bytes_of(const std::vector<float>& values) {
    return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float)};
}
inline std::vector<float> floats_at(const uint8_t* from, size_t dim) {
    std::vector<float> out(dim);
    std::memcpy(out.data(), from, dim * sizeof(float));
    return out;
}

inline std::shared_ptr<DenseTail> make_tail(uint32_t id, const std::vector<TestEntry>& entries,
                                            uint32_t dim) {
    auto tail = std::make_shared<DenseTail>(id, dim * 4);
    for (uint32_t i = 0; i < entries.size(); ++i) {
        const base::Bytes bytes = bytes_of(entries[i].values);
        std::copy(bytes.begin(), bytes.end(),
                  tail->put(i, entries[i].entry.row, entries[i].entry.commit));
    }
    return tail;
}

// Blob files in memory, and a section written into one of them.
class TestFiles {
  public:
    struct Section {
        std::shared_ptr<storage::Blob> blob;
        SectionPlace place;
    };
    // `before` bytes of another section come first.
    Section write(const SectionShape& shape, const std::vector<TestEntry>& entries,
                  const std::vector<DenseEntry>& absent = {}, size_t before = 0) {
        std::vector<DenseEntry> columns;
        for (const TestEntry& each : entries) columns.push_back(each.entry);
        Section out;
        auto writer = create();
        EXPECT_TRUE(writer->append(base::as_bytes(std::string(before, 'x'))).ok());
        const auto next = [&](uint32_t position) {
            return base::Result<base::Bytes>(bytes_of(entries[position].values));
        };
        const auto place = write_section(*writer, shape, columns, absent, next);
        EXPECT_TRUE(place.ok());
        out.place = *place;
        out.blob = finish(*writer);
        return out;
    }
    // A blob of any bytes.
    std::shared_ptr<storage::Blob> write_raw(std::string_view content) {
        auto writer = create();
        EXPECT_TRUE(writer->append(base::as_bytes(content)).ok());
        return finish(*writer);
    }
    std::shared_ptr<DenseFile> open(const Section& section, const SectionShape& shape,
                                    uint32_t id) {
        auto file = DenseFile::open(section.blob, section.place, shape, id);
        EXPECT_TRUE(file.ok()) << file.status().to_string();
        return file.ok() ? *file : nullptr;
    }

  private:
    std::unique_ptr<storage::BlobWriter> create() {
        auto writer = blobs_->create(++last_number_, storage::BlobKind::vectors);
        EXPECT_TRUE(writer.ok());
        return std::move(writer).value();
    }
    std::shared_ptr<storage::Blob> finish(storage::BlobWriter& writer) {
        const auto identity = writer.finish();
        EXPECT_TRUE(identity.ok());
        auto blob = blobs_->open(*identity, storage::BlobKind::vectors, storage::Placement::pinned);
        EXPECT_TRUE(blob.ok());
        return std::move(blob).value();
    }
    std::unique_ptr<storage::BlobStore> blobs_ = storage::make_memory_blob_store();
    uint64_t last_number_ = 0;
};

// Ties go to the smaller row, unless told otherwise.
class RowNumbers final : public RowOrder {
  public:
    explicit RowNumbers(bool descending = false) : descending_(descending) {}
    bool before(uint32_t a, uint32_t b) const override { return descending_ ? a > b : a < b; }

  private:
    const bool descending_;
};

// Small whole numbers, so that sums are exact and ties are many.
inline std::vector<float> small_vector(std::mt19937_64& random, uint32_t dim) {
    std::vector<float> out(dim);
    for (float& value : out) value = static_cast<float>(random() % 7) - 3;
    return out;
}

}  // namespace grape::index
