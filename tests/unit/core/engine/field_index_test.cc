// Indexes of payload fields in the engine: made, dropped and replaced at any moment, through
// flushes, merges, reopening, crashes and damaged files. Filters must give what a map of the points
// says, and where the index speaks for all points they read no payload.
#include <filesystem>
#include <random>
#include <set>

#include "core/engine/write_fields.h"
#include "tests/unit/core/engine/services_fixture.h"

namespace grape::engine {
namespace {

FilterPtr filter_of(std::string_view json) {
    auto request = decode_request_json(
        base::cat(R"({"count_points":{"collection_name":"points","filter":)", json, "}}"), {});
    EXPECT_TRUE(request.ok()) << json;
    return std::get<CountPoints>(request->body).filter;
}

std::string payload_of(const std::string& word, uint64_t number) {
    const std::string json =
        base::cat(R"({"w":")", word, R"(","n":[)", number, ",", number + 1, "]}");
    return base::encode_payload_value(*base::parse_json(json));
}

constexpr std::string_view kWords[] = {"red", "green", "blue"};

// What the points must be.
struct Known {
    std::string word;
    uint64_t number = 0;
};
using Points = std::map<uint64_t, Known>;
using Ids = std::vector<uint64_t>;

// One filter with what it means.
struct Question {
    std::string filter;
    std::function<bool(const Known&)> matches;
};
std::vector<Question> questions() {
    std::vector<Question> out;
    for (const std::string_view word : kWords) {
        out.push_back({base::cat(R"({"must":{"key":"w","match":{"value":")", word, R"("}}})"),
                       [word](const Known& each) { return each.word == word; }});
        out.push_back({base::cat(R"({"must_not":{"key":"w","match":{"value":")", word, R"("}}})"),
                       [word](const Known& each) { return each.word != word; }});
    }
    for (const uint64_t number : {1u, 4u, 8u}) {
        out.push_back({base::cat(R"({"must":{"key":"n","match":{"value":)", number, "}}}"),
                       [number](const Known& each) {
                           return each.number == number || each.number + 1 == number;
                       }});
        out.push_back({base::cat(R"({"must":{"key":"n","range":{"gt":)", number,
                                 R"(}},"must_not":{"key":"w","match":{"value":"red"}}})"),
                       [number](const Known& each) {
                           return each.number + 1 > number && each.word != "red";
                       }});
    }
    return out;
}
Ids matching(const Points& points, const Question& question) {
    Ids out;
    for (const auto& [id, known] : points) {
        if (question.matches(known)) out.push_back(id);
    }
    return out;
}
Ids ids_of(const ScrollReply& reply) {
    Ids out;
    for (const ReplyPoint& each : reply.points) out.push_back(each.id.as_number());
    return out;
}

ScrollPoints scroll_of(const std::string& filter) {
    ScrollPoints out;
    out.collection = "points";
    out.limit = 1'000'000;
    out.with_payload.kind = WithPayload::Kind::none;
    out.filter = filter_of(filter);
    return out;
}

CreateFieldIndex index_on(const std::string& path, index::FieldKind kind) {
    CreateFieldIndex out;
    out.collection = "points";
    out.field = *base::JsonPath::parse(path, "field_name");
    out.schema.kind = kind;
    return out;
}
DeleteFieldIndex no_index_on(const std::string& path) {
    return {"points", *base::JsonPath::parse(path, "field_name")};
}

UpsertPoints points_with(uint64_t first, uint64_t count, const std::string& word, uint64_t number,
                         Points& points) {
    UpsertPoints out = pairs("points", first, count);
    for (uint64_t i = 0; i < count; ++i) {
        const Known known{word, (number + i) % 10};
        out.points[i].payload = payload_of(known.word, known.number);
        points[first + i] = known;
    }
    return out;
}

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

// The engine's parts, where something happens in the middle of a rewrite.
class Parts {
  public:
    Status change(const std::function<Status(CommitEdit&)>& apply) {
        Change change;
        change.apply = apply;
        return parts.sequencer->run(change);
    }
    Status make_index(const std::string& path, index::FieldKind kind) {
        return change([&](CommitEdit& edit) {
            return apply_create_field(edit, index_on(path, kind), false, &old_files);
        });
    }
    Status drop_index(const std::string& path) {
        bool existed = false;
        return change([&](CommitEdit& edit) {
            return apply_delete_field(edit, no_index_on(path), &existed, &old_files);
        });
    }
    Status cover() {
        bool covered = false;
        return change([&](CommitEdit& edit) { return cover_fields(edit, "points", &covered); });
    }
    void put(uint64_t first, uint64_t count, const std::string& word, uint64_t number) {
        ASSERT_TRUE(parts.run(points_with(first, count, word, number, points)).ok());
    }
    void remove(uint64_t first, uint64_t count) {
        ASSERT_TRUE(parts.run(deletion("points", first, count)).ok());
        for (uint64_t id = first; id < first + count; ++id) points.erase(id);
    }
    void check(const std::string& when) {
        const auto view = parts.services().views.current();
        for (const Question& each : questions()) {
            const auto reply = scroll_points(parts.services(), *view, scroll_of(each.filter));
            ASSERT_TRUE(reply.ok()) << reply.status().to_string();
            ASSERT_EQ(ids_of(*reply), matching(points, each)) << when << ": " << each.filter;
        }
        const auto found = verify(parts.services(), *view);
        ASSERT_TRUE(found.ok());
        ASSERT_EQ(testing::PrintToString(found->problems), "{}") << when;
    }
    bool covered() const {
        for (const FieldRuns& each : parts.shard()->fields) {
            if (each.covered_after != 0) return false;
        }
        return true;
    }

