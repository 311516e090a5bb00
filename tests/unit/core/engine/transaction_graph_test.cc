// Transactions on a collection that has a graph: searches inside walk it, and see their own writes
// and not their own deletes; what was superseded never comes back, whoever looks.
#include <random>

#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

constexpr uint32_t kDim = 8;
constexpr uint64_t kPoints = 1000;
using Vector = std::vector<float>;

class TransactionsOverGraphs : public testing::Test {
  public:
    TransactionsOverGraphs() : database_(directory_.file("db"), small_sizes()) {
        database_.run(R"({"create_collection": {"collection_name": "a",
                          "vectors": {"size": 8, "distance": "Euclid"}}})");
        put(0, 0, kPoints);
        database_.run(R"({"optimize": {}})");
        EXPECT_EQ(explained().search, "graph");
    }

    uint64_t begin() { return ask<TransactionReply>(BeginTransaction{}, 0).transaction; }
    template <typename Body>
    Body ask(const RequestBody& body, uint64_t transaction) {
        const auto reply = database_.database().execute({body, {}, transaction});
        EXPECT_TRUE(reply.ok()) << reply.status().to_string();
        return reply.ok() ? std::get<Body>(reply->body) : Body{};
    }
    // Points with new vectors; gives the vector of the first.
    Vector put(uint64_t transaction, uint64_t first, uint64_t count) {
        UpsertPoints request;
        request.collection = "a";
        for (uint64_t id = first; id < first + count; ++id) {
            vectors_[id] = draw();
            auto values = std::make_shared<Vector>(vectors_[id]);
            PointInput& point = request.points.emplace_back();
            point.id = base::PointId::number(id);
            point.vectors.push_back({"", {values->data(), vector::Datatype::f32, kDim, values}});
        }
        ask<WriteReply>(request, transaction);
        return vectors_[first];
    }
    void remove(uint64_t transaction, uint64_t first, uint64_t count) {
        ask<WriteReply>(deletion("a", first, count), transaction);
    }
    std::vector<ScoredPoint> search(uint64_t transaction, const Vector& near, uint64_t limit = 10,
                                    bool exact = false) {
        QueryPoints request;
        request.collection = "a";
        request.query = VectorData{near.data(), vector::Datatype::f32, kDim, nullptr};
        request.limit = limit;
        request.exact = exact;
        return ask<QueryReply>(request, transaction).points;
    }
    // Whether the point lies exactly there.
    bool lies_at(uint64_t transaction, uint64_t id, const Vector& where) {
        const auto found = search(transaction, where);
        return !found.empty() && found[0].point.id == base::PointId::number(id) &&
               found[0].score == 0;
    }
    // Whether the point is among the nearest.
    bool is_near(uint64_t transaction, uint64_t id, const Vector& where) {
        const auto found = search(transaction, where);
        return std::any_of(found.begin(), found.end(), [id](const ScoredPoint& each) {
            return each.point.id == base::PointId::number(id);
        });
    }
    // Every answer is of points that are there, with the scores that they have now, and nearly all
    // of those that an exact search finds.
    void expect_right(uint64_t transaction) {
        size_t wanted = 0, same = 0;
        for (int i = 0; i < 20; ++i) {
            const Vector near = draw();
            std::map<base::PointId, float> all;
            for (const auto& each : search(transaction, near, 2 * kPoints, true)) {
                all[each.point.id] = each.score;
            }
            const auto exact = search(transaction, near, 10, true);
            const auto found = search(transaction, near, 10);
            ASSERT_EQ(found.size(), exact.size());
            for (const auto& each : found) {
                ASSERT_TRUE(all.contains(each.point.id)) << each.point.id.to_string();
                ASSERT_EQ(all.at(each.point.id), each.score);
                same += each.score <= exact.back().score ? 1 : 0;
            }
            wanted += exact.size();
        }
        EXPECT_GE(same * 100, wanted * 95) << same << " of " << wanted;
    }
    ExplainReply explained() {
        ExplainQuery request;
        request.collection = "a";
        return database_.ask<ExplainReply>(request);
    }
    void expect_sound() { EXPECT_EQ(database_.problems(), ""); }
    Vector vector_of(uint64_t id) { return vectors_[id]; }
    TestDatabase& database() { return database_; }

  private:
    static OpenOptions::Sizes small_sizes() {
        OpenOptions::Sizes sizes;
        sizes.graph_vectors_min = 400;
        sizes.small_shard_bytes = 1;
        return sizes;
    }
    Vector draw() {
        std::normal_distribution<float> normal;
        Vector out(kDim);
        for (float& value : out) value = normal(random_);
        return out;
    }

    TemporaryDirectory directory_;
    TestDatabase database_;
    std::map<uint64_t, Vector> vectors_;
    std::mt19937_64 random_{20261121};
};

