// The executor against an oracle: pages of the sorted list of all hits.
#include "core/query/executor.h"

#include <cmath>

#include "tests/unit/core/index/index_fixture.h"

namespace grape::query {
namespace {

using index::FlatShape;
using index::RowNumbers;
using index::RunView;
using vector::Distance;

Nearest nearest_to(const std::vector<float>& values) {
    Nearest out;
    const base::Bytes bytes = index::bytes_of(values);
    out.vector.assign(bytes.begin(), bytes.end());
    return out;
}

std::vector<uint32_t> rows_of(const std::vector<Hit>& hits) {
    std::vector<uint32_t> out;
    for (const Hit& hit : hits) out.push_back(hit.row);
    return out;
}
using Rows = std::vector<uint32_t>;

// Vectors by row, for the searches that go by rows; no test here asks for one.
class NoVectors final : public index::RowVectors {
  public:
    base::Result<index::DenseBlock> vector_of(uint32_t) const override {
        return index::DenseBlock();
    }
};

// Five points on a line, rows 0 to 4 at 0, 1, 2, 3, 4, in two runs.
class Line {
  public:
    Line() {
        runs.push_back({index::make_tail(1, {{{0, 1}, {0}}, {{3, 1}, {3}}}, 1), 2, {}});
        runs.push_back(
            {index::make_tail(2, {{{1, 1}, {1}}, {{4, 1}, {4}}, {{2, 1}, {2}}}, 1), 3, {}});
    }
    std::vector<std::vector<Hit>> run(std::span<const Nearest> queries,
                                      Distance distance = Distance::euclid) const {
        const FlatShape shape{vector::Datatype::f32, distance, 1};
        const NoVectors vectors;
        auto hits = run_nearest({runs, vectors, shape, order}, queries);
        EXPECT_TRUE(hits.ok());
        return hits.ok() ? std::move(hits).value() : std::vector<std::vector<Hit>>();
    }
    std::vector<Hit> run(const Nearest& query, Distance distance = Distance::euclid) const {
        return run(std::span(&query, 1), distance).at(0);
    }

    std::vector<RunView> runs;
    RowNumbers order;
};

TEST(Executor, gives_the_nearest_first_with_scores) {
    const Line line;
    const auto hits = line.run(nearest_to({0.75F}));
    EXPECT_EQ(rows_of(hits), (Rows{1, 0, 2, 3, 4}));
    EXPECT_EQ(hits[0].score, 0.25F);
    EXPECT_EQ(hits[1].score, 0.75F);
}

TEST(Executor, a_higher_dot_product_comes_first) {
    const Line line;
    const auto hits = line.run(nearest_to({2}), Distance::dot);
    EXPECT_EQ(rows_of(hits), (Rows{4, 3, 2, 1, 0}));
    EXPECT_EQ(hits[0].score, 8.0F);
}

TEST(Executor, cuts_pages_by_offset_and_limit) {
    const Line line;
    Nearest query = nearest_to({0});
    query.limit = 2;
    EXPECT_EQ(rows_of(line.run(query)), (Rows{0, 1}));
    query.offset = 2;
    EXPECT_EQ(rows_of(line.run(query)), (Rows{2, 3}));
    query.offset = 4;
    EXPECT_EQ(rows_of(line.run(query)), (Rows{4}));
    query.offset = 5;
    EXPECT_TRUE(line.run(query).empty());
    query.offset = 1'000'000;
    EXPECT_TRUE(line.run(query).empty());
}

TEST(Executor, a_limit_of_0_gives_nothing) {
    const Line line;
    Nearest query = nearest_to({0});
    query.limit = 0;
    EXPECT_TRUE(line.run(query).empty());
}

TEST(Executor, a_huge_limit_costs_no_memory) {
    const Line line;
    Nearest query = nearest_to({0});
    query.limit = uint64_t{1} << 62;
    EXPECT_EQ(line.run(query).size(), 5u);
}

TEST(Executor, a_threshold_is_strict) {
    const Line line;
    Nearest query = nearest_to({0});
    query.score_threshold = 2.0F;  // nearer than 2
    EXPECT_EQ(rows_of(line.run(query)), (Rows{0, 1}));
    query.score_threshold = 0.0F;
    EXPECT_TRUE(line.run(query).empty());
    query = nearest_to({1});
    query.score_threshold = 2.0F;  // a product above 2
    EXPECT_EQ(rows_of(line.run(query, Distance::dot)), (Rows{4, 3}));
}

TEST(Executor, leaves_out_the_point_that_gave_the_vector) {
    const Line line;
    Nearest query = nearest_to({2});
    query.exclude_row = 2;
    query.limit = 2;
    // Rows 1 and 3 tie; the smaller one comes first.
    EXPECT_EQ(rows_of(line.run(query)), (Rows{1, 3}));
    query.offset = 1;
    EXPECT_EQ(rows_of(line.run(query)), (Rows{3, 0}));
    query.exclude_row = 99;  // not among the hits: nothing else is missing
    query.offset = 0;
    EXPECT_EQ(rows_of(line.run(query)), (Rows{2, 1}));
}

TEST(Executor, does_not_count_hidden_vectors) {
    Line line;
    line.runs[1].hidden.set(2, base::next_edit());  // row 2
    Nearest query = nearest_to({2});
    query.limit = 2;
    EXPECT_EQ(rows_of(line.run(query)), (Rows{1, 3}));
}

TEST(Executor, without_runs_there_are_no_hits) {
    const RowNumbers order;
    const Nearest query = nearest_to({1});
    const FlatShape shape{vector::Datatype::f32, Distance::dot, 1};
    const NoVectors vectors;
    const auto hits = run_nearest({{}, vectors, shape, order}, std::span(&query, 1));
    ASSERT_TRUE(hits.ok());
    ASSERT_EQ(hits->size(), 1u);
    EXPECT_TRUE(hits->at(0).empty());
}

TEST(Executor, answers_a_batch_as_it_answers_each) {
    for (uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        Line line;
        uint32_t row = 5;
        for (uint32_t run = 3; run < 6; ++run) {
            std::vector<index::TestEntry> entries(random() % 50);
            for (auto& each : entries) each = {{row++, 1}, index::small_vector(random, 1)};
            const auto length = static_cast<uint32_t>(entries.size());
            line.runs.push_back({index::make_tail(run, entries, 1), length, {}});
        }
        std::vector<Nearest> queries;
        for (size_t i = 0; i < 8; ++i) {
            Nearest& query = queries.emplace_back(nearest_to(index::small_vector(random, 1)));
            query.limit = random() % 12;
            query.offset = random() % 6;
            if (random() % 2 == 0) query.score_threshold = static_cast<float>(random() % 4);
            if (random() % 2 == 0) query.exclude_row = static_cast<uint32_t>(random() % 20);
        }
        const auto together = line.run(queries);
        ASSERT_EQ(together.size(), queries.size());
        for (size_t i = 0; i < queries.size(); ++i) {
            const auto alone = line.run(queries[i]);
            ASSERT_EQ(rows_of(together[i]), rows_of(alone));
            // The page of the whole list.
            Nearest all = queries[i];
            all.limit = 1000;
            all.offset = 0;
            Rows expected = rows_of(line.run(all));
            expected.erase(expected.begin(),
                           expected.begin() + static_cast<std::ptrdiff_t>(std::min<uint64_t>(
                                                  queries[i].offset, expected.size())));
            expected.resize(std::min<uint64_t>(expected.size(), queries[i].limit));
            ASSERT_EQ(rows_of(alone), expected);
        }
    }
}

}  // namespace
}  // namespace grape::query
