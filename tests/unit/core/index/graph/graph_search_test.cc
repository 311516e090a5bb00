#include "core/index/graph/graph_search.h"

#include "core/index/graph/graph_walk.h"
#include "tests/unit/core/index/graph/graph_tester.h"

namespace grape::index {
namespace {

constexpr Distance kDistances[] = {Distance::cosine, Distance::dot, Distance::euclid,
                                   Distance::manhattan};

// A test that is sure of every row.
class SureTest : public RowTest {
  public:
    base::Result<bool> matches(uint32_t row) override { return may_match(row); }
    uint64_t count_max() const override { return UINT64_MAX; }
};

class EveryThird final : public SureTest {
  public:
    explicit EveryThird(uint32_t part = 3) : part_(part) {}
    bool may_match(uint32_t row) const override { return TestVectors::index(row) % part_ == 0; }

  private:
    const uint32_t part_;
};

TEST(GraphSearch, finds_most_of_the_nearest_by_every_distance_and_type) {
    for (const Distance distance : kDistances) {
        for (const Datatype datatype : {Datatype::f32, Datatype::f16, Datatype::u8}) {
            SCOPED_TRACE(base::cat(int(distance), " ", int(datatype)));
            const TestVectors vectors = make_vectors(graph_shape(24, distance, datatype), 3000, 1);
            GraphFiles files;
            const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
            EXPECT_GE(GraphTester(vectors).recall(*run, 10), 0.97);
        }
    }
}

TEST(GraphSearch, more_effort_finds_more) {
    const TestVectors vectors = make_vectors(graph_shape(40), 6000, 2, 100);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    const auto recall = [&](uint32_t effort) {
        return tester.recall(*run, 10, [&](GraphQuery& query) { query.effort = effort; });
    };
    EXPECT_GE(recall(0), 0.95);
    EXPECT_GE(recall(400), 0.995);
    EXPECT_LE(recall(10), recall(400));
}

TEST(GraphSearch, every_row_finds_itself) {
    TestVectors vectors = make_vectors(graph_shape(16), 2000, 3, 0);
    for (uint32_t i = 0; i < vectors.count(); ++i) {
        vectors.queries.push_back(floats_at(vectors.at(i), 16));
    }
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    size_t missed = 0;
    for (uint32_t i = 0; i < vectors.count(); ++i) {
        const auto answer = tester.search(*run, i, 1);
        missed += answer.found.size() != 1 || answer.found[0].row != TestVectors::row(i) ? 1 : 0;
    }
    EXPECT_EQ(missed, 0u);
}

// Instead of a walk: all codes of the rows that a filter leaves. Hidden ones and rows without a
// node are not met.
TEST(GraphSearch, rows_that_are_known_are_compared_by_their_codes) {
    const TestVectors vectors = make_vectors(graph_shape(24), 3000, 12);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    std::mt19937_64 random(12);
    base::ChunkedBitset hidden;
    for (const uint32_t part : {2u, 20u, 300u, 5000u}) {
        std::vector<uint32_t> rows, nodes;
        for (uint32_t row = 0; row < 7 * 3100; ++row) {
            if (random() % part == 0) rows.push_back(row);
        }
        for (const uint32_t row : rows) {
            const uint32_t node = *run->find(row);
            if (node != kNoNode && random() % 10 == 0) hidden.set(node, part);
            if (node != kNoNode && !hidden.test(node)) nodes.push_back(node);
        }
        GraphTester tester(vectors);
        const auto asked = [&](GraphQuery& query) {
            query.rows = &rows;
            query.hidden = &hidden;
        };
        const auto matches = [&](uint32_t row) {
            return std::binary_search(rows.begin(), rows.end(), row) &&
                   !hidden.test(*run->find(row));
        };
        EXPECT_GE(tester.recall(*run, 10, asked, matches), 0.999) << part;
        const auto answer = tester.search(*run, 0, 4000, asked);
        EXPECT_EQ(answer.found.size(), nodes.size());
        EXPECT_EQ(answer.reply.visits, nodes.size());
    }
}

TEST(GraphSearch, small_graphs_answer_exactly) {
    for (const uint32_t count : {1u, 2u, 3u, 10u, 40u, 100u}) {
        SCOPED_TRACE(count);
        const TestVectors vectors = make_vectors(graph_shape(5), count, count);
        GraphFiles files;
        const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
        GraphTester tester(vectors);
        EXPECT_EQ(tester.recall(*run, 10), 1);
        const auto answer = tester.search(*run, 0, 200);
        EXPECT_EQ(answer.found.size(), count);
        EXPECT_TRUE(answer.reply.complete);
    }
}

TEST(GraphSearch, hidden_nodes_lead_on_and_are_no_answers) {
    const TestVectors vectors = make_vectors(graph_shape(16), 4000, 4);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    base::ChunkedBitset hidden;
    std::vector<uint8_t> gone(vectors.count());
    std::mt19937_64 random(5);
    for (uint32_t node = 0; node < run->count(); ++node) {
        if (random() % 5 != 0) continue;
        uint32_t row = 0;
        ASSERT_TRUE(run->rows(node, std::span(&row, 1)).ok());
        hidden.set(node, 1);
        gone[TestVectors::index(row)] = 1;
    }
    const auto matches = [&](uint32_t row) { return gone[TestVectors::index(row)] == 0; };
    EXPECT_GE(GraphTester(vectors).recall(
                  *run, 10, [&](GraphQuery& query) { query.hidden = &hidden; }, matches),
              0.97);
}

// All that is near is gone: the walk must go through it and on.
TEST(GraphSearch, finds_answers_behind_a_hidden_neighbourhood) {
    const TestVectors vectors = make_vectors(graph_shape(16), 3000, 6, 10);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    for (size_t query = 0; query < vectors.queries.size(); ++query) {
        base::ChunkedBitset hidden;
        std::vector<uint8_t> gone(vectors.count());
        for (const Candidate& each : tester.exact(query, 500)) {
            gone[TestVectors::index(each.row)] = 1;
            const auto node = run->find(each.row);
            ASSERT_TRUE(node.ok());
            hidden.set(*node, 1);
        }
        const auto answer =
            tester.search(*run, query, 10, [&](GraphQuery& asked) { asked.hidden = &hidden; });
        ASSERT_EQ(answer.found.size(), 10u);
        for (const Candidate& each : answer.found) {
            EXPECT_EQ(gone[TestVectors::index(each.row)], 0);
        }
    }
}

TEST(GraphSearch, a_filter_gives_matching_rows_at_every_share) {
    const TestVectors vectors = make_vectors(graph_shape(16), 6000, 7);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    for (const uint32_t part : {1u, 2u, 3u, 10u, 30u, 100u}) {
        SCOPED_TRACE(part);
        EveryThird filter(part);
        EXPECT_GE(tester.recall(
                      *run, 10, [&](GraphQuery& query) { query.test = &filter; },
                      [&](uint32_t row) { return filter.may_match(row); }),
                  0.95);
    }
}

TEST(GraphSearch, a_filter_far_from_the_query_is_reached) {
    const TestVectors vectors = make_vectors(graph_shape(16), 3000, 8, 10);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    class Rows final : public SureTest {
      public:
        bool may_match(uint32_t row) const override {
            return allowed[TestVectors::index(row)] != 0;
        }
        std::vector<uint8_t> allowed;
    };
    for (size_t query = 0; query < vectors.queries.size(); ++query) {
        Rows filter;
        filter.allowed.assign(vectors.count(), 1);
        // All but the 100 that are furthest away.
        for (const Candidate& each : tester.exact(query, 2900)) {
            filter.allowed[TestVectors::index(each.row)] = 0;
        }
        const auto answer =
            tester.search(*run, query, 10, [&](GraphQuery& asked) { asked.test = &filter; });
        EXPECT_EQ(answer.found.size(), 10u);
        EXPECT_TRUE(answer.reply.complete);
    }
}

TEST(GraphSearch, stops_when_it_may_visit_no_more) {
    const TestVectors vectors = make_vectors(graph_shape(16), 3000, 9, 5);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    EveryThird none(1u << 30);
    const auto answer = tester.search(*run, 0, 10, [&](GraphQuery& query) {
        query.test = &none;
        query.visits_max = 200;
    });
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_GT(answer.reply.visits, 200u);
    EXPECT_LE(answer.reply.visits, 200u + 2 * kDegreeMax);
}

TEST(GraphSearch, equal_scores_go_by_the_order_of_rows) {
    TestVectors vectors = make_vectors(graph_shape(4), 400, 10, 1);
    for (uint32_t i = 1; i < vectors.count(); ++i) {
        std::memcpy(vectors.stored.data() + i * 16, vectors.stored.data(), 16);
    }
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    const auto answer =
        GraphTester(vectors).search(*run, 0, 5, [](GraphQuery& query) { query.effort = 400; });
    ASSERT_EQ(answer.found.size(), 5u);
    for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(answer.found[i].row, TestVectors::row(i));
}

// What other runs found already bounds what is scored exactly.
TEST(GraphSearch, shares_its_bound) {
    const TestVectors vectors = make_vectors(graph_shape(16), 2000, 11, 1);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    GraphTester tester(vectors);
    const auto answer =
        tester.search(*run, 0, 10, [](GraphQuery& query) { query.top->limit_bound(-1); });
    EXPECT_TRUE(answer.found.empty());
    EXPECT_LT(answer.reply.scored, tester.search(*run, 0, 10).reply.scored);
}

TEST(GraphSearch, every_placement_gives_the_same_answers) {
    const std::string folder = ::testing::TempDir() + "grape_graph_placements";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const TestVectors vectors = make_vectors(graph_shape(70), 2500, 12, 20);
    GraphFiles files(folder);
    const auto section = files.write(build_graph(vectors), 100);
    EveryThird filter;
    for (const bool filtered : {false, true}) {
        const auto change = [&](GraphQuery& query) { query.test = filtered ? &filter : nullptr; };
        std::vector<std::vector<Candidate>> first;
        std::vector<uint64_t> visits;
        for (const auto placement :
             {storage::Placement::pinned, storage::Placement::cached, storage::Placement::cold}) {
            const auto run = files.open(section, vectors.shape, placement);
            ASSERT_TRUE(run->verify().ok());
            ASSERT_EQ(run->memory() == nullptr, placement == storage::Placement::cold);
            GraphTester tester(vectors);
            for (size_t query = 0; query < vectors.queries.size(); ++query) {
                const auto answer = tester.search(*run, query, 10, change);
                ASSERT_TRUE(answer.status.ok()) << answer.status.to_string();
                if (placement == storage::Placement::pinned) {
                    first.push_back(answer.found);
                    visits.push_back(answer.reply.visits);
                    continue;
                }
                ASSERT_EQ(answer.reply.visits, visits[query]);
                ASSERT_EQ(answer.found.size(), first[query].size());
                for (size_t i = 0; i < answer.found.size(); ++i) {
                    ASSERT_EQ(answer.found[i].row, first[query][i].row);
                    ASSERT_EQ(answer.found[i].key, first[query][i].key);
                }
            }
        }
    }
    std::filesystem::remove_all(folder);
}

TEST(GraphSearch, a_failing_score_ends_the_search) {
    const TestVectors vectors = make_vectors(graph_shape(8), 300, 13, 1);
    GraphFiles files;
    const auto run = files.open(files.write(build_graph(vectors)), vectors.shape);
    const auto answer = GraphTester(vectors).search(*run, 0, 10, [](GraphQuery& query) {
        query.exact_keys = [](std::span<const GraphCandidate>, std::span<float>) {
            return base::Status::make_io("a disk");
        };
    });
    EXPECT_EQ(answer.status.code(), Code::io);
}

}  // namespace
}  // namespace grape::index
