// Graphs in the engine: what searches find with one is what scans find, whatever happens to the
// points, the files and the graph itself.
#include "core/engine/graph_build.h"

#include <random>
#include <thread>

#include "tests/support/wait_until.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

using storage::files_with;

constexpr uint32_t kDim = 8;

OpenOptions::Sizes small_sizes() {
    OpenOptions::Sizes sizes;
    sizes.graph_vectors_min = 400;
    sizes.small_shard_bytes = 1;
    return sizes;
}

class Graphs : public testing::Test {
  public:
    std::string path() const { return directory_.file("db"); }

    static void make(TestDatabase& database, std::string_view distance = "Euclid",
                     std::string_view memory = "cached") {
        database.run(base::cat(R"({"create_collection": {"collection_name": "a",
                         "vectors": {"size": 8, "distance": ")",
                               distance, R"(", "memory": ")", memory, R"("}}})"));
    }
    std::vector<float> draw() {
        std::normal_distribution<float> normal(0, width);
        std::vector<float> out(kDim);
        for (float& value : out) value = normal(random_);
        return out;
    }
    // Points with new vectors, whether there were such points or not.
    void put(TestDatabase& database, uint64_t first, uint64_t count) {
        UpsertPoints request;
        request.collection = "a";
        for (uint64_t id = first; id < first + count; ++id) {
            auto values = std::make_shared<std::vector<float>>(draw());
            PointInput& point = request.points.emplace_back();
            point.id = base::PointId::number(id);
            point.vectors.push_back({"", {values->data(), vector::Datatype::f32, kDim, values}});
        }
        database.ask<WriteReply>(request);
    }
    static std::vector<uint64_t> find(TestDatabase& database, const std::vector<float>& query,
                                      bool exact) {
        QueryPoints request;
        request.collection = "a";
        request.query = VectorData{query.data(), vector::Datatype::f32, kDim, nullptr};
        request.exact = exact;
        request.hnsw_ef = 200;
        std::vector<uint64_t> out;
        for (const ScoredPoint& each : database.ask<QueryReply>(request).points) {
            out.push_back(each.point.id.as_number());
        }
        return out;
    }
    // At so much effort a walk misses nearly nothing; what is gone is never found.
    void expect_right_answers(TestDatabase& database) {
        size_t same = 0, wanted = 0;
        for (int i = 0; i < 30; ++i) {
            const std::vector<float> query = draw();
            const std::vector<uint64_t> exact = find(database, query, true);
            const std::vector<uint64_t> found = find(database, query, false);
            EXPECT_EQ(found.size(), exact.size());
            wanted += exact.size();
            for (const uint64_t id : found) {
                same += std::count(exact.begin(), exact.end(), id) != 0 ? 1 : 0;
            }
        }
        EXPECT_GE(same * 100, wanted * 97) << same << " of " << wanted;
    }
    // And nothing is wrong with the marks.
    void expect_right(TestDatabase& database) {
        expect_right_answers(database);
        EXPECT_EQ(database.problems(), "");
    }
    // Every second point gets 1 as its `n`, the others 0.
    static void mark(TestDatabase& database, uint64_t first, uint64_t end) {
        for (const uint64_t value : {0u, 1u}) {
            std::string ids;
            for (uint64_t id = first + value; id < end; id += 2) {
                ids += base::cat(ids.empty() ? "" : ",", id);
            }
            database.run(base::cat(R"({"set_payload": {"collection_name": "a", "points": [)", ids,
                                   R"(], "payload": {"n": )", value, "}}}"));
        }
    }
    void expect_right_filtered(TestDatabase& database) {
        size_t same = 0, wanted = 0;
        for (int i = 0; i < 30; ++i) {
            std::string text;
            for (const float value : draw()) text += base::cat(text.empty() ? "" : ",", value);
            const auto hits = [&](bool exact) {
                const auto request = decode_request_json(
                    base::cat(R"({"query_points": {"collection_name": "a", "query": [)", text,
                              R"(], "limit": 10, "filter": {"must": {"key": "n",
                              "match": {"value": 1}}}, "params": {"exact": )",
                              exact ? "true" : "false", "}}}"),
                    {});
                std::vector<uint64_t> out;
                for (const ScoredPoint& each : database.ask<QueryReply>(request->body).points) {
                    out.push_back(each.point.id.as_number());
                }
                return out;
            };
            const std::vector<uint64_t> exact = hits(true), found = hits(false);
            EXPECT_EQ(found.size(), 10u);
            wanted += exact.size();
            for (const uint64_t id : found) {
                same += std::count(exact.begin(), exact.end(), id) != 0 ? 1 : 0;
            }
        }
        EXPECT_GE(same * 1000, wanted * 997) << same << " of " << wanted;
    }
    std::vector<std::string> graph_files() const { return files_with(path() + "/files", ".graph"); }
    static DatabaseInfoReply info(TestDatabase& database) {
        return database.ask<DatabaseInfoReply>(DatabaseInfo{});
    }

    float width = 1;  // of what is drawn

  private:
    TemporaryDirectory directory_;
    std::mt19937_64 random_{20261121};
};

