// Flat search against an oracle that looks at every current vector one by one.
#include "core/index/flat_search.h"

#include <cmath>

#include "tests/unit/core/index/index_fixture.h"

namespace grape::index {
namespace {

using vector::Distance;

float naive_score(Distance distance, const std::vector<float>& a, const std::vector<float>& b) {
    float sum = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        const float difference = a[i] - b[i];
        if (distance == Distance::dot || distance == Distance::cosine) sum += a[i] * b[i];
        if (distance == Distance::euclid) sum += difference * difference;
        if (distance == Distance::manhattan) sum += std::abs(difference);
    }
    return distance == Distance::euclid ? std::sqrt(sum) : sum;
}

// Runs of both kinds, of random lengths, some positions hidden, and what is current in them.
struct World {
    World(std::mt19937_64& random, uint32_t dimensions, size_t run_count) : dim(dimensions) {
        uint32_t row = 0;
        for (size_t i = 0; i < run_count; ++i) {
            std::vector<TestEntry> entries(random() % 120);
            for (TestEntry& each : entries) each = {{row++, 1}, small_vector(random, dim)};
            add_run(random, static_cast<uint32_t>(i + 1), entries);
        }
    }

    void add_run(std::mt19937_64& random, uint32_t id, const std::vector<TestEntry>& entries) {
        RunView view;
        view.length = static_cast<uint32_t>(entries.size());
        if (random() % 2 == 0) {
            view.run = make_tail(id, entries, dim);
        } else {
            view.run = files.open(files.write(f32_shape(dim), entries), f32_shape(dim), id);
        }
        // A view may cover less than the run has.
        if (view.length != 0 && random() % 3 == 0) --view.length;
        const uint64_t edit = base::next_edit();
        const uint64_t hide = random() % 3;  // none, a third, all
        for (uint32_t position = 0; position < view.length; ++position) {
            if (hide == 2 || (hide == 1 && random() % 3 == 0)) {
                view.hidden.set(position, edit);
            } else {
                current.push_back(entries[position]);
            }
        }
        runs.push_back(std::move(view));
    }

    // The k best, in order.
    std::vector<Candidate> best(Distance distance, const std::vector<float>& query, size_t k) {
        std::vector<Candidate> out;
        for (const TestEntry& each : current) {
            const float score = naive_score(distance, query, each.values);
            out.push_back({key_of_score(score, distance), each.entry.row});
        }
        std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
            return a.key != b.key ? a.key < b.key : a.row < b.row;
        });
        out.resize(std::min(out.size(), k));
        return out;
    }

    const uint32_t dim;
    TestFiles files;
    std::vector<RunView> runs;
    std::vector<TestEntry> current;
};

void expect_same(const std::vector<Candidate>& found, const std::vector<Candidate>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(found[i].key, expected[i].key) << i;
        ASSERT_EQ(found[i].row, expected[i].row) << i;
    }
}

TEST(FlatSearch, agrees_with_the_oracle) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        World world(random, static_cast<uint32_t>(1 + random() % 12), random() % 6);
        for (const Distance distance : {Distance::dot, Distance::euclid, Distance::manhattan}) {
            // Several queries with different k share one pass.
            const size_t count = 1 + random() % 4;
            const RowNumbers order;
            std::vector<std::vector<float>> queries;
            std::vector<TopK> heaps;
            std::vector<size_t> wanted;
            heaps.reserve(count);
            std::vector<FlatQuery> flat;
            for (size_t i = 0; i < count; ++i) {
                queries.push_back(small_vector(random, world.dim));
                wanted.push_back(random() % 20);
                heaps.emplace_back(wanted.back(), order);
            }
            for (size_t i = 0; i < count; ++i) flat.push_back({queries[i].data(), &heaps[i]});
            const FlatShape shape{vector::Datatype::f32, distance, world.dim};
            ASSERT_TRUE(flat_search(world.runs, shape, flat).ok());
            for (size_t i = 0; i < count; ++i) {
                expect_same(heaps[i].take(), world.best(distance, queries[i], wanted[i]));
            }
        }
    }
}

TEST(FlatSearch, what_one_run_found_bounds_the_next) {
    std::mt19937_64 random(5);
    World world(random, 4, 5);
    const RowNumbers order;
    const std::vector<float> query = small_vector(random, 4);
    TopK all(1000, order);
    TopK bounded(3, order);
    const FlatShape shape{vector::Datatype::f32, Distance::euclid, 4};
    const FlatQuery queries[] = {{query.data(), &all}, {query.data(), &bounded}};
    ASSERT_TRUE(flat_search(world.runs, shape, queries).ok());
    const auto sorted = all.take();
    ASSERT_GT(sorted.size(), 3u);
    EXPECT_EQ(bounded.bound(), sorted[2].key);
    expect_same(bounded.take(), {sorted.begin(), sorted.begin() + 3});
}

