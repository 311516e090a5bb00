// Recall on real vectors; skipped where the shared data is not there.
#include <fstream>
#include <iterator>

#include "tests/unit/core/index/graph/graph_tester.h"

namespace grape::index {
namespace {

constexpr uint32_t kRows = 20'000, kQueries = 100, kDim = 100;
constexpr size_t kNpyHeader = 128;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(GraphData, finds_most_of_the_nearest_among_real_vectors) {
    const std::string folder = std::string(GRAPE_SOURCE_ROOT) + "/../shared/data/";
    const std::string base = read_file(folder + "lsi100-base-f16.npy");
    const std::string queries = read_file(folder + "lsi100-query.npy");
    if (base.size() < kNpyHeader + kRows * kDim * 2 ||
        queries.size() < kNpyHeader + kQueries * kDim * 4) {
        GTEST_SKIP() << "no ../shared/data";
    }
    TestVectors vectors;
    vectors.shape = graph_shape(kDim, Distance::cosine, Datatype::f16);
    vectors.stored.assign(base.begin() + kNpyHeader, base.begin() + kNpyHeader + kRows * kDim * 2);
    for (uint32_t i = 0; i < kQueries; ++i) {
        std::vector<float> query(kDim);
        std::memcpy(query.data(), queries.data() + kNpyHeader + i * kDim * 4, kDim * 4);
        vectors.queries.push_back(query);
    }
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    EXPECT_GE(GraphTester(vectors).recall(*run, 10), 0.97);
}

}  // namespace
}  // namespace grape::index
