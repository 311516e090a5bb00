// Indexes of payload fields in the engine: made, dropped and replaced at any moment, through
// flushes, reopening and damaged files. Filters must give what a map of the points says, and where
// the index speaks for all points they read no payload.
#include <filesystem>
#include <random>
#include <set>

#include "tests/unit/core/engine/field_index_fixture.h"

namespace grape::engine {
namespace {

// A database, and what must be in it.
class Tested {
  public:
    explicit Tested(std::string path = "", OpenOptions::Sizes sizes = {})
        : database(std::move(path), sizes) {
        make_pairs_collection(database, "points");
    }
    void put(uint64_t first, uint64_t count, const std::string& word, uint64_t number) {
        database.ask<WriteReply>(points_with(first, count, word, number, points));
    }
    void remove(uint64_t first, uint64_t count) {
        database.ask<WriteReply>(deletion("points", first, count));
        for (uint64_t id = first; id < first + count; ++id) points.erase(id);
    }
    void make_indexes() {
        database.ask<WriteReply>(index_on("w", index::FieldKind::keyword));
        database.ask<WriteReply>(index_on("n", index::FieldKind::integer));
    }
    // Answers are right; with indexes on both fields they need no payload.
    void check(bool covered) {
        for (const Question& each : questions()) {
            const auto reply = database.ask<ScrollReply>(scroll_of(each.filter));
            ASSERT_EQ(ids_of(reply), matching(points, each)) << each.filter;
            if (covered) {
                ASSERT_EQ(reply.payload_reads, uint64_t{0}) << each.filter;
            }
        }
        ASSERT_EQ(database.problems(), "");
    }

    TestDatabase database;
    Points points;
};

// Sizes at which a flush always writes files.
OpenOptions::Sizes file_sizes() {
    OpenOptions::Sizes sizes;
    sizes.small_shard_bytes = 1;
    return sizes;
}

std::set<std::filesystem::path> field_files(const std::string& path) {
    std::set<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator(path + "/files")) {
        if (entry.path().extension() == ".fld") out.insert(entry.path());
    }
    return out;
}

TEST(FieldIndex, is_made_dropped_and_replaced_over_any_number_of_points) {
    for (const uint64_t count : {0u, 50u, 6000u}) {
        SCOPED_TRACE(count);
        TemporaryDirectory directory;
        Tested tested(directory.file("db"), file_sizes());
        if (count > 0) tested.put(0, count, "red", 0);
        if (count > 1000) tested.database.run(R"({"flush": {}})");
        if (count > 0) tested.put(20, 10, "blue", 3);
        tested.check(false);
        tested.make_indexes();
        tested.check(true);
        tested.put(5, 10, "green", 1);
        tested.check(true);
        tested.database.reopen();
        tested.check(true);
        tested.database.ask<WriteReply>(no_index_on("n"));
        tested.check(false);
        tested.put(7, 4, "blue", 8);
        // Of another kind: it answers nothing of the questions, and changes nothing.
        tested.database.ask<WriteReply>(index_on("w", index::FieldKind::integer));
        tested.check(false);
        tested.database.reopen();
        tested.check(false);
        tested.make_indexes();
        tested.check(true);
        tested.database.run(R"({"flush": {}})");
        tested.remove(8, 20);
        tested.database.reopen();
        tested.check(true);
        tested.database.run(R"({"optimize": {}})");
        tested.check(true);
    }
}

TEST(FieldIndex, leaves_no_file_behind_when_it_is_dropped) {
    TemporaryDirectory directory;
    Tested tested(directory.file("db"), file_sizes());
    tested.put(0, 100, "red", 0);
    tested.make_indexes();
    tested.database.run(R"({"flush": {}})");
    EXPECT_EQ(field_files(tested.database.path()).size(), 1u);
    tested.database.ask<WriteReply>(no_index_on("w"));
    tested.check(false);
    EXPECT_EQ(field_files(tested.database.path()).size(), 1u);  // the other one is in it
    tested.database.ask<WriteReply>(no_index_on("n"));
    tested.check(false);
    tested.database.reopen();
    EXPECT_EQ(field_files(tested.database.path()).size(), 0u);
    tested.check(false);
}

// How a file of an index is lost.
class FieldIndexDamage : public testing::TestWithParam<std::string> {};

TEST_P(FieldIndexDamage, is_made_again_and_answers_stay_right) {
    TemporaryDirectory directory;
    Tested tested(directory.file("db"), file_sizes());
    tested.make_indexes();
    tested.put(0, 300, "red", 0);
    tested.database.run(R"({"flush": {}})");
    tested.put(50, 20, "green", 5);
    ASSERT_TRUE(tested.database.close().ok());
    const auto files = field_files(tested.database.path());
    ASSERT_FALSE(files.empty());
    for (const std::filesystem::path& file : files) {
        std::string bytes = storage::read_bytes(file.string());
        if (GetParam() == "missing") {
            std::filesystem::remove(file);
        } else if (GetParam() == "cut") {
            storage::write_bytes(file.string(), bytes.substr(0, bytes.size() / 2));
        } else {
            bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
            storage::write_bytes(file.string(), bytes);
        }
    }
    tested.database.open();
    for (const Question& each : questions()) {
        const auto reply = tested.database.ask<ScrollReply>(scroll_of(each.filter));
        ASSERT_EQ(ids_of(reply), matching(tested.points, each)) << each.filter;
    }
    tested.database.run(R"({"flush": {}})");
    tested.check(true);
    tested.database.reopen();
    tested.check(true);
}

INSTANTIATE_TEST_SUITE_P(Kinds, FieldIndexDamage, testing::Values("missing", "cut", "flipped"),
                         [](const auto& each) { return "of_a_" + each.param + "_file"; });

TEST(FieldIndex, an_update_by_filter_sees_what_its_batch_did_before) {
    TestDatabase database;
    make_pairs_collection(database, "points");
    database.run(
        R"({"create_field_index": {"collection_name": "points", "field_name": "w", "field_schema": "keyword"}})");
    database.run(R"({"upsert_points": {"collection_name": "points", "points": [
        {"id": 1, "vector": [1, 0], "payload": {"w": "red"}},
        {"id": 2, "vector": [1, 0], "payload": {"w": "red"}},
        {"id": 3, "vector": [1, 0], "payload": {"w": "blue"}}]}})");
    database.run(R"({"batch_update": {"collection_name": "points", "operations": [
        {"upsert": {"points": [{"id": 4, "vector": [0, 1], "payload": {"w": "red"}}]}},
        {"set_payload": {"points": [2], "payload": {"w": "blue"}}},
        {"set_payload": {"filter": {"must": {"key": "w", "match": {"value": "red"}}}, "payload": {"seen": 1}}},
        {"set_payload": {"filter": {"must_not": {"key": "w", "match": {"value": "red"}}}, "payload": {"w": "none"}}},
        {"delete": {"filter": {"must": {"key": "seen", "match": {"value": 1}}, "must_not": {"has_id": [4]}}}}
    ]}})");
    EXPECT_EQ(
        database.run(R"({"scroll_points": {"collection_name": "points"}})"),
        R"({"points":[{"id":2,"version":4,"payload":{"w":"none"}},{"id":3,"version":4,"payload":{"w":"none"}},)"
        R"({"id":4,"version":4,"payload":{"seen":1,"w":"red"}}],"next_page_offset":null})");
    EXPECT_EQ(database.run(R"({"count_points": {"collection_name": "points", "filter":
        {"must": {"key": "w", "match": {"value": "none"}}}}})"),
              R"({"count":2},"usage":{"payload_reads":0})");
    EXPECT_EQ(database.problems(), "");
}