    EngineParts parts{log_sizes()};
    Points points;
    std::vector<uint64_t> old_files;
};

TEST(FieldIndex, made_in_the_middle_of_a_rewrite_is_covered_by_the_next_one) {
    for (const bool cover : {false, true}) {
        for (const bool has_files : {false, true}) {
            SCOPED_TRACE(base::cat(cover, has_files));
            Parts of;
            of.put(0, 100, "red", 0);
            if (has_files) {
                ASSERT_TRUE(of.parts.flush().ok());
                of.put(50, 30, "blue", 2);
            }
            bool done = false;
            of.parts.blobs->before_create = [&](storage::BlobKind) {
                if (std::exchange(done, true)) return Status();
                EXPECT_TRUE(of.make_index("w", index::FieldKind::keyword).ok());
                of.put(90, 20, "green", 4);
                if (cover) {
                    EXPECT_TRUE(of.cover().ok());
                }
                of.put(95, 3, "blue", 6);
                EXPECT_TRUE(of.make_index("n", index::FieldKind::integer).ok());
                return Status();
            };
            ASSERT_TRUE(of.parts.flush().ok());
            of.parts.blobs->before_create = nullptr;
            of.check("after the rewrite");
            of.put(10, 5, "green", 1);
            of.parts.reopen();
            of.check("reopened");
            ASSERT_TRUE(of.parts.flush().ok());
            EXPECT_TRUE(of.covered());
            of.check("after another rewrite");
            of.parts.reopen();
            EXPECT_TRUE(of.covered());
            of.check("reopened again");
        }
    }
}

TEST(FieldIndex, covered_in_the_middle_of_a_rewrite_has_each_point_once) {
    Parts of;
    of.put(0, 100, "red", 0);
    ASSERT_TRUE(of.make_index("w", index::FieldKind::keyword).ok());
    of.put(40, 20, "blue", 0);
    bool done = false;
    of.parts.blobs->before_create = [&](storage::BlobKind) {
        if (std::exchange(done, true)) return Status();
        EXPECT_TRUE(of.cover().ok());
        of.put(45, 5, "green", 0);
        return Status();
    };
    ASSERT_TRUE(of.parts.flush().ok());
    of.parts.blobs->before_create = nullptr;
    EXPECT_TRUE(of.covered());
    of.check("after the rewrite");
    of.parts.reopen();
    of.check("reopened");
}

TEST(FieldIndex, dropped_in_the_middle_of_a_rewrite_leaves_no_file) {
    Parts of;
    of.put(0, 100, "red", 0);
    ASSERT_TRUE(of.make_index("w", index::FieldKind::keyword).ok());
    bool done = false;
    of.parts.blobs->before_create = [&](storage::BlobKind kind) {
        if (kind == storage::BlobKind::fields || done) return Status();
        done = true;
        return of.drop_index("w");
    };
    ASSERT_TRUE(of.parts.flush().ok());
    of.parts.blobs->before_create = nullptr;
    ASSERT_TRUE(done);
    of.check("after the rewrite");
    of.parts.services().views.reclaim();
    EXPECT_EQ(of.parts.services().blobs->list()->size(), 2u);  // vectors and rows
    of.parts.reopen();
    of.check("reopened");
}

// Random changes, indexes that come and go, flushes and crashes, in the middle of rewrites too.
TEST(FieldIndex, agrees_with_a_map_over_many_rounds) {
    for (uint64_t seed = 1; seed <= 15; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        Parts of;
        const auto step = [&](uint64_t what) {
            using Kind = index::FieldKind;
            Status done;
            if (what < 5) {
                of.put(random() % 200, 1 + random() % 30, std::string(kWords[random() % 3]),
                       random() % 10);
            }
            if (what == 5) of.remove(random() % 200, 1 + random() % 40);
            if (what == 6) done = of.make_index("w", Kind::keyword);
            if (what == 7) {
                done = of.make_index("n", random() % 4 == 0 ? Kind::floating : Kind::integer);
            }
            if (what == 8) done = of.drop_index(random() % 2 == 0 ? "w" : "n");
            if (what == 9) done = of.cover();
            ASSERT_TRUE(done.ok()) << done.to_string();
        };
        of.parts.blobs->before_create = [&](storage::BlobKind) {
            if (random() % 2 == 0) step(random() % 10);
            return random() % 12 == 0 ? Status::make_io("no space left") : Status();
        };
        for (int round = 0; round < 80; ++round) {
            const uint64_t what = random() % 16;
            step(what);
            if (what >= 10 && what < 14) static_cast<void>(of.parts.flush());
            if (what == 14) {
                for (int i = 0; i < 5; ++i) ASSERT_TRUE(of.parts.purge->step().ok());
            }
            if (what == 15) of.parts.reopen();
            for (const uint64_t file : std::exchange(of.old_files, {})) {
                of.parts.services().files->doom(file);
            }
            of.parts.services().views.reclaim();
            of.check(base::cat("round ", round));
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace grape::engine
