// What the graph tests share: random vectors in clumps, graphs of them, and files of those.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/index/graph/connect.h"
#include "core/index/graph/graph_run.h"
#include "core/vector/convert.h"
#include "storage/disk.h"
#include "tests/unit/core/index/index_fixture.h"

namespace grape::index {

using vector::Datatype;
using vector::Distance;

inline GraphShape graph_shape(uint32_t dim, Distance distance = Distance::euclid,
                              Datatype datatype = Datatype::f32) {
    return {3, datatype, distance, dim};
}

// Stored vectors, row i at i; the row of the graph is 7 i + 1, its commit i + 100.
struct TestVectors {
    GraphShape shape;
    std::vector<uint8_t> stored;
    std::vector<std::vector<float>> queries;

    size_t count() const { return stored.size() / shape.row_bytes(); }
    const uint8_t* at(size_t i) const { return stored.data() + i * shape.row_bytes(); }
    static uint32_t row(uint32_t i) { return 7 * i + 1; }
    static uint32_t index(uint32_t graph_row) { return graph_row / 7; }

    std::vector<DenseEntry> entries(uint32_t first, uint32_t end) const {
        std::vector<DenseEntry> out;
        for (uint32_t i = first; i < end; ++i) out.push_back({row(i), i + 100});
        return out;
    }
    // The vectors of entries(first, ...).
    ReadVectors reader(uint32_t first = 0) const {
        return [this, first](uint32_t from, uint32_t size, uint8_t* out) {
            std::memcpy(out, at(first + from), size * shape.row_bytes());
            return base::Status();
        };
    }
};

inline std::vector<float> clumped(std::mt19937_64& random, const std::vector<float>& centre,
                                  float width) {
    std::normal_distribution<float> normal(0, width);
    std::vector<float> out = centre;
    for (float& value : out) value += normal(random);
    return out;
}

inline TestVectors make_vectors(const GraphShape& shape, uint32_t count, uint64_t seed,
                                uint32_t queries = 50) {
    std::mt19937_64 random(seed);
    TestVectors out;
    out.shape = shape;
    const bool bytes = shape.datatype == Datatype::u8;
    std::vector<std::vector<float>> centres;
    for (int i = 0; i < 20; ++i) {
        centres.push_back(clumped(random, std::vector<float>(shape.dim, bytes ? 120.0F : 0.0F),
                                  bytes ? 20.0F : 1.0F));
    }
    const auto draw = [&] {
        auto values = clumped(random, centres[random() % centres.size()], bytes ? 15.0F : 0.7F);
        if (bytes) {
            for (float& value : values) value = std::clamp(value, 0.0F, 255.0F);
        }
        return values;
    };
    out.stored.resize(count * shape.row_bytes());
    for (uint32_t i = 0; i < count; ++i) {
        vector::encode(draw(), shape.datatype, shape.distance,
                       out.stored.data() + i * shape.row_bytes());
    }
    for (uint32_t i = 0; i < queries; ++i) out.queries.push_back(draw());
    return out;
}

inline BuiltGraph build_graph(const TestVectors& vectors, const GraphBuildOptions& options = {}) {
    const auto count = static_cast<uint32_t>(vectors.count());
    auto builder =
        GraphBuilder::create(vectors.shape, options, vectors.entries(0, count), vectors.reader());
    EXPECT_TRUE(builder.ok()) << builder.status().to_string();
    const base::Status built = (*builder)->run();
    EXPECT_TRUE(built.ok()) << built.to_string();
    return (*builder)->take();
}

// Graph sections in files or in memory.
class GraphFiles {
  public:
    GraphFiles() : blobs_(storage::make_memory_blob_store()) {}
    explicit GraphFiles(const std::string& folder)
        : blobs_(storage::make_disk_blob_store(folder, 1)) {}

    struct Section {
        storage::BlobIdentity identity;
        SectionPlace place;
    };
    // `before` bytes of something else come first.
    Section write(const BuiltGraph& graph, size_t before = 0) {
        auto writer = blobs_->create(++last_number_, storage::BlobKind::vectors);
        EXPECT_TRUE((*writer)->append(base::as_bytes(std::string(before, 'x'))).ok());
        const auto place = write_graph_section(**writer, graph);
        EXPECT_TRUE(place.ok()) << place.status().to_string();
        return {*(*writer)->finish(), *place};
    }
    Section write_raw(std::string_view content, SectionPlace place) {
        auto writer = blobs_->create(++last_number_, storage::BlobKind::vectors);
        EXPECT_TRUE((*writer)->append(base::as_bytes(content)).ok());
        return {*(*writer)->finish(), place};
    }
    std::shared_ptr<storage::Blob> blob(const Section& section, storage::Placement placement) {
        auto out = blobs_->open(section.identity, storage::BlobKind::vectors, placement);
        EXPECT_TRUE(out.ok()) << out.status().to_string();
        return *out;
    }
    std::shared_ptr<GraphRun> open(const Section& section, const GraphShape& shape,
                                   storage::Placement placement = storage::Placement::pinned) {
        auto run = GraphRun::open(blob(section, placement), section.place, shape);
        EXPECT_TRUE(run.ok()) << run.status().to_string();
        return run.ok() ? *run : nullptr;
    }

  private:
    std::unique_ptr<storage::BlobStore> blobs_;
    uint64_t last_number_ = 0;
};

}  // namespace grape::index
