#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

// Points that are there and new ones in one commit, with commits that spill.
TEST(Upsert, of_old_and_new_ids_makes_no_point_twice) {
    std::mt19937 random(7);
    OpenOptions::Sizes sizes;
    sizes.batch_bytes = 1'000;
    TemporaryDirectory directory;
    TestDatabase db(directory.file("db"), sizes);
    db.run(
        R"({"create_collection": {"collection_name": "c", "vectors": {"size": 1, "distance": "Dot"}}})");
    std::set<uint32_t> expected;
    std::uniform_int_distribution<uint32_t> number(0, 999);
    for (int commit = 0; commit < 60; ++commit) {
        std::string points;
        const uint32_t first = number(random);
        for (uint32_t i = 0; i < 60; ++i) {
            const uint32_t id = random() % 3 == 0 ? number(random) : first + i;
            expected.insert(id);
            points += base::cat(points.empty() ? "" : ",", R"({"id": )", id, R"(, "vector": [1]})");
        }
        // Twice: the second time after what the first one spilled.
        const std::string upsert = base::cat(R"({"upsert": {"points": [)", points, "]}}");
        const std::string reply =
            db.run(base::cat(R"({"batch_update": {"collection_name": "c", "operations": [)", upsert,
                             ",", upsert, "]}}"));
        ASSERT_EQ(reply.find("GRAPE_E"), std::string::npos) << reply;
        EXPECT_EQ(db.run(R"({"count_points": {"collection_name": "c"}})"),
                  base::cat(R"({"count":)", expected.size(), "}"));
        if (commit % 10 == 9) db.reopen();
    }
}

}  // namespace
}  // namespace grape::engine
