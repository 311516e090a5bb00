// The search of what a graph does not have, by codes, against the plain scan of the same runs: the
// same rows and the same keys, whatever the vectors, views, bounds and filters are.
#include "core/index/graph/outside_search.h"

#include <atomic>
#include <thread>

#include "core/base/cat.h"
#include "core/base/radix.h"
#include "tests/unit/core/index/graph/graph_fixture.h"

namespace grape::index {
namespace {

constexpr Distance kDistances[] = {Distance::cosine, Distance::dot, Distance::euclid,
                                   Distance::manhattan};

class OneIn final : public RowTest {
  public:
    explicit OneIn(uint32_t part) : part_(part) {}
    // A third of those that may match do not.
    bool may_match(uint32_t row) const override { return row % part_ == 0; }
    base::Result<bool> matches(uint32_t row) override { return row % (3 * part_) != 0; }
    uint64_t count_max() const override { return UINT64_MAX; }

  private:
    const uint32_t part_;
};

// A graph of the first third of the vectors; a run that holds some of its nodes among others, and a
// tail. Some vectors are far from all that the graph's scale was made for.
class World {
  public:
    World(const GraphShape& shape, uint32_t count, uint64_t seed,
          base::MemoryBudget* memory = nullptr, float scale = 1)
        : random_(seed) {
        vectors_ = make_vectors(shape, count, seed, 20);
        if (scale != 1) rescale(scale);
        TestVectors first = vectors_;
        first.stored.resize(count / 3 * shape.row_bytes());
        graph_ = files_.open(files_.write(build_graph(first)), shape);
        codes_ = std::make_unique<OutsideCodes>(graph_, memory);
        make_outliers(count);
        for (const auto& [begin, end, graphed] :
             {std::tuple{0u, count / 2, true}, std::tuple{count / 2, count, false}}) {
            add_run(begin, end, graphed);
        }
    }

    std::vector<RunView>& runs() { return runs_; }
    OutsideCodes& codes() { return *codes_; }
    std::mt19937_64& random() { return random_; }
    const GraphRun& graph() const { return *graph_; }
    size_t queries() const { return vectors_.queries.size(); }

    // Both ways must find the same; `first` are answers that are known before.
    void compare(size_t query, uint32_t k, RowTest* test, const std::vector<Candidate>& first) {
        const GraphShape& shape = vectors_.shape;
        const FlatShape flat{shape.datatype, shape.distance, shape.dim};
        std::vector<uint8_t> encoded(shape.dim * vector::query_element_bytes(shape.datatype));
        vector::encode_query(vectors_.queries[query], shape.datatype, shape.distance,
                             encoded.data());
        TopK plain(k, order_), coded(k, order_);
        for (const Candidate& each : first) {
            plain.offer(each);
            coded.offer(each);
        }
        const FlatQuery by_scan{encoded.data(), &plain, test};
        const FlatQuery by_codes{encoded.data(), &coded, test};
        ASSERT_TRUE(
            flat_search(runs_, flat, std::span(&by_scan, 1), FlatScope::outside_graph).ok());
        ASSERT_TRUE(outside_search(*graph_, *codes_, runs_, flat, by_codes, scratch_).ok());
        const std::vector<Candidate> wanted = plain.take(), found = coded.take();
        ASSERT_EQ(found.size(), wanted.size());
        for (size_t i = 0; i < found.size(); ++i) {
            ASSERT_EQ(found[i].row, wanted[i].row) << i;
            ASSERT_EQ(found[i].key, wanted[i].key) << i;
        }
    }

  private:
    void make_outliers(uint32_t count) {
        const GraphShape& shape = vectors_.shape;
        if (shape.datatype == Datatype::u8) return;
        std::vector<float> values(shape.dim);
        for (uint32_t i = count / 3; i < count; i += 37) {
            uint8_t* const stored = vectors_.stored.data() + i * shape.row_bytes();
            vector::decode(stored, shape.datatype, values);
            const float nothing = shape.distance == Distance::cosine ? 1.0F : 0.0F;
            const float scale = i % 3 == 0 ? nothing : i % 3 == 1 ? 40.0F : 1e4F;
            for (float& value : values) value *= scale;
            vector::encode(values, shape.datatype, shape.distance, stored);
        }
    }
    // f32 only.
    void rescale(float scale) {
        auto* values = reinterpret_cast<float*>(vectors_.stored.data());
        for (size_t i = 0; i < vectors_.stored.size() / sizeof(float); ++i) values[i] *= scale;
        for (std::vector<float>& query : vectors_.queries) {
            for (float& value : query) value *= scale;
        }
    }
    void add_run(uint32_t begin, uint32_t end, bool graphed) {
        const auto bytes = static_cast<uint32_t>(vectors_.shape.row_bytes());
        auto tail = std::make_shared<DenseTail>(begin, bytes);
        RunView run{tail, end - begin, {}};
        const uint64_t edit = base::next_edit();
        for (uint32_t i = begin; i < end; ++i) {
            std::memcpy(tail->put(i - begin, TestVectors::row(i), 1), vectors_.at(i), bytes);
            if (graphed && i < vectors_.count() / 3) run.graphed.set(i - begin, edit);
            if (random_() % 5 == 0) run.hide(i - begin, edit);
        }
        runs_.push_back(std::move(run));
    }

