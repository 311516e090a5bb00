// Indexes that the engine makes by itself: when, of which kind, and that nothing else changes.
#include "core/engine/automatic_fields.h"

#include <chrono>
#include <thread>

#include "tests/support/wait_until.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

OpenOptions::Sizes eager_sizes() {
    OpenOptions::Sizes sizes;
    sizes.automatic_reads_min = 20;
    return sizes;
}

// A hundred points with a word, a number, a date and a field of several types.
void fill(TestDatabase& database) {
    make_pairs_collection(database, "a");
    std::string points;
    for (int i = 0; i < 100; ++i) {
        points +=
            base::cat(i == 0 ? "" : ",", R"({"id":)", i, R"(,"vector":[1,2],"payload":{"w":"w)",
                      i % 7, R"(","n":)", i % 9, R"(,"r":)", i % 2 == 0 ? "0.5" : "3",
                      R"(,"mixed":)", i % 2 == 0 ? "\"x\"" : "1", R"(,"t":"some words"}})");
    }
    database.run(base::cat(R"({"upsert_points":{"collection_name":"a","points":[)", points, "]}}"));
}

std::string count_of(TestDatabase& database, std::string_view condition) {
    return database.run(
        base::cat(R"({"count_points":{"collection_name":"a","filter":{"must":)", condition, "}}}"));
}

std::map<std::string, CollectionInfo::FieldInfo> fields_of(TestDatabase& database) {
    std::map<std::string, CollectionInfo::FieldInfo> out;
    for (const auto& each : database.ask<CollectionInfo>(GetCollection{"a"}).fields) {
        out[each.path] = each;
    }
    return out;
}

void ask_often(TestDatabase& database, std::string_view condition) {
    for (int i = 0; i < 6; ++i) count_of(database, condition);
}

TEST(AutomaticFields, come_after_filters_that_read_many_payloads) {
    TemporaryDirectory directory;
    TestDatabase database(directory.file("db"), eager_sizes(), true);
    fill(database);
    const std::vector<std::tuple<std::string, std::string, index::FieldKind>> kCases = {
        {"w", R"({"key":"w","match":{"value":"w3"}})", index::FieldKind::keyword},
        {"n", R"({"key":"n","range":{"gt":4}})", index::FieldKind::integer},
        {"r", R"({"key":"r","range":{"gt":1}})", index::FieldKind::floating},
    };
    for (const auto& [path, filter, kind] : kCases) {
        const std::string condition = filter;  // which a lambda may take
        const std::string before = count_of(database, condition);
        ask_often(database, condition);
        ASSERT_TRUE(test::wait_until([&] {
            const std::string now = count_of(database, condition);
            EXPECT_EQ(now.substr(0, now.find('}')), before.substr(0, before.find('}')));
            return now.ends_with(R"("payload_reads":0})");
        })) << path;
        const auto field = fields_of(database)[path];
        EXPECT_TRUE(field.automatic);
        EXPECT_EQ(field.schema.kind, kind);
    }
    EXPECT_NE(
        database.run(R"({"get_collection":{"collection_name":"a"}})").find(R"("automatic":true)"),
        std::string::npos);
    database.reopen();
    EXPECT_TRUE(fields_of(database)["w"].automatic);
    EXPECT_TRUE(count_of(database, std::get<1>(kCases[0])).ends_with(R"("payload_reads":0})"));
    EXPECT_EQ(database.problems(), "");
}

TEST(AutomaticFields, wait_for_the_end_of_a_pause) {
    TemporaryDirectory directory;
    TestDatabase database(directory.file("db"), eager_sizes(), true);
    fill(database);
    constexpr std::string_view kWord = R"({"key":"w","match":{"value":"w3"}})";
    database.run(R"({"pause_background":{}})");
    ask_often(database, kWord);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(fields_of(database).empty());
    database.run(R"({"resume_background":{}})");
    EXPECT_TRUE(test::wait_until([&] { return fields_of(database).contains("w"); }));
}

