#include "core/engine/key_gap.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "storage/disk.h"
#include "tests/unit/core/engine/engine_fixture.h"

namespace grape::engine {
namespace {

std::string key_of(uint32_t number) {
    std::string key = "p000000";
    for (size_t at = key.size(); number != 0; number /= 10) {
        key[--at] = static_cast<char>('0' + number % 10);
    }
    return key;
}

class KeyGapTest : public testing::Test {
  protected:
    void put(const std::string& key) {
        storage::WriteBatch batch;
        batch.put(key, "x");
        ASSERT_TRUE(store_->write(batch, storage::Sync::no).ok());
    }
    // As a commit asks: true when the store had to be read.
    bool reads(const std::string& key) {
        if (gap_.has(key)) {
            EXPECT_FALSE(store_->get(key)->has_value()) << key;
            return false;
        }
        if (!store_->get(key)->has_value()) {
            EXPECT_TRUE(gap_.note_missing(*store_, "p", key).ok());
        }
        return true;
    }

    const std::unique_ptr<storage::Store> store_ = storage::make_memory_store();
    KeyGap gap_;
};

TEST_F(KeyGapTest, new_keys_in_order_cost_few_reads) {
    put("o");
    put(key_of(5));
    put("q");
    uint32_t read = 0;
    for (uint32_t number = 100; number < 10'100; ++number) read += reads(key_of(number)) ? 1u : 0u;
    EXPECT_LT(read, 10u);
    EXPECT_FALSE(gap_.has("q"));
    EXPECT_FALSE(gap_.has("o"));
    gap_.clear();
    EXPECT_FALSE(gap_.has(key_of(9'999)));
}

TEST_F(KeyGapTest, never_hides_a_key) {
    std::mt19937 random(7);
    std::uniform_int_distribution<uint32_t> any(0, 9'999);
    for (int i = 0; i < 300; ++i) put(key_of(any(random)));
    for (int i = 0; i < 3'000; ++i) reads(key_of(any(random)));
    for (uint32_t number = 0; number < 10'000; ++number) reads(key_of(number));
}

// Points that are there and new ones in one commit, with commits that spill.
TEST(Upsert, of_old_and_new_ids_makes_no_point_twice) {
    std::mt19937 random(7);
    OpenOptions::Sizes sizes;
    sizes.batch_bytes = 1'000;
    TestDatabase db("", sizes);
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
    }
}

}  // namespace
}  // namespace grape::engine
