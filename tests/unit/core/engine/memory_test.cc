// What a budget for the memory of a database means for what is asked of it. Whether the memory is
// kept to is measured by tests/integration/budget/whole_database.cc.
#include "core/engine/memory_plan.h"

#include "tests/unit/core/engine/transaction_fixture.h"

namespace grape::engine {
namespace {

constexpr uint64_t kBudget = 16u << 20;
constexpr size_t kDim = 64;

void make_collection(TestDatabase& database, const std::string& placement) {
    const std::string made = database.run(
        base::cat(R"({"create_collection": {"collection_name": "c", "vectors": {"size": )", kDim,
                  R"(, "distance": "Dot", "memory": ")", placement, R"("}}})"));
    ASSERT_EQ(made.substr(0, 4), "true") << made;
}

UpsertPoints points(uint64_t first, uint64_t count) {
    static const std::vector<float> values(kDim, 0.5f);
    UpsertPoints out;
    out.collection = "c";
    for (uint64_t i = first; i < first + count; ++i) {
        PointInput& point = out.points.emplace_back();
        point.id = base::PointId::number(i);
        point.vectors.push_back(
            {"", VectorData{values.data(), vector::Datatype::f32, kDim, nullptr}});
    }
    return out;
}

base::Code upsert(TestDatabase& database, uint64_t first, uint64_t count) {
    return database.database().execute({points(first, count), {}}).status().code();
}

TEST(MemoryPlan, gives_out_no_more_than_there_is) {
    Sizes sizes;
    storage::StoreOptions store;
    const auto plan = MemoryPlan::make(kBudget, sizes, store);
    ASSERT_TRUE(plan.ok());
    const uint64_t given = plan->requests_bytes_max + plan->builds_bytes_max +
                           plan->pinned_bytes_max + plan->field_answers_bytes +
                           sizes.unflushed_bytes_max + 2 * store.write_buffer_bytes +
                           store.block_cache_bytes;
    EXPECT_LE(given, kBudget);
    EXPECT_LE(plan->request_bytes_max, plan->requests_bytes_max);
}

TEST(MemoryPlan, changes_nothing_without_a_budget) {
    Sizes sizes;
    storage::StoreOptions store;
    ASSERT_TRUE(MemoryPlan::make(0, sizes, store).ok());
    EXPECT_EQ(sizes.unflushed_bytes_max, Sizes().unflushed_bytes_max);
    EXPECT_EQ(store.write_buffer_bytes, storage::StoreOptions().write_buffer_bytes);
    EXPECT_EQ(MemoryPlan::make(1000, sizes, store).status().code(), base::Code::limit);
}

TEST(Memory, a_database_in_memory_is_full_at_its_budget) {
    TestDatabase database("", {}, false, kBudget);
    make_collection(database, "cached");
    uint64_t taken = 0;
    base::Code code = base::Code::ok;
    for (; taken < 200'000 && code == base::Code::ok; taken += 1000) {
        code = upsert(database, taken, 1000);
    }
    EXPECT_EQ(code, base::Code::nomem);
    EXPECT_GT(taken * kDim * sizeof(float), kBudget / 4);
    EXPECT_LT(taken * kDim * sizeof(float), kBudget + kBudget / 2);
    // Who asks only for what is there is not hurt.
    EXPECT_EQ(database.ask<CountReply>(CountPoints{"c", nullptr}).count, taken - 1000);
    std::string ids;
    for (uint64_t id = 0; id < 10'000; ++id) ids += base::cat(ids.empty() ? "" : ",", id);
    TestTransaction deleting(database);
    deleting.run(
        base::cat(R"({"delete_points": {"collection_name": "c", "points": [)", ids, "]}}"));
    EXPECT_TRUE(deleting.commits());
    EXPECT_EQ(database.problems(), "");
}

TEST(Memory, a_reply_that_does_not_fit_is_refused) {
    TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db", {}, false, kBudget);
    make_collection(database, "cached");
    for (uint64_t at = 0; at < 20'000; at += 1000) {
        ASSERT_EQ(upsert(database, at, 1000), base::Code::ok);
    }
    const std::string all = R"({"scroll_points": {"collection_name": "c", "limit": 20000,)"
                            R"( "with_vector": true}})";
    EXPECT_EQ(database.run(all).substr(0, 13), "GRAPE_E_NOMEM");
    const std::string few = R"({"scroll_points": {"collection_name": "c", "limit": 10,)"
                            R"( "with_vector": true}})";
    EXPECT_EQ(database.run(few).substr(0, 10), R"({"points":)");
}

TEST(Memory, a_commit_that_never_fits_is_refused_and_changes_nothing) {
    TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db", {}, true, kBudget);
    make_collection(database, "cached");
    BatchUpdate batch;  // its operations write no files of their own
    for (uint64_t i = 0; i < 20; ++i) batch.operations.emplace_back(points(1000 * i, 1000));
    const auto refused = database.database().execute({std::move(batch), {}});
    EXPECT_EQ(refused.status().code(), base::Code::nomem);
    EXPECT_NE(refused.status().message().find("memory_bytes_max"), std::string::npos);
    EXPECT_EQ(database.ask<CountReply>(CountPoints{"c", nullptr}).count, 0u);
    // As one operation it goes straight to a file.
    EXPECT_EQ(upsert(database, 0, 20'000), base::Code::ok);
    EXPECT_EQ(database.ask<CountReply>(CountPoints{"c", nullptr}).count, 20'000u);
}

TEST(Memory, where_nothing_flushes_the_writer_does) {
    TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db", {}, false, kBudget);
    make_collection(database, "cached");
    for (uint64_t at = 0; at < 30'000; at += 1000) {
        ASSERT_EQ(upsert(database, at, 1000), base::Code::ok) << at;
    }
    EXPECT_GT(database.ask<DatabaseInfoReply>(DatabaseInfo{}).flushes_done, 0u);
}

// Tails too small for a file, and those of collections that are gone, are nothing to wait for.
TEST(Memory, where_nothing_flushes_small_tails_do_not_add_up) {
    TemporaryDirectory directory;
    TestDatabase database(directory.file("db"), {}, false, kBudget);
    for (int round = 0; round < 20; ++round) {
        make_collection(database, "cached");
        for (uint64_t first = 0; first < 900; first += 300) {
            ASSERT_EQ(upsert(database, first, 300), base::Code::ok) << round;
        }
        database.run(R"({"delete_collection": {"collection_name": "c"}})");
    }
    EXPECT_EQ(database.problems(), "");
}

TEST(Memory, cold_collections_map_nothing) {
    TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db");
    make_collection(database, "cold");
    ASSERT_EQ(database
                  .run(R"({"create_field_index": {"collection_name": "c", "field_name": "a",)"
                       R"( "field_schema": "integer"}})")
                  .find("GRAPE_E"),
              std::string::npos);
    ASSERT_EQ(upsert(database, 0, 20'000), base::Code::ok);
    database.run(R"({"set_payload": {"collection_name": "c", "payload": {"a": 1},)"
                 R"( "points": [7, 8]}})");
    ASSERT_EQ(database.run(R"({"optimize": {}})").find("GRAPE_E"), std::string::npos);
    const std::string search = R"({"query_points": {"collection_name": "c", "query": 3,)"
                               R"( "limit": 2, "filter": {"must": [{"key": "a",)"
                               R"( "match": {"value": 1}}]}}})";
    const std::string found = database.run(search);
    EXPECT_NE(found.find(R"("id":7)"), std::string::npos) << found;
    EXPECT_EQ(database.ask<DatabaseInfoReply>(DatabaseInfo{}).mapped_bytes, 0u);
    database.reopen();
    EXPECT_EQ(database.run(search), found);
    EXPECT_EQ(database.ask<DatabaseInfoReply>(DatabaseInfo{}).mapped_bytes, 0u);
    EXPECT_EQ(database.problems(), "");
}

TEST(Memory, pinned_vectors_that_do_not_fit_are_mapped) {
    TemporaryDirectory directory;
    TestDatabase database(directory.path() + "/db", {}, false, kBudget);
    make_collection(database, "pinned");
    ASSERT_EQ(upsert(database, 0, 20'000), base::Code::ok);
    const auto info = database.ask<DatabaseInfoReply>(DatabaseInfo{});
    EXPECT_GT(info.mapped_bytes, 20'000u * kDim * sizeof(float) - 1);
    EXPECT_LT(info.heap_bytes, kBudget);
}

}  // namespace
}  // namespace grape::engine