TEST(AutomaticFields, change_no_answer) {
    TestDatabase database("", eager_sizes(), true);
    fill(database);
    const std::string facet = R"({"facet":{"collection_name":"a","key":"w"}})";
    const std::string refused = database.run(facet);
    EXPECT_TRUE(is_error(refused, "GRAPE_E_INVALID")) << refused;
    ask_often(database, R"({"key":"w","match":{"value":"w3"}})");
    ASSERT_TRUE(test::wait_until([&] { return fields_of(database).contains("w"); }));
    EXPECT_EQ(database.run(facet), refused);
    // The user's own index takes its place.
    database.run(
        R"({"create_field_index":{"collection_name":"a","field_name":"w","field_schema":"keyword"}})");
    EXPECT_FALSE(fields_of(database)["w"].automatic);
    EXPECT_FALSE(is_error(database.run(facet), "GRAPE_E"));
    EXPECT_EQ(database.problems(), "");
}

// The last field of each list shows that the others have been looked at.
TEST(AutomaticFields, are_not_made_of_texts_or_of_mixed_values) {
    TestDatabase database("", eager_sizes(), true);
    fill(database);
    for (const std::string_view condition :
         {R"({"key":"t","match":{"text":"words"}})",
          R"({"key":"t","match":{"phrase":"some words"}})",
          R"({"key":"t","match":{"substring":"some"}})", R"({"key":"mixed","match":{"value":"x"}})",
          R"({"key":"nobody","match":{"value":"x"}})", R"({"key":"n","match":{"value":3}})"}) {
        ask_often(database, condition);
    }
    ASSERT_TRUE(test::wait_until([&] { return fields_of(database).contains("n"); }));
    EXPECT_EQ(fields_of(database).size(), 1u);
}

TEST(AutomaticFields, one_that_was_dropped_stays_away) {
    TestDatabase database("", eager_sizes(), true);
    fill(database);
    ask_often(database, R"({"key":"w","match":{"value":"w3"}})");
    ASSERT_TRUE(test::wait_until([&] { return fields_of(database).contains("w"); }));
    database.run(R"({"delete_field_index":{"collection_name":"a","field_name":"w"}})");
    ask_often(database, R"({"key":"w","match":{"value":"w3"}})");
    ask_often(database, R"({"key":"n","match":{"value":3}})");
    ASSERT_TRUE(test::wait_until([&] { return fields_of(database).contains("n"); }));
    EXPECT_FALSE(fields_of(database).contains("w"));
}

TEST(AutomaticFields, are_switched_off_with_the_option_and_without_background_work) {
    for (const bool background : {false, true}) {
        OpenOptions options;
        options.background = background;
        options.automatic_fields = !background;
        options.sizes = eager_sizes();
        auto database = Database::open(options);
        ASSERT_TRUE(database.ok());
        const auto run = [&](std::string_view json) {
            const auto request = decode_request_json(json, {});
            EXPECT_TRUE(request.ok());
            const auto reply = (*database)->execute(*request);
            EXPECT_TRUE(reply.ok());
            return encode_reply_json(*reply);
        };
        run(R"({"create_collection":{"collection_name":"a","vectors":{"size":2,"distance":"Euclid"}}})");
        for (int i = 0; i < 60; ++i) {
            run(base::cat(R"({"upsert_points":{"collection_name":"a","points":[{"id":)", i,
                          R"(,"vector":[1,2],"payload":{"n":1}}]}})"));
        }
        for (int i = 0; i < 20; ++i) {
            const std::string reply = run(R"({"count_points":{"collection_name":"a","filter":
                {"must":{"key":"n","match":{"value":1}}}}})");
            EXPECT_NE(reply.find(R"("payload_reads":60)"), std::string::npos) << reply;
        }
        EXPECT_TRUE((*database)->close().ok());
    }
}

}  // namespace
}  // namespace grape::engine