TEST_F(TransactionsOverGraphs, searches_see_own_writes_and_not_own_deletes) {
    const uint64_t t = begin();
    const Vector old_3 = vector_of(3), old_7 = vector_of(7);
    const Vector new_3 = put(t, 3, 1), made = put(t, 5000, 1);
    remove(t, 7, 1);
    EXPECT_TRUE(lies_at(t, 3, new_3));
    EXPECT_TRUE(lies_at(t, 5000, made));
    EXPECT_FALSE(lies_at(t, 3, old_3));
    EXPECT_FALSE(is_near(t, 7, old_7));
    expect_right(t);
    // Nobody else sees it.
    EXPECT_TRUE(lies_at(0, 3, old_3));
    EXPECT_TRUE(lies_at(0, 7, old_7));
    EXPECT_FALSE(is_near(0, 5000, made));
    expect_right(0);
    ask<WriteReply>(CommitTransaction{}, t);
    for (const bool rebuilt : {false, true}) {
        if (rebuilt) database().run(R"({"optimize": {}})");
        EXPECT_TRUE(lies_at(0, 3, new_3));
        EXPECT_TRUE(lies_at(0, 5000, made));
        EXPECT_FALSE(lies_at(0, 3, old_3));
        EXPECT_FALSE(is_near(0, 7, old_7));
        expect_right(0);
        expect_sound();
    }
    database().reopen();
    EXPECT_TRUE(lies_at(0, 3, new_3));
    EXPECT_FALSE(is_near(0, 7, old_7));
    expect_right(0);
}

TEST_F(TransactionsOverGraphs, what_is_rolled_back_was_never_there) {
    const uint64_t t = begin();
    const Vector old_3 = vector_of(3), old_9 = vector_of(9);
    remove(t, 3, 1);
    ask<TransactionReply>(SetSavepoint{"a"}, t);
    const Vector new_9 = put(t, 9, 1), back_3 = put(t, 3, 1);
    EXPECT_TRUE(lies_at(t, 9, new_9));
    EXPECT_TRUE(lies_at(t, 3, back_3));
    ask<TransactionReply>(RollbackToSavepoint{"a"}, t);
    EXPECT_TRUE(lies_at(t, 9, old_9));
    EXPECT_FALSE(is_near(t, 9, new_9));
    EXPECT_FALSE(is_near(t, 3, old_3));
    EXPECT_FALSE(is_near(t, 3, back_3));
    expect_right(t);
    ask<TransactionReply>(RollbackTransaction{}, t);
    EXPECT_TRUE(lies_at(0, 3, old_3));
    EXPECT_TRUE(lies_at(0, 9, old_9));
    expect_right(0);
    expect_sound();
}

// The graph of the view stays, whatever takes its place.
TEST_F(TransactionsOverGraphs, keep_their_state_while_the_graph_is_made_anew) {
    const uint64_t t = begin();
    const Vector old_0 = vector_of(0), old_500 = vector_of(500);
    const Vector own = put(t, 6000, 1);
    put(0, 0, 400);
    remove(0, 500, 200);
    put(0, kPoints, 300);
    database().run(R"({"optimize": {}})");
    EXPECT_TRUE(lies_at(t, 0, old_0));
    EXPECT_TRUE(lies_at(t, 500, old_500));
    EXPECT_TRUE(lies_at(t, 6000, own));
    EXPECT_FALSE(is_near(t, kPoints, vector_of(kPoints)));
    expect_right(t);
    EXPECT_TRUE(lies_at(0, kPoints, vector_of(kPoints)));
    EXPECT_FALSE(is_near(0, 500, old_500));
    expect_right(0);
    ask<WriteReply>(CommitTransaction{}, t);
    EXPECT_TRUE(lies_at(0, 6000, own));
    EXPECT_FALSE(lies_at(0, 0, old_0));
    expect_right(0);
    expect_sound();
}

TEST_F(TransactionsOverGraphs, searches_are_never_short) {
    const uint64_t t = begin();
    remove(t, 0, kPoints - 60);
    for (const uint64_t limit : {10u, 60u, 200u}) {
        for (int i = 0; i < 10; ++i) {
            EXPECT_EQ(search(t, vector_of(static_cast<uint64_t>(i)), limit).size(),
                      std::min<uint64_t>(limit, 60));
        }
    }
    remove(t, 0, kPoints);
    EXPECT_TRUE(search(t, vector_of(1)).empty());
    EXPECT_EQ(search(0, vector_of(1)).size(), 10u);
    ask<TransactionReply>(RollbackTransaction{}, t);
}

TEST_F(TransactionsOverGraphs, superseded_vectors_never_come_back) {
    std::vector<std::pair<uint64_t, Vector>> gone;
    for (int round = 0; round < 12; ++round) {
        const uint64_t t = begin();
        const uint64_t first = static_cast<uint64_t>(round % 4) * 50;
        for (uint64_t id = first; id < first + 50; ++id) gone.emplace_back(id, vector_of(id));
        put(t, first, 50);
        if (round % 3 == 1) {
            remove(t, first, 10);  // and rows are given again
            put(t, first, 10);
        }
        const auto check = [&](uint64_t reader) {
            for (const auto& [id, where] : gone) EXPECT_FALSE(lies_at(reader, id, where));
        };
        check(t);
        ask<WriteReply>(CommitTransaction{}, t);
        check(0);
        if (round % 4 == 1) database().run(R"({"flush": {}})");
        if (round % 4 == 3) database().run(R"({"optimize": {}})");
        if (round == 6) database().reopen();
        check(0);
        expect_right(0);
    }
    expect_sound();
}

}  // namespace
}  // namespace grape::engine