TEST(FieldIndex, holds_what_several_writers_did_in_one_group) {
    TestDatabase database;
    make_pairs_collection(database, "points");
    database.ask<WriteReply>(index_on("w", index::FieldKind::keyword));
    std::vector<std::thread> writers;
    for (uint64_t writer = 0; writer < 4; ++writer) {
        writers.emplace_back([&database, writer] {
            std::mt19937_64 random(writer);
            for (int i = 0; i < 60; ++i) {
                Points ignored;
                const std::string word(kWords[random() % 3]);
                Request request;
                request.write.durability = Durability::none;
                request.body = points_with(random() % 100, 1 + random() % 5, word, 1, ignored);
                if (random() % 3 == 0) {
                    SetPayload set;
                    set.collection = "points";
                    set.selection.filter = filter_of(
                        base::cat(R"({"must":{"key":"w","match":{"value":")", word, R"("}}})"));
                    set.payload =
                        *base::parse_json(base::cat(R"({"w":")", kWords[random() % 3], R"("})"));
                    request.body = set;
                }
                EXPECT_TRUE(database.database().execute(request).ok());
            }
        });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(database.problems(), "");
    ScrollPoints everything = scroll_of("{}");
    everything.with_payload.kind = WithPayload::Kind::all;
    std::map<std::string, uint64_t> counted;
    for (const ReplyPoint& each : database.ask<ScrollReply>(everything).points) {
        ++counted[std::string(base::PayloadView(*each.payload).find("w")->as_string())];
    }
    for (const std::string_view word : kWords) {
        CountPoints count{"points", filter_of(base::cat(R"({"must":{"key":"w","match":{"value":")",
                                                        word, R"("}}})"))};
        const auto reply = database.ask<CountReply>(count);
        EXPECT_EQ(reply.count, counted[std::string(word)]) << word;
        EXPECT_EQ(reply.payload_reads, uint64_t{0});
    }
}

}  // namespace
}  // namespace grape::engine
