#include "core/index/graph/graph_builder.h"

#include <set>

#include "core/index/graph/link_choice.h"
#include "tests/unit/core/index/graph/graph_tester.h"

namespace grape::index {
namespace {

// How many nodes are reached from the entry points.
uint32_t reached_nodes(const Blocks& blocks, const std::vector<uint32_t>& entry_points) {
    std::vector<uint8_t> seen(blocks.shape.count);
    std::vector<uint32_t> todo;
    uint32_t reached = 0;
    const auto meet = [&](uint32_t node) {
        if (seen[node] != 0) return;
        seen[node] = 1;
        ++reached;
        todo.push_back(node);
    };
    for (const uint32_t node : entry_points) meet(node);
    while (!todo.empty()) {
        const uint8_t* links = blocks.links(todo.back());
        todo.pop_back();
        const uint32_t count = link_count(links, blocks.shape.degree);
        for (uint32_t i = 0; i < count; ++i) meet(link_at(links, i));
    }
    return reached;
}

void expect_sound(const BuiltGraph& graph) {
    const uint32_t count = graph.blocks.shape.count;
    EXPECT_EQ(reached_nodes(graph.blocks, graph.entry_points), count);
    std::vector<uint32_t> order = graph.order;
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order.size(), count);
    for (uint32_t node = 0; node < count; ++node) {
        ASSERT_EQ(order[node], node);
        const uint8_t* links = graph.blocks.links(node);
        const uint32_t linked = link_count(links, graph.blocks.shape.degree);
        ASSERT_LE(linked, graph.degree);
        std::set<uint32_t> distinct;
        for (uint32_t i = 0; i < linked; ++i) {
            ASSERT_LT(link_at(links, i), count);
            ASSERT_NE(link_at(links, i), node);
            ASSERT_TRUE(distinct.insert(link_at(links, i)).second);
        }
    }
}

std::string content_of(GraphFiles& files, const BuiltGraph& graph) {
    const auto section = files.write(graph);
    const auto blob = files.blob(section, storage::Placement::pinned);
    return std::string(base::as_text(blob->read(0, blob->content_bytes())->bytes()));
}

TEST(GraphBuilder, reaches_every_node) {
    for (const uint32_t count : {1u, 2u, 31u, 32u, 33u, 255u, 256u, 257u, 5000u}) {
        SCOPED_TRACE(count);
        expect_sound(build_graph(make_vectors(graph_shape(12), count, count)));
    }
}

TEST(GraphBuilder, reaches_every_one_of_equal_vectors) {
    TestVectors vectors = make_vectors(graph_shape(6), 3000, 1);
    const size_t row = vectors.shape.row_bytes();
    for (uint32_t i = 1; i < 2500; ++i) {
        std::memcpy(vectors.stored.data() + i * row, vectors.stored.data(), row);
    }
    expect_sound(build_graph(vectors));
    for (uint32_t i = 2500; i < 3000; ++i) {
        std::memcpy(vectors.stored.data() + i * row, vectors.stored.data(), row);
    }
    expect_sound(build_graph(vectors));
}

TEST(GraphBuilder, reaches_heaps_that_lie_far_apart) {
    TestVectors vectors = make_vectors(graph_shape(6), 4000, 2);
    auto* values = reinterpret_cast<float*>(vectors.stored.data());
    for (uint32_t i = 0; i < 4000; ++i) values[i * 6] += static_cast<float>(i / 100) * 1e5F;
    expect_sound(build_graph(vectors));
}

TEST(GraphBuilder, stands_extreme_values) {
    for (const float scale : {1e-42F, 1e-30F, 1e30F, 3e37F}) {
        for (const Distance distance : {Distance::dot, Distance::euclid, Distance::manhattan}) {
            SCOPED_TRACE(base::cat(scale, " ", int(distance)));
            TestVectors vectors = make_vectors(graph_shape(6, distance), 600, 3, 5);
            auto* values = reinterpret_cast<float*>(vectors.stored.data());
            for (uint32_t i = 0; i < 600 * 6; ++i) values[i] *= scale;
            const BuiltGraph graph = build_graph(vectors);
            expect_sound(graph);
            GraphFiles files;
            const auto run = files.open(files.write(graph), vectors.shape);
            EXPECT_EQ(GraphTester(vectors).search(*run, 0, 10).found.size(), 10u);
        }
    }
}

TEST(GraphBuilder, gives_the_same_graph_with_any_number_of_threads) {
    const TestVectors vectors = make_vectors(graph_shape(20), 4000, 4);
    std::string first;
    for (const uint32_t threads : {1u, 2u, 5u}) {
        GraphBuildOptions options;
        options.threads = threads;
        GraphFiles files;
        const std::string content = content_of(files, build_graph(vectors, options));
        if (first.empty()) first = content;
        EXPECT_TRUE(content == first) << threads;
    }
    GraphBuildOptions other;
    other.seed = 2;
    GraphFiles files;
    EXPECT_FALSE(content_of(files, build_graph(vectors, other)) == first);
}

TEST(GraphBuilder, goes_on_after_it_was_stopped) {
    const TestVectors vectors = make_vectors(graph_shape(20), 3000, 5);
    GraphFiles files;
    const std::string whole = content_of(files, build_graph(vectors));
    for (const uint32_t threads : {1u, 3u}) {
        GraphBuildOptions options;
        options.threads = threads;
        auto builder = GraphBuilder::create(vectors.shape, options, vectors.entries(0, 3000),
                                            vectors.reader());
        ASSERT_TRUE(builder.ok());
        int stops = 0;
        uint64_t linked = 0, read = 0;
        while (true) {
            // Each time it may do a little more.
            int left = 2 + 5 * stops;
            const base::Status run = (*builder)->run([&] { return --left < 0; });
            const GraphProgress& progress = (*builder)->progress();
            EXPECT_GE(progress.nodes_linked, linked);
            EXPECT_GE(progress.vectors_read, read);
            linked = progress.nodes_linked;
            read = progress.vectors_read;
            if (run.ok()) break;
            ASSERT_EQ(run.code(), Code::cancelled);
            ++stops;
        }
        EXPECT_GT(stops, 5);
        EXPECT_EQ(linked, 3000u);
        EXPECT_EQ(read, 3000u);
        EXPECT_TRUE(content_of(files, (*builder)->take()) == whole);
    }
}

TEST(GraphBuilder, passes_on_why_a_vector_cannot_be_read) {
    const TestVectors vectors = make_vectors(graph_shape(4), 1000, 6);
    int reads = 0;
    auto builder = GraphBuilder::create(vectors.shape, {}, vectors.entries(0, 1000),
                                        [&](uint32_t first, uint32_t count, uint8_t* out) {
                                            if (++reads == 1002)
                                                return base::Status::make_io("a disk");
                                            return vectors.reader()(first, count, out);
                                        });
    EXPECT_EQ((*builder)->run().code(), Code::io);
    EXPECT_TRUE((*builder)->run().ok());
    expect_sound((*builder)->take());
}

TEST(GraphBuilder, refuses_options_out_of_bounds) {
    const TestVectors vectors = make_vectors(graph_shape(4), 10, 7);
    const auto code = [&](const GraphBuildOptions& options, uint32_t count) {
        return GraphBuilder::create(vectors.shape, options, vectors.entries(0, count),
                                    vectors.reader())
            .status()
            .code();
    };
    EXPECT_EQ(code({}, 10), Code::ok);
    EXPECT_EQ(code({}, 0), Code::invalid);
    EXPECT_EQ(code({.degree = 0}, 10), Code::invalid);
    EXPECT_EQ(code({.degree = 20}, 10), Code::invalid);
    EXPECT_EQ(code({.degree = 80}, 10), Code::invalid);
    EXPECT_EQ(code({.effort = 0}, 10), Code::invalid);
}

// Reuse: nodes of every second thousand die, new ones come.
TEST(GraphBuilder, goes_on_from_an_old_graph) {
    const TestVectors vectors = make_vectors(graph_shape(16), 6000, 8, 100);
    const GraphShape shape = vectors.shape;
    auto first = GraphBuilder::create(shape, {}, vectors.entries(0, 4000), vectors.reader());
    ASSERT_TRUE((*first)->run().ok());
    GraphFiles files;
    const auto old = files.open(files.write((*first)->take()), shape);
    std::mt19937_64 random(9);
    std::vector<uint8_t> gone(6000);
    base::ChunkedBitset dead;
    for (uint32_t i = 0; i < 4000; ++i) {
        if (random() % 4 != 0) continue;
        gone[i] = 1;
        dead.set(*old->find(TestVectors::row(i)), 1);
    }
    auto second = GraphBuilder::create(shape, {}, vectors.entries(4000, 6000), vectors.reader(4000),
                                       {old, dead});
    ASSERT_TRUE(second.ok()) << second.status().to_string();
    ASSERT_TRUE((*second)->run().ok());
    const uint64_t work = (*second)->progress().distances;
    EXPECT_LT(work, (*first)->progress().distances);
    const BuiltGraph graph = (*second)->take();
    expect_sound(graph);
    const auto run = files.open(files.write(graph), shape);
    EXPECT_EQ(run->count(), 6000u - dead.count());
    ASSERT_TRUE(run->verify().ok());
    for (uint32_t i = 0; i < 6000; ++i) {
        const auto node = run->find(TestVectors::row(i));
        ASSERT_EQ(*node == kNoNode, gone[i] != 0);
        if (gone[i] != 0) continue;
        DenseEntry entry;
        ASSERT_TRUE(run->entries(*node, std::span(&entry, 1)).ok());
        ASSERT_EQ(entry.commit, i + 100u);
    }
    const auto matches = [&](uint32_t row) { return gone[TestVectors::index(row)] == 0; };
    EXPECT_GE(GraphTester(vectors).recall(*run, 10, {}, matches), 0.97);
}

TEST(GraphBuilder, an_old_graph_may_only_lose_nodes) {
    const TestVectors vectors = make_vectors(graph_shape(16), 2000, 10, 20);
    GraphFiles files;
    const auto old = files.open(files.write(build_graph(vectors)), vectors.shape);
    base::ChunkedBitset dead;
    for (uint32_t node = 0; node < 1999; ++node) {
        dead.set(node, 1);
        if (node != 998 && node != 1998) continue;
        auto next = GraphBuilder::create(vectors.shape, {}, {}, {}, {old, dead});
        ASSERT_TRUE((*next)->run().ok());
        const BuiltGraph graph = (*next)->take();
        EXPECT_EQ(graph.entries.size(), 1999 - node);
        expect_sound(graph);
    }
    dead.set(1999, 1);
    EXPECT_EQ(GraphBuilder::create(vectors.shape, {}, {}, {}, {old, dead}).status().code(),
              Code::invalid);
}

TEST(GraphBuilder, states_its_memory) {
    const TestVectors vectors = make_vectors(graph_shape(100), 5000, 11);
    const BuiltGraph graph = build_graph(vectors);
    const auto memory_bytes = [&](uint64_t count) {
        const GraphBuilder::Memory needed = GraphBuilder::memory(vectors.shape, {}, count);
        return needed.block_bytes + needed.other_bytes;
    };
    const uint64_t stated = memory_bytes(5000);
    EXPECT_GT(stated, graph.blocks.memory.size() + graph.entries.size() * sizeof(DenseEntry));
    EXPECT_GT(memory_bytes(10000), stated);
}

}  // namespace
}  // namespace grape::index
