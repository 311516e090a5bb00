#include "core/base/radix.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace grape::base {
namespace {

using Numbers = Radix<int>;
using Expected = std::map<uint32_t, int>;

std::shared_ptr<const int> number(int value) {
    return std::make_shared<const int>(value);
}

Expected content(const Numbers& map) {
    Expected out;
    uint32_t last = 0;
    bool first = true;
    map.for_each([&](uint32_t key, const std::shared_ptr<const int>& value) {
        EXPECT_TRUE(first || key > last) << "keys come in order";
        first = false;
        last = key;
        out[key] = *value;
    });
    return out;
}

TEST(Radix, is_empty_at_first) {
    const Numbers map;
    EXPECT_TRUE(map.empty());
    EXPECT_EQ(map.find(0), nullptr);
    EXPECT_EQ(map.find(UINT32_MAX), nullptr);
    EXPECT_TRUE(content(map).empty());
}

TEST(Radix, finds_keys_of_every_height) {
    Numbers map;
    const uint64_t edit = next_edit();
    Expected expected;
    int value = 0;
    for (const uint32_t key :
         {0u, 63u, 64u, 4095u, 4096u, 262144u, 1u << 24, 1u << 30, UINT32_MAX}) {
        map.set(key, number(++value), edit);
        expected[key] = value;
        EXPECT_EQ(content(map), expected);
        EXPECT_EQ(map.size(), expected.size());
    }
    for (const auto& [key, wanted] : expected) EXPECT_EQ(*map.find(key), wanted);
    EXPECT_EQ(map.find(1), nullptr);
    EXPECT_EQ(map.find(UINT32_MAX - 1), nullptr);
}

TEST(Radix, a_copy_does_not_see_later_changes) {
    Numbers map;
    map.set(5, number(1), next_edit());
    const Numbers before = map;
    const uint64_t edit = next_edit();
    map.set(5, number(2), edit);
    map.set(900, number(3), edit);
    map.erase(5, edit);
    EXPECT_EQ(content(before), (Expected{{5, 1}}));
    EXPECT_EQ(content(map), (Expected{{900, 3}}));
    EXPECT_EQ(before.size(), 1u);
}

TEST(Radix, values_are_shared_between_copies) {
    Numbers map;
    map.set(5, number(1), next_edit());
    map.set(6, number(2), next_edit());
    Numbers copy = map;
    copy.set(6, number(3), next_edit());
    EXPECT_EQ(copy.find_shared(5), map.find_shared(5));
    EXPECT_NE(copy.find_shared(6), map.find_shared(6));
    EXPECT_EQ(copy.find_shared(7), nullptr);
}

TEST(Radix, erasing_what_is_not_there_does_nothing) {
    Numbers map;
    map.erase(3, next_edit());
    map.set(4, number(1), next_edit());
    map.erase(3, next_edit());
    map.erase(1u << 31, next_edit());
    EXPECT_EQ(content(map), (Expected{{4, 1}}));
}

TEST(Radix, edit_numbers_differ) {
    const uint64_t first = next_edit();
    EXPECT_GT(next_edit(), first);
}

// Many versions, each compared with a map that was copied whole, also long after later changes.
TEST(Radix, every_version_stays_as_it_was) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const uint64_t range = random() % 2 == 0 ? 300 : uint64_t{1} << 32;
        std::vector<std::pair<Numbers, Expected>> versions(1);
        for (int round = 0; round < 40; ++round) {
            // From any version, as a request that failed goes back to an older one.
            auto [map, expected] = versions[random() % versions.size()];
            const uint64_t edit = next_edit();
            for (uint64_t i = 0, changes = random() % 20; i < changes; ++i) {
                const auto key = static_cast<uint32_t>(random() % range);
                if (random() % 3 == 0) {
                    map.erase(key, edit);
                    expected.erase(key);
                } else {
                    map.set(key, number(round), edit);
                    expected[key] = round;
                }
            }
            ASSERT_EQ(map.size(), expected.size());
            versions.emplace_back(std::move(map), std::move(expected));
        }
        for (const auto& [map, expected] : versions) ASSERT_EQ(content(map), expected);
    }
}

TEST(Radix, tells_where_two_maps_differ) {
    std::mt19937 random(5);
    Numbers map;
    for (int round = 0; round < 300; ++round) {
        const Numbers before = map;
        const uint64_t edit = next_edit();
        const uint32_t span = round < 100 ? 64 : round < 200 ? 5000 : 300000;
        for (uint32_t i = static_cast<uint32_t>(random() % 5); i > 0; --i) {
            const auto key = static_cast<uint32_t>(random() % span);
            if (random() % 3 == 0) {
                map.erase(key, edit);
            } else {
                map.set(key, number(round), edit);
            }
        }
        std::set<uint32_t> said;
        Numbers::for_each_difference(before, map, [&said](uint32_t key) { said.insert(key); });
        Expected all = content(before);
        all.merge(content(map));
        size_t differing = 0;
        for (const auto& [key, value] : all) {
            if (before.find(key) == map.find(key)) continue;
            ++differing;
            ASSERT_TRUE(said.contains(key)) << round;
        }
        // Maps of the same height say no more than that.
        if (round % 100 > 20) {
            ASSERT_EQ(said.size(), differing) << round;
        }
    }
}

}  // namespace
}  // namespace grape::base