TEST_F(Graphs, are_made_by_optimize_and_found_again) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 1000);
    EXPECT_TRUE(graph_files().empty());
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(graph_files().size(), 1u);
    EXPECT_EQ(info(database).graphs_done, 1u);
    EXPECT_EQ(info(database).vectors_linked, 1000u);
    expect_right(database);
    database.reopen();
    expect_right(database);
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(info(database).graphs_started, 0u) << "a graph of everything was made again";
}

TEST_F(Graphs, few_vectors_have_none) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 399);
    database.run(R"({"optimize": {}})");
    EXPECT_TRUE(graph_files().empty());
    expect_right(database);
}

TEST_F(Graphs, follow_updates_and_deletes) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 1000);
    database.run(R"({"optimize": {}})");
    put(database, 100, 100);   // other vectors
    put(database, 1000, 100);  // more points
    database.ask<WriteReply>(deletion("a", 500, 50));
    database.run(R"({"delete_vectors": {"collection_name": "a", "points": [1, 2, 1001],
                     "vector": [""]}})");
    expect_right(database);
    database.run(R"({"flush": {}})");
    expect_right(database);
    database.reopen();
    expect_right(database);
    put(database, 500, 50);  // rows and ids that were used before
    expect_right(database);
    database.run(R"({"optimize": {}})");
    expect_right(database);
    database.reopen();  // nobody reads the old graph any more
    EXPECT_EQ(graph_files().size(), 1u) << "the old graph's file is still there";
}

// Longer vectors than all before are the best answers of dot, but the old codes do not reach them.
TEST_F(Graphs, begin_anew_for_vectors_that_do_not_fit) {
    TestDatabase database(path(), small_sizes());
    make(database, "Dot");
    put(database, 0, 1500);
    database.run(R"({"optimize": {}})");
    put(database, 1500, 300);
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(info(database).vectors_linked, 1800u);
    width = 10;
    put(database, 1800, 300);
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(info(database).vectors_linked, 1800u + 2100u);
    expect_right(database);
}

// Rows that an index knows are looked at by their codes, those that have none exactly.
TEST_F(Graphs, filters_find_what_scans_find) {
    TestDatabase database(path(), small_sizes());
    make(database);
    database.run(R"({"create_field_index": {"collection_name": "a", "field_name": "n",
                     "field_schema": "integer"}})");
    put(database, 0, 1500);
    mark(database, 0, 1500);
    database.run(R"({"optimize": {}})");
    expect_right_filtered(database);
    put(database, 300, 300);  // without payloads, then with them
    expect_right_filtered(database);
    mark(database, 300, 600);
    database.ask<WriteReply>(deletion("a", 900, 60));
    expect_right_filtered(database);
    database.reopen();
    expect_right_filtered(database);
    database.run(R"({"delete_field_index": {"collection_name": "a", "field_name": "n"}})");
    expect_right_filtered(database);
}

// What a walk found may not match after all: then it goes on, with a threshold too.
TEST_F(Graphs, find_the_few_that_match_within_a_threshold) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 1500);
    database.run(R"({"set_payload": {"collection_name": "a", "payload": {"n": 1},
                     "points": [70, 300, 410, 500, 777, 900, 1000, 1200, 1400, 1499]}})");
    database.run(R"({"optimize": {}})");
    const auto request = decode_request_json(R"({"query_points": {"collection_name": "a",
        "query": [0, 0, 0, 0, 0, 0, 0, 0], "limit": 10, "score_threshold": 100,
        "filter": {"must": {"key": "n", "match": {"value": 1}}}}})",
                                             {});
    EXPECT_EQ(database.ask<QueryReply>(request->body).points.size(), 10u);
}

// Some hundred nodes are nearer, but do not match; what matches outside of the graph is further
// away than what matches in it.
TEST_F(Graphs, answers_from_outside_hide_none_of_its_own) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 3000);
    database.run(R"({"optimize": {}})");
    width = 5;
    put(database, 3000, 200);
    std::string ids;
    for (uint64_t id = 0; id < 3200; id += id < 3000 ? 50 : 2) {
        ids += base::cat(ids.empty() ? "" : ",", id);
    }
    database.run(base::cat(R"({"set_payload": {"collection_name": "a", "payload": {"n": 1},
                     "points": [)",
                           ids, "]}}"));
    width = 0.1F;
    expect_right_filtered(database);
}