    std::mt19937_64 random_;
    TestVectors vectors_;
    GraphFiles files_;
    std::shared_ptr<GraphRun> graph_;
    std::unique_ptr<OutsideCodes> codes_;
    std::vector<RunView> runs_;
    GraphScratchPool scratch_;
    const RowNumbers order_;
};

TEST(OutsideSearch, finds_what_a_scan_finds_by_every_distance_and_type) {
    for (const Distance distance : kDistances) {
        for (const Datatype datatype : {Datatype::f32, Datatype::f16, Datatype::u8}) {
            SCOPED_TRACE(base::cat(int(distance), " ", int(datatype)));
            World world(graph_shape(40, distance, datatype), 3000, 1);
            for (size_t query = 0; query < world.queries(); ++query) {
                OneIn one_in_seven(7);
                world.compare(query, 10, nullptr, {});
                world.compare(query, 10, &one_in_seven, {});
                world.compare(query, 3000, nullptr, {});
            }
        }
    }
}

TEST(OutsideSearch, finds_what_a_scan_finds_in_codes_of_several_lines) {
    for (const Distance distance : kDistances) {
        SCOPED_TRACE(int(distance));
        World world(graph_shape(150, distance), 3000, 8);
        for (size_t query = 0; query < world.queries(); ++query) {
            world.compare(query, 10, nullptr, {});
        }
    }
}

// Squares that are no floats any more, too small or too large.
TEST(OutsideSearch, finds_what_a_scan_finds_at_the_ends_of_float) {
    for (const Distance distance : {Distance::dot, Distance::euclid, Distance::manhattan}) {
        for (const float scale : {1e-40F, 1e-23F, 1e-20F, 1e18F, 1e30F}) {
            SCOPED_TRACE(base::cat(int(distance), " ", scale));
            World world(graph_shape(40, distance), 3000, 1, nullptr, scale);
            for (size_t query = 0; query < world.queries(); ++query) {
                world.compare(query, 10, nullptr, {});
            }
        }
    }
}

TEST(OutsideSearch, a_bound_that_is_known_changes_no_answer) {
    World world(graph_shape(40), 3000, 2);
    for (size_t query = 0; query < world.queries(); ++query) {
        std::vector<Candidate> first;
        for (uint32_t i = 0; i < 10; ++i) {
            first.push_back({0.5F * static_cast<float>(query) + static_cast<float>(i) * 0.1F, i});
        }
        world.compare(query, 10, nullptr, first);
    }
}

TEST(OutsideSearch, views_of_every_length_see_what_they_cover) {
    World world(graph_shape(40), 3000, 3);
    RunView& tail = world.runs().back();
    const uint32_t all = tail.length;
    for (size_t round = 0; round < 60; ++round) {
        tail.length = static_cast<uint32_t>(world.random()() % (all + 1));
        if (round % 4 == 0) tail.hide(static_cast<uint32_t>(world.random()() % all), round + 1000);
        world.compare(round % world.queries(), 5, nullptr, {});
    }
}

// One search makes only so many codes; it finds the others without.
TEST(OutsideSearch, more_than_it_codes_at_once) {
    World world(graph_shape(8), 30000, 4);
    for (size_t query = 0; query < 6; ++query) world.compare(query, 10, nullptr, {});
    ASSERT_TRUE(world.codes().cover(world.runs()).ok());
    for (size_t query = 0; query < 6; ++query) world.compare(query, 10, nullptr, {});
    const RunView& tail = world.runs().back();
    // A block that is not full is left to the scan.
    EXPECT_GT(
        (*world.codes().of(std::span(&tail, 1)))[0]->extent().positions + vector::code_columns,
        tail.length);
    EXPECT_GT(world.codes().heap_bytes(), size_t{tail.length} * 64);
}

TEST(OutsideSearch, codes_go_with_their_run) {
    World world(graph_shape(8), 900, 5);
    ASSERT_TRUE(world.codes().cover(world.runs()).ok());
    const size_t before = world.codes().heap_bytes();
    RunView kept = world.runs().front();
    world.runs().clear();
    auto tail = std::make_shared<DenseTail>(9, 32);
    std::memset(tail->put(0, 5, 1), 0, 32);
    const RunView fresh{tail, 1, {}};
    ASSERT_TRUE(world.codes().cover(std::span(&fresh, 1)).ok());
    EXPECT_LT(world.codes().heap_bytes(), before);
}

// What does not fit gets no codes, is found all the same, and nothing stays taken.
TEST(OutsideSearch, keeps_to_a_budget) {
    for (const uint64_t bytes : {uint64_t{0}, uint64_t{40'000}, uint64_t{1} << 30}) {
        base::MemoryBudget memory(bytes);
        {
            World world(graph_shape(8), 6000, 7, &memory);
            for (size_t query = 0; query < 6; ++query) world.compare(query, 10, nullptr, {});
            EXPECT_LE(memory.used(), bytes);
            EXPECT_EQ(memory.used() != 0, bytes != 0);
        }
        EXPECT_EQ(memory.used(), 0u);
    }
}

TEST(OutsideSearch, many_threads_extend_and_read_at_once) {
    World world(graph_shape(8), 24000, 6);
    const RunView& tail = world.runs().back();
    RunCodes codes(std::shared_ptr<const GraphRun>(&world.graph(), [](const auto*) {}),
                   *world.codes().order());
    std::atomic<uint64_t> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            while (codes.extent().positions < tail.length) {
                if (!codes.extend(tail, 300).ok()) ++wrong;
                const RunCodes::Extent extent = codes.extent();
                for (uint32_t code = 0; code < extent.codes; code += 100) {
                    const RunCodes::Group group = codes.group(code / RunCodes::kGroup);
                    const uint32_t at = code % RunCodes::kGroup;
                    uint32_t row = 0;
                    if (!tail.run->rows(group.positions[at], std::span(&row, 1)).ok()) ++wrong;
                    wrong += group.rows[at] != row || group.positions[at] != code ? 1 : 0;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(codes.extent().codes, tail.length);
}

}  // namespace
}  // namespace grape::index
