#include "core/index/graph/graph_run.h"

#include <bit>

#include "tests/support/format_page.h"
#include "tests/unit/core/index/graph/graph_tester.h"

namespace grape::index {
namespace {

constexpr size_t kCentres = 128;

std::string content_of(const storage::Blob& blob) {
    return std::string(base::as_text(blob.read(0, blob.content_bytes())->bytes()));
}

// Opens any bytes; where that works, everything that can be done with them must end.
Code use(GraphFiles& files, const TestVectors& vectors, std::string_view content,
         SectionPlace place) {
    const auto section = files.write_raw(content, place);
    const auto run =
        GraphRun::open(files.blob(section, storage::Placement::pinned), place, vectors.shape);
    if (!run.ok()) return run.status().code();
    for (uint32_t row = 0; row < 20; ++row) static_cast<void>((*run)->find(row));
    const std::vector<uint32_t> rows = {0, 1, 5, 8, 15, 21, 1000};
    static_cast<void>(
        (*run)->find_all(rows, [&](uint32_t node) { EXPECT_LT(node, (*run)->count()); }));
    static_cast<void>(GraphTester(vectors).search(**run, 0, 5));
    auto builder = GraphBuilder::create(vectors.shape, {}, {}, {}, {*run, {}});
    if (builder.ok()) static_cast<void>((*builder)->run());
    return (*run)->verify().code();
}

TEST(GraphRun, gives_back_what_was_written) {
    const TestVectors vectors = make_vectors(graph_shape(30), 700, 1);
    const BuiltGraph graph = build_graph(vectors);
    GraphFiles files;
    const auto run = files.open(files.write(graph, 77), vectors.shape);
    ASSERT_EQ(run->count(), 700u);
    EXPECT_TRUE(run->verify().ok());
    EXPECT_EQ(run->scale().parameters().centres, graph.scale.parameters().centres);
    std::vector<DenseEntry> entries(700);
    ASSERT_TRUE(run->entries(0, entries).ok());
    for (uint32_t node = 0; node < 700; ++node) {
        const DenseEntry& wanted = graph.entries[graph.order[node]];
        ASSERT_EQ(entries[node].row, wanted.row);
        ASSERT_EQ(entries[node].commit, wanted.commit);
        ASSERT_EQ(*run->find(wanted.row), node);
        ASSERT_EQ(*run->find(wanted.row + 1), kNoNode);
        const auto block = run->blocks(node, 1);
        ASSERT_EQ(std::memcmp(block->bytes().data(), graph.blocks.code(graph.order[node]),
                              vectors.shape.code_bytes()),
                  0);
    }
}

TEST(GraphRun, finds_the_nodes_of_many_rows) {
    const TestVectors vectors = make_vectors(graph_shape(4), 500, 10, 0);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    std::mt19937_64 random(10);
    for (const uint32_t part : {1u, 2u, 7u, 100u, 4000u}) {
        std::vector<uint32_t> rows, wanted, found;
        for (uint32_t row = 0; row < 4000; ++row) {
            if (random() % part != 0) continue;
            rows.push_back(row);
            const uint32_t node = *run->find(row);
            if (node != kNoNode) wanted.push_back(node);
        }
        ASSERT_TRUE(run->find_all(rows, [&](uint32_t node) { found.push_back(node); }).ok());
        EXPECT_EQ(found, wanted) << part;
    }
}

TEST(GraphRun, refuses_a_section_of_another_vector) {
    const TestVectors vectors = make_vectors(graph_shape(30), 50, 2);
    GraphFiles files;
    const auto section = files.write(build_graph(vectors));
    const auto code = [&](const GraphShape& shape) {
        return GraphRun::open(files.blob(section, storage::Placement::pinned), section.place, shape)
            .status()
            .code();
    };
    EXPECT_EQ(code(vectors.shape), Code::ok);
    GraphShape other = vectors.shape;
    other.vector = 4;
    EXPECT_EQ(code(other), Code::corrupt);
    EXPECT_EQ(code(graph_shape(31)), Code::corrupt);
    EXPECT_EQ(code(graph_shape(30, Distance::dot)), Code::corrupt);
    EXPECT_EQ(code(graph_shape(30, Distance::euclid, Datatype::f16)), Code::corrupt);
}

TEST(GraphRun, refuses_a_place_that_does_not_fit) {
    const TestVectors vectors = make_vectors(graph_shape(4), 20, 3);
    GraphFiles files;
    const auto section = files.write(build_graph(vectors), 64);
    const auto [offset, length] = section.place;
    const SectionPlace wrong[] = {{offset, 0},          {offset, 127},        {offset, length - 1},
                                  {offset, length + 1}, {0, length},          {offset + 64, length},
                                  {UINT64_MAX, length}, {offset, UINT64_MAX}, {1ull << 62, length}};
    for (const SectionPlace& place : wrong) {
        EXPECT_EQ(
            GraphRun::open(files.blob(section, storage::Placement::pinned), place, vectors.shape)
                .status()
                .code(),
            Code::corrupt)
            << place.offset << " " << place.length;
    }
}

TEST(GraphRun, refuses_a_section_that_leaves_the_file) {
    const TestVectors vectors = make_vectors(graph_shape(4), 5, 4);
    GraphFiles files;
    const auto section = files.write(build_graph(vectors));
    const std::string content = content_of(*files.blob(section, storage::Placement::pinned));
    for (size_t size = 0; size < content.size(); size += 3) {
        EXPECT_EQ(use(files, vectors, content.substr(0, size), section.place), Code::corrupt);
    }
}

// Any byte but those of commits, codes and padding: refused, at open or by verify().
TEST(GraphRun, stands_hostile_bytes) {
    const TestVectors vectors = make_vectors(graph_shape(4), 12, 5, 1);
    GraphFiles files;
    const auto section = files.write(build_graph(vectors));
    const std::string content = content_of(*files.blob(section, storage::Placement::pinned));
    ASSERT_EQ(use(files, vectors, content, section.place), Code::ok);
    size_t refused = 0;
    for (size_t at = 0; at < content.size(); ++at) {
        for (const int change : {1, 0x80, 0xff}) {
            std::string damaged = content;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            const Code code = use(files, vectors, damaged, section.place);
            refused += code == Code::corrupt ? 1 : 0;
            EXPECT_TRUE(code == Code::ok || code == Code::corrupt) << at;
            EXPECT_TRUE(at >= 40 || code == Code::corrupt) << at;
        }
    }
    EXPECT_GT(refused, content.size());
    for (size_t field = 0; field < 52; field += 4) {
        for (const uint32_t value : {0u, 1u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
            std::string damaged = content;
            base::store_le(damaged.data() + field, value);
            // A smaller number of entry points can hide in the padding.
            if (field >= 36) {
                static_cast<void>(use(files, vectors, damaged, section.place));
            } else if (damaged != content) {
                EXPECT_EQ(use(files, vectors, damaged, section.place), Code::corrupt) << field;
            }
        }
    }
}

TEST(GraphRun, refuses_a_scale_that_is_no_number) {
    const TestVectors vectors = make_vectors(graph_shape(4), 5, 6, 1);
    GraphFiles files;
    const auto section = files.write(build_graph(vectors));
    const std::string content = content_of(*files.blob(section, storage::Placement::pinned));
    for (const size_t at : {size_t{40}, size_t{44}, size_t{48}, kCentres, kCentres + 12}) {
        for (const float value :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            std::string damaged = content;
            base::store_le(damaged.data() + at, std::bit_cast<uint32_t>(value));
            EXPECT_EQ(use(files, vectors, damaged, section.place), Code::corrupt) << at;
        }
    }
    std::string damaged = content;
    base::store_le(damaged.data() + 40, std::bit_cast<uint32_t>(0.0F));
    EXPECT_EQ(use(files, vectors, damaged, section.place), Code::corrupt);
}

// A link that leads nowhere: the walk that meets it fails, in every placement.
TEST(GraphRun, a_link_out_of_bounds_ends_the_search) {
    const std::string folder = ::testing::TempDir() + "grape_graph_links";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const TestVectors vectors = make_vectors(graph_shape(4), 300, 7, 1);
    GraphFiles files(folder);
    const auto good = files.write(build_graph(vectors));
    std::string content = content_of(*files.blob(good, storage::Placement::cold));
    const size_t stride = vectors.shape.code_bytes() + 128;
    for (uint32_t node = 0; node < 300; ++node) {
        base::store_le(content.data() + content.size() - stride * (300 - node) + 64, 300u);
    }
    const auto bad = files.write_raw(content, good.place);
    for (const auto placement :
         {storage::Placement::pinned, storage::Placement::cached, storage::Placement::cold}) {
        const auto run = files.open(bad, vectors.shape, placement);
        EXPECT_EQ(GraphTester(vectors).search(*run, 0, 5).status.code(), Code::corrupt);
        EXPECT_EQ(run->verify().code(), Code::corrupt);
    }
    std::filesystem::remove_all(folder);
}

// Who puts a graph in its place checks it, so that no search has to.
TEST(GraphRun, check_all_leaves_nothing_to_searches) {
    const std::string folder = ::testing::TempDir() + "grape_graph_check";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const TestVectors vectors = make_vectors(graph_shape(4), 1000, 11, 1);
    GraphFiles files(folder);
    const auto good = files.write(build_graph(vectors));
    const auto cached = files.open(good, vectors.shape, storage::Placement::cached);
    EXPECT_FALSE(cached->all_checked());
    EXPECT_TRUE(cached->check_all().ok());
    EXPECT_TRUE(cached->all_checked());
    EXPECT_TRUE(files.open(good, vectors.shape, storage::Placement::pinned)->check_all().ok());
    EXPECT_TRUE(files.open(good, vectors.shape, storage::Placement::cold)->check_all().ok());
    std::filesystem::remove_all(folder);
}

// All links to one node lead elsewhere: nothing is out of bounds, and still a search cannot find
// it.
TEST(GraphRun, verify_says_that_a_node_cannot_be_reached) {
    const TestVectors vectors = make_vectors(graph_shape(4), 300, 9, 0);
    GraphFiles files;
    const auto good = files.write(build_graph(vectors));
    std::string content = content_of(*files.blob(good, storage::Placement::pinned));
    const size_t stride = vectors.shape.code_bytes() + 128;
    for (size_t at = content.size() - stride * 300; at < content.size(); at += stride) {
        for (size_t link = at + vectors.shape.code_bytes(); link < at + stride; link += 4) {
            if (base::load_le<uint32_t>(content.data() + link) == 299) {
                base::store_le(content.data() + link, 0u);
            }
        }
    }
    EXPECT_TRUE(files.open(good, vectors.shape)->verify().ok());
    const auto cut_off = files.open(files.write_raw(content, good.place), vectors.shape);
    EXPECT_EQ(cut_off->verify().code(), Code::corrupt);
}

TEST(GraphRun, the_page_shows_a_section) {
    TestVectors vectors = make_vectors(graph_shape(2), 3, 8, 0);
    const float values[] = {1, 0, 0, 2, -1, 0.5F};
    std::memcpy(vectors.stored.data(), values, sizeof(values));
    GraphBuildOptions options;
    options.degree = 16;
    GraphFiles files;
    const auto section = files.write(build_graph(vectors, options));
    testing_support::expect_dump(std::string(GRAPE_SOURCE_ROOT) + "/docs/formats/graph_section.md",
                                 "graph",
                                 content_of(*files.blob(section, storage::Placement::pinned)));
}

}  // namespace
}  // namespace grape::index