TEST(FlatSearch, finds_nothing_where_everything_is_hidden) {
    std::mt19937_64 random(6);
    std::vector<TestEntry> entries{{{1, 1}, {1, 2}}, {{2, 1}, {3, 4}}};
    RunView view{make_tail(1, entries, 2), 2, {}};
    const uint64_t edit = base::next_edit();
    view.hidden.set(0, edit);
    view.hidden.set(1, edit);
    const RowNumbers order;
    TopK top(5, order);
    const std::vector<float> query = {1, 1};
    const FlatQuery queries[] = {{query.data(), &top}};
    const FlatShape shape{vector::Datatype::f32, Distance::dot, 2};
    ASSERT_TRUE(flat_search(std::span(&view, 1), shape, queries).ok());
    EXPECT_TRUE(top.take().empty());
}

TEST(FlatSearch, covers_runs_of_many_blocks) {
    // 3000 positions of 256 bytes: more than one block of 128 KiB, and no multiple of it.
    constexpr uint32_t kDim = 64;
    std::mt19937_64 random(7);
    std::vector<TestEntry> entries(3000);
    for (uint32_t i = 0; i < entries.size(); ++i) entries[i] = {{i, 1}, small_vector(random, kDim)};
    TestFiles files;
    const RunView runs[] = {
        {files.open(files.write(f32_shape(kDim), entries), f32_shape(kDim), 1), 3000, {}}};
    const FlatShape shape{vector::Datatype::f32, Distance::euclid, kDim};
    const RowNumbers order;
    for (const uint32_t row : {0u, 511u, 512u, 1023u, 2999u}) {
        TopK top(1, order);
        const FlatQuery queries[] = {{entries[row].values.data(), &top}};
        ASSERT_TRUE(flat_search(runs, shape, queries).ok());
        const auto found = top.take();
        ASSERT_EQ(found.size(), 1u);
        EXPECT_EQ(found[0].row, row);
    }
}

// A run that cannot be read.
class BrokenRun final : public DenseRun {
  public:
    uint32_t id() const override { return 1; }
    uint32_t row_bytes() const override { return 8; }
    base::Result<DenseBlock> block(uint32_t, uint32_t) const override {
        return base::Status::make_corrupt("page 3 is damaged");
    }
    base::Status rows(uint32_t, std::span<uint32_t>) const override { return {}; }
    base::Status entries(uint32_t, std::span<DenseEntry>) const override { return {}; }
    bool in_file() const override { return true; }
    size_t heap_bytes(uint32_t) const override { return 0; }
};

TEST(FlatSearch, a_damaged_run_is_an_error_and_no_missing_hit) {
    const RunView runs[] = {{std::make_shared<BrokenRun>(), 4, {}}};
    const RowNumbers order;
    TopK top(5, order);
    const std::vector<float> query = {1, 1};
    const FlatQuery queries[] = {{query.data(), &top}};
    const FlatShape shape{vector::Datatype::f32, Distance::dot, 2};
    EXPECT_EQ(flat_search(runs, shape, queries).code(), Code::corrupt);
}

TEST(FlatSearch, keys_turn_scores_and_back) {
    for (const Distance distance :
         {Distance::cosine, Distance::dot, Distance::euclid, Distance::manhattan}) {
        for (const float score : {0.0F, 1.5F, -2.25F}) {
            EXPECT_EQ(score_of_key(key_of_score(score, distance), distance), score);
        }
        EXPECT_FALSE(std::signbit(score_of_key(key_of_score(0.0F, distance), distance)));
        const float nearer = higher_is_better(distance) ? 2.0F : 1.0F;
        EXPECT_LT(key_of_score(nearer, distance), key_of_score(3.0F - nearer, distance));
    }
}

TEST(FlatSearch, scores_that_are_no_numbers_are_the_worst) {
    const float infinity = std::numeric_limits<float>::infinity();
    const float largest = std::numeric_limits<float>::max();
    for (const Distance distance : {Distance::dot, Distance::euclid}) {
        EXPECT_EQ(key_of_score(std::nanf(""), distance), largest);
        EXPECT_TRUE(std::isfinite(key_of_score(infinity, distance)));
        EXPECT_TRUE(std::isfinite(key_of_score(-infinity, distance)));
    }
    EXPECT_EQ(key_of_score(infinity, Distance::dot), -largest);
    EXPECT_EQ(key_of_score(infinity, Distance::euclid), largest);
}

TEST(FlatSearch, asks_for_blocks_that_stay_in_the_cache) {
    EXPECT_EQ(block_positions(0), 2048u);
    EXPECT_EQ(block_positions(1), 2048u);
    EXPECT_EQ(block_positions(512), 256u);
    EXPECT_EQ(block_positions(1u << 20), 1u);
}

}  // namespace
}  // namespace grape::index
