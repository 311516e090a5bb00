#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <set>

#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

// Points that are there and new ones in one commit, which holds all in memory or spills.
class UpsertIds : public testing::TestWithParam<uint64_t> {
  protected:
    UpsertIds() {
        OpenOptions::Sizes sizes;
        sizes.batch_bytes = GetParam();
        db_.emplace(directory_.file("db"), sizes);
        db_->run(
            R"({"create_collection": {"collection_name": "c", "vectors": {"size": 1, "distance": "Dot"}}})");
    }
    // In one commit, twice: the second time over what the first one did, written or not.
    void upsert_twice(const std::vector<uint32_t>& ids) {
        std::string points;
        for (const uint32_t id : ids) {
            points += base::cat(points.empty() ? "" : ",", R"({"id": )", id, R"(, "vector": [1]})");
        }
        const std::string upsert = base::cat(R"({"upsert": {"points": [)", points, "]}}");
        const std::string reply =
            db_->run(base::cat(R"({"batch_update": {"collection_name": "c", "operations": [)",
                               upsert, ",", upsert, "]}}"));
        ASSERT_EQ(reply.find("GRAPE_E"), std::string::npos) << reply;
        expected_.insert(ids.begin(), ids.end());
        EXPECT_EQ(db_->run(R"({"count_points": {"collection_name": "c"}})"),
                  base::cat(R"({"count":)", expected_.size(), "}"));
    }

    TemporaryDirectory directory_;
    std::optional<TestDatabase> db_;
    std::set<uint32_t> expected_;
};

TEST_P(UpsertIds, makes_no_point_twice) {
    std::mt19937 random(7);
    std::uniform_int_distribution<uint32_t> number(0, 999);
    for (int commit = 0; commit < 60; ++commit) {
        const uint32_t first = number(random);
        std::vector<uint32_t> ids;
        for (uint32_t i = 0; i < 60; ++i) {
            ids.push_back(random() % 3 == 0 ? number(random) : first + i);
        }
        upsert_twice(ids);
        if (commit % 10 == 9) db_->reopen();
    }
}

// The greatest come first: what the commit has put itself counts when it looks for the last id.
TEST_P(UpsertIds, makes_no_point_twice_from_the_last_to_the_first) {
    std::vector<uint32_t> ids;
    for (uint32_t id = 60; id > 0; --id) ids.push_back(id);
    upsert_twice(ids);
}

INSTANTIATE_TEST_SUITE_P(, UpsertIds, testing::Values(1'000, 1'000'000), [](const auto& each) {
    return each.param == 1'000 ? "spilled" : "in_memory";
});

}  // namespace
}  // namespace grape::engine
