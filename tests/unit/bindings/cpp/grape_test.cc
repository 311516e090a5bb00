// grape.hpp over libgrape.so: what each call gives, and what a failure looks like.
#include <gtest/gtest.h>

#include <array>
#include <grape.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace {

static_assert(!std::is_copy_constructible_v<grape::Database>);
static_assert(std::is_nothrow_move_constructible_v<grape::Database>);
static_assert(!std::is_copy_constructible_v<grape::Buffer>);

grape::Database open_memory() {
    grape::OpenOptions options;
    options.in_memory = true;
    auto db = grape::Database::open("", options);
    EXPECT_TRUE(db.ok()) << db.error().message;
    return std::move(db).value();
}

TEST(GrapeHpp, finds_the_nearest_points) {
    grape::Database db = open_memory();
    ASSERT_TRUE(db.create_collection("places", 3, grape::Distance::cosine));
    ASSERT_TRUE(db.upsert("places", {1, 2}, {1, 0, 0, 0, 1, 0}, 3, {R"({"a": 1})", "{}"}));
    const std::array<float, 3> query{0.9f, 0.1f, 0};
    const auto hits = db.search("places", query, 5);
    ASSERT_TRUE(hits) << hits.error().message;
    ASSERT_EQ(hits->size(), 2u);
    EXPECT_EQ((*hits)[0].id, 1u);
    EXPECT_GT((*hits)[0].score, (*hits)[1].score);
    EXPECT_EQ(db.payload("places", 1).value(), R"({"a":1})");
    EXPECT_EQ(db.count("places").value(), 2u);
    ASSERT_TRUE(db.remove("places", {1}));
    EXPECT_EQ(db.count("places").value(), 1u);
    EXPECT_TRUE(db.flush());
    EXPECT_TRUE(db.drop_collection("places"));
    EXPECT_TRUE(db.close());
}

TEST(GrapeHpp, gives_errors_as_values) {
    grape::Database db = open_memory();
    const auto count = db.count("nowhere");
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().status, GRAPE_E_NOT_FOUND);
    EXPECT_STREQ(count.error().name(), "GRAPE_E_NOT_FOUND");
    EXPECT_FALSE(count.error().retryable());
    EXPECT_NE(count.error().message.find("nowhere"), std::string::npos);
    const auto wrong = db.upsert("places", {1, 2}, {1, 0, 0}, 3);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().status, GRAPE_E_INVALID);
    const auto huge = db.search("places", {1, 0, 0}, static_cast<std::size_t>(-1));
    ASSERT_FALSE(huge);
    EXPECT_EQ(huge.error().status, GRAPE_E_LIMIT);
    const auto missing = grape::Database::open("");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().status, GRAPE_E_INVALID);
}

TEST(GrapeHpp, runs_requests_in_json_with_blobs) {
    grape::Database db = open_memory();
    ASSERT_TRUE(db.create_collection("places", 2, grape::Distance::dot));
    const std::vector<float> vectors{1, 2, 3, 4};
    const std::vector<std::uint64_t> ids{10, 20};
    const std::vector<grape_blob> blobs{grape::blob(ids), grape::blob(vectors, 2)};
    const auto reply = db.request_json(
        R"({"upsert_points": {"collection_name": "places",
            "batch": {"ids": {"blob": 0}, "vectors": {"blob": 1}}}})",
        blobs);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->view().substr(0, 10), R"({"result":)");
    EXPECT_EQ(db.search("places", {1, 1}, 1).value()[0].id, 20u);
}

TEST(GrapeHpp, a_moved_database_is_closed_once) {
    grape::Database db = open_memory();
    grape_db* handle = db.handle();
    {
        grape::Database moved = std::move(db);
        EXPECT_EQ(db.handle(), nullptr);
        EXPECT_EQ(moved.handle(), handle);
        EXPECT_FALSE(db.flush());
    }
    grape_error error = GRAPE_ERROR_INIT;
    EXPECT_EQ(grape_flush(handle, &error), GRAPE_E_CLOSED);
}

}  // namespace
