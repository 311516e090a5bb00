// The examples of docs/formats/ are what the code writes: all of them are made here again, from one
// real database, and compared byte by byte. (Those of directory.md and store_files.md:
// test_storage.)
#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/payload.h"
#include "core/base/row_set.h"
#include "storage/record_codec.h"
#include "tests/support/format_page.h"
#include "tests/unit/formats/example_database.h"

namespace grape::engine {
namespace {

using storage::ShardKey;
using storage::Tree;
using testing_support::expect_dump;

constexpr ShardKey kWords{1, 0};

std::string page(const std::string& name) {
    return std::string(GRAPE_SOURCE_ROOT) + "/docs/formats/" + name;
}

const ExampleDatabase& example() {
    static const ExampleDatabase database;
    return database;
}

base::PointId text_id(std::string_view text) {
    auto id = base::PointId::from_text(text);
    EXPECT_TRUE(id.ok());
    return std::move(id).value();
}

// The content of a blob file of one page.
std::string content_of(const std::string& name) {
    constexpr size_t kPage = 4096;
    const std::string bytes = example().file(name);
    EXPECT_GT(bytes.size(), 3 * kPage);
    return bytes.substr(kPage, base::load_le<uint64_t>(bytes.data() + bytes.size() - 56));
}

TEST(FormatPages, show_keys) {
    const std::string uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    const std::pair<const char*, std::string> keys[] = {
        {"settings", storage::settings_key()},
        {"collection", storage::collection_key(1)},
        {"dropped", storage::dropped_key(2)},
        {"alias", storage::alias_key("dictionary")},
        {"commit", storage::commit_key(6)},
        {"id number", storage::id_key(kWords, base::PointId::number(7))},
        {"id uuid", storage::id_key(kWords, text_id(uuid))},
        {"id string", storage::id_key(kWords, text_id("ash tree"))},
        {"idempotency key", storage::idempotency_key("row-7")},
        {"log", storage::log_key(4)},
        {"point", storage::point_key(kWords, 0, 3)},
        {"run of vectors", storage::run_key(kWords, 1, 4)},
        {"run of rows", storage::run_key(kWords, storage::kRowTableIndex, 3)},
        {"pending", storage::pending_key(kWords, 1, 0, 6)},
    };
    for (const auto& [name, key] : keys) {
        EXPECT_TRUE(example().keys().contains(key)) << name;
        expect_dump(page("keys.md"), name, key);
    }
    EXPECT_FALSE(example().keys().contains(storage::intent_key()));
    expect_dump(page("keys.md"), "intent", storage::intent_key());
}

TEST(FormatPages, list_every_tree) {
    const std::string trees = "chiklprv";
    std::string seen;
    for (const auto& [key, value] : example().keys()) {
        if (seen.empty() || seen.back() != key[0]) seen.push_back(key[0]);
    }
    EXPECT_EQ(seen, trees);
}

TEST(FormatPages, show_small_values) {
    const std::pair<const char*, std::string> values[] = {
        {"settings", storage::settings_key()},
        {"alias", storage::alias_key("dictionary")},
        {"id entries", storage::id_key(kWords, base::PointId::number(7))},
        {"point", storage::point_key(kWords, 0, 3)},
        {"pending", storage::pending_key(kWords, 1, 0, 6)},
        {"key use", storage::idempotency_key("row-7")},
        {"log position", storage::log_key(4)},
    };
    for (const auto& [name, key] : values) {
        expect_dump(page("records.md"), name, example().value(key));
    }
    EXPECT_EQ(example().value(storage::dropped_key(2)), "");
    expect_dump(page("records.md"), "intent",
                storage::encode(storage::Intent{17, {{1, 0}, {3, 0}}}));
}

TEST(FormatPages, show_records) {
    const std::pair<const char*, std::string> values[] = {
        {"collection", storage::collection_key(1)},
        {"run of vectors", storage::run_key(kWords, 1, 4)},
        {"run of rows", storage::run_key(kWords, storage::kRowTableIndex, 3)},
        {"commit", storage::commit_key(6)},
    };
    for (const auto& [name, key] : values) {
        expect_dump(page("records.md"), name, example().value(key));
    }
}

TEST(FormatPages, show_a_row_set) {
    expect_dump(page("records.md"), "row set", base::encode_row_set({0, 1, 2, 7, 70000}));
}

TEST(FormatPages, show_a_payload) {
    auto tree = base::parse_json(R"({"n":[1,-300],"ok":true,"word":"oak"})");
    ASSERT_TRUE(tree.ok());
    expect_dump(page("payload.md"), "payload", base::encode_payload_value(*tree));
}

TEST(FormatPages, show_files) {
    expect_dump(page("blob.md"), "000003.row", example().file("000003.row"));
    expect_dump(page("vector_log.md"), "000004.vlog", example().file("000004.vlog"));
    expect_dump(page("row_file.md"), "000003.row", content_of("000003.row"));
    expect_dump(page("vector_section.md"), "000002.vec", content_of("000002.vec"));
}

// What a crash leaves is a database: it opens, is sound, and has what was committed.
TEST(FormatPages, speak_of_a_sound_database) {
    TestDatabase database(example().path());
    EXPECT_EQ(database.problems(), "");
    EXPECT_EQ(database.run(R"({"count_points": {"collection_name": "dictionary"}})"),
              R"({"count":5})");
    EXPECT_EQ(database.run(R"({"get_points": {"collection_name": "words", "ids": [7],
                               "with_vector": true}})"),
              R"([{"id":7,"version":6,"payload":{"old":true,"word":"oak"},)"
              R"("vector":{"meaning":[2.0,0.0,0.0,0.5]}}])");
}

}  // namespace
}  // namespace grape::engine