TEST_F(Graphs, go_on_from_the_old_one_until_it_is_worn) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 1000);
    database.run(R"({"optimize": {}})");
    put(database, 1000, 200);
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(info(database).vectors_linked, 1200u) << "the old nodes were linked again";
    expect_right(database);
    database.ask<WriteReply>(deletion("a", 0, 400));
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(info(database).vectors_linked, 2000u);
    expect_right(database);
}

TEST_F(Graphs, a_damaged_or_lost_one_is_only_slow) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 1000);
    database.run(R"({"optimize": {}})");
    for (const bool lost : {false, true}) {
        ASSERT_TRUE(database.close().ok());
        ASSERT_EQ(graph_files().size(), 1u);
        const std::string file = graph_files().at(0);
        if (lost) {
            std::filesystem::remove(file);
        } else {
            std::string bytes = storage::read_bytes(file);
            bytes[4096 + 20] = static_cast<char>(bytes[4096 + 20] ^ 1);
            storage::write_bytes(file, bytes);
        }
        database.open();
        EXPECT_EQ(find(database, std::vector<float>(kDim), false),
                  find(database, std::vector<float>(kDim), true));
        EXPECT_NE(database.logged().find("it is made again"), std::string::npos);
        expect_right(database);
        database.run(R"({"optimize": {}})");
        EXPECT_EQ(info(database).graphs_done, 1u);
        expect_right(database);
    }
}

// In a placement that reads pages only when they are wanted, opening finds nothing.
TEST_F(Graphs, damage_that_a_search_finds_is_only_slow) {
    TestDatabase database(path(), small_sizes());
    make(database, "Euclid", "cold");
    put(database, 0, 1000);
    database.run(R"({"optimize": {}})");
    ASSERT_TRUE(database.close().ok());
    std::string bytes = storage::read_bytes(graph_files().at(0));
    for (size_t at = bytes.size() / 4; at < bytes.size() * 3 / 4; at += 1024) bytes[at] ^= 1;
    storage::write_bytes(graph_files().at(0), bytes);
    database.open();
    expect_right_answers(database);
    put(database, 1000, 200);
    EXPECT_EQ(database.run(R"({"flush": {}})").find("GRAPE_E"), std::string::npos);
    expect_right_answers(database);
    EXPECT_NE(database.problems(), "");
    database.run(R"({"optimize": {}})");
    EXPECT_EQ(info(database).graphs_done, 1u);
    expect_right(database);
}

TEST_F(Graphs, are_made_in_the_background_and_stand_still_in_a_pause) {
    TestDatabase database(path(), small_sizes(), true);
    make(database);
    database.run(R"({"pause_background": {}})");
    put(database, 0, 2000);
    EXPECT_EQ(info(database).graphs_done, 0u);
    expect_right(database);
    database.run(R"({"resume_background": {}})");
    put(database, 2000, 1);
    EXPECT_TRUE(test::wait_until([&] { return info(database).graphs_done >= 1; }));
    expect_right(database);
}

// Too few for a new graph while more may come.
TEST_F(Graphs, take_in_the_last_ones_when_nobody_writes) {
    TestDatabase database(path(), small_sizes(), true);
    make(database);
    put(database, 0, 2000);
    database.run(R"({"optimize": {}})");
    const uint64_t linked = info(database).vectors_linked;
    put(database, 2000, 220);
    EXPECT_EQ(database.ask<CollectionInfo>(GetCollection{"a"}).status, "yellow");
    EXPECT_TRUE(test::wait_until([&] {
        fake_clock().now_us += 1000;
        return database.ask<CollectionInfo>(GetCollection{"a"}).status == "green";
    }));
    EXPECT_TRUE(test::wait_until([&] { return info(database).vectors_linked == linked + 220; }));
    expect_right(database);
}

TEST_F(Graphs, writers_go_on_while_one_is_made) {
    TestDatabase database(path(), small_sizes(), true);
    make(database);
    put(database, 0, 3000);
    std::thread builder([&] { database.run(R"({"optimize": {}})"); });
    for (uint64_t round = 0; round < 40; ++round) {
        put(database, round * 70 % 3000, 10);
        database.ask<WriteReply>(deletion("a", round * 31 % 3000, 3));
    }
    builder.join();
    expect_right(database);
    database.run(R"({"optimize": {}})");
    expect_right(database);
}

TEST_F(Graphs, a_dropped_collection_takes_its_graph_along) {
    TestDatabase database(path(), small_sizes());
    make(database);
    put(database, 0, 1000);
    database.run(R"({"optimize": {}})");
    database.run(R"({"delete_collection": {"collection_name": "a"}})");
    database.run(R"({"optimize": {}})");
    database.reopen();
    EXPECT_TRUE(graph_files().empty());
    EXPECT_EQ(database.problems(), "");
}

}  // namespace
}  // namespace grape::engine
