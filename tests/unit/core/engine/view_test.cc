#include "core/engine/view.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <thread>

namespace grape::engine {
namespace {

TEST(NameTable, finds_what_was_put_and_not_erased) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        std::vector<std::pair<NameTable, std::map<std::string, uint32_t>>> versions(1);
        for (int round = 0; round < 20; ++round) {
            auto [names, expected] = versions[random() % versions.size()];
            const uint64_t edit = base::next_edit();
            for (uint32_t i = 0; i < 20; ++i) {
                const std::string name = base::cat("name-", random() % 50);
                if (random() % 3 == 0) {
                    names.erase(name, edit);
                    expected.erase(name);
                } else {
                    names.put({name, i, false}, edit);
                    expected[name] = i;
                }
            }
            versions.emplace_back(std::move(names), std::move(expected));
        }
        for (const auto& [names, expected] : versions) {
            std::map<std::string, uint32_t> found;
            names.for_each([&](const NameTable::Entry& e) { found[e.name] = e.collection; });
            ASSERT_EQ(found, expected);
            for (const auto& [name, number] : expected) {
                ASSERT_NE(names.find(name), nullptr);
                ASSERT_EQ(names.find(name)->collection, number);
            }
            ASSERT_EQ(names.find("no such name"), nullptr);
        }
    }
}

// Against a look at all names, in versions that were made of each other.
TEST(NameTable, finds_the_aliases_of_a_collection) {
    constexpr uint32_t kCollections = 7;
    std::mt19937_64 random(1);
    std::vector<NameTable> versions(1);
    for (int round = 0; round < 50; ++round) {
        NameTable names = versions[random() % versions.size()];
        const uint64_t edit = base::next_edit();
        for (int i = 0; i < 20; ++i) {
            const std::string name = base::cat("name-", random() % 50);
            if (random() % 3 == 0) {
                names.erase(name, edit);
            } else {
                const auto collection = static_cast<uint32_t>(random() % kCollections);
                names.put({name, collection, random() % 4 != 0}, edit);
            }
        }
        versions.push_back(std::move(names));
    }
    for (const NameTable& names : versions) {
        using Found = std::set<std::pair<uint32_t, std::string>>;
        Found expected, found;
        names.for_each([&](const NameTable::Entry& entry) {
            if (entry.alias) expected.insert({entry.collection, entry.name});
        });
        for (uint32_t number = 0; number < kCollections; ++number) {
            names.for_each_alias(number, [&](const NameTable::Entry& entry) {
                EXPECT_TRUE(found.insert({number, entry.name}).second);
            });
        }
        ASSERT_EQ(found, expected);
    }
}

TEST(NameTable, names_of_one_bucket_do_not_disturb_each_other) {
    // More names than a bucket count would spread perfectly: some share one.
    NameTable names;
    const uint64_t edit = base::next_edit();
    for (uint32_t i = 0; i < 5000; ++i) names.put({base::cat(i), i, i % 2 == 0}, edit);
    for (uint32_t i = 0; i < 5000; i += 3) names.erase(base::cat(i), edit);
    for (uint32_t i = 0; i < 5000; ++i) {
        const NameTable::Entry* found = names.find(base::cat(i));
        ASSERT_EQ(found == nullptr, i % 3 == 0) << i;
        if (found == nullptr) continue;
        ASSERT_EQ(found->collection, i);
        ASSERT_EQ(found->alias, i % 2 == 0);
    }
}

TEST(PinTable, knows_the_oldest_view_that_is_alive) {
    PinTable pins;
    EXPECT_EQ(pins.min_pinned(), UINT64_MAX);
    pins.add(5);
    pins.add(3);
    pins.add(3);
    EXPECT_EQ(pins.min_pinned(), 3u);
    pins.remove(3);
    EXPECT_EQ(pins.min_pinned(), 3u);
    pins.remove(3);
    EXPECT_EQ(pins.min_pinned(), 5u);
    pins.remove(5);
    EXPECT_EQ(pins.min_pinned(), UINT64_MAX);
}

class Views : public testing::Test {
  public:
    void publish(uint64_t commit) {
        ViewState state;
        state.commit = commit;
        slots.publish(slots.prepare(std::move(state), pins));
    }
    std::shared_ptr<PinTable> pins = std::make_shared<PinTable>();
    ViewSlots slots;
};

TEST_F(Views, readers_get_the_view_that_was_published_last) {
    publish(1);
    EXPECT_EQ(slots.current()->commit(), 1u);
    publish(2);
    EXPECT_EQ(slots.current()->commit(), 2u);
    slots.clear();
    EXPECT_EQ(pins->min_pinned(), UINT64_MAX);
}

TEST_F(Views, a_view_that_is_held_stays_and_pins_its_commit) {
    publish(1);
    std::shared_ptr<const View> held = slots.current();
    publish(2);
    publish(3);
    slots.reclaim();
    EXPECT_EQ(pins->min_pinned(), 1u);
    EXPECT_EQ(held->commit(), 1u);
    held.reset();
    slots.reclaim();
    EXPECT_EQ(pins->min_pinned(), 3u);
    slots.clear();
}

TEST_F(Views, a_dropped_view_is_freed_by_reclaim_and_not_by_the_reader) {
    publish(1);
    std::shared_ptr<const View> held = slots.current();
    publish(2);
    held.reset();
    EXPECT_EQ(pins->min_pinned(), 1u);
    slots.reclaim();
    EXPECT_EQ(pins->min_pinned(), 2u);
    slots.clear();
}

TEST_F(Views, a_view_held_over_the_end_frees_itself) {
    publish(1);
    std::shared_ptr<const View> held = slots.current();
    slots.clear();
    EXPECT_EQ(slots.current(), nullptr);
    EXPECT_EQ(pins->min_pinned(), 1u);
    held.reset();
    EXPECT_EQ(pins->min_pinned(), UINT64_MAX);
}

TEST_F(Views, unknown_names_are_not_found) {
    publish(1);
    const auto found = slots.current()->find("words");
    EXPECT_EQ(found.status().code(), base::Code::not_found);
    EXPECT_NE(found.status().message().find("'words'"), std::string::npos);
    slots.clear();
}

// No reader sees time go back, on whatever core it runs.
TEST_F(Views, readers_never_see_an_older_view_after_a_newer_one) {
    constexpr uint64_t kViews = 3000;
    publish(1);
    std::atomic<uint64_t> seen{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            uint64_t last = 0;
            while (last < kViews) {
                const uint64_t known = seen.load();
                last = slots.current()->commit();
                ASSERT_GE(last, known);
                uint64_t old = seen.load();
                while (old < last && !seen.compare_exchange_weak(old, last)) {
                }
            }
        });
    }
    for (uint64_t commit = 2; commit <= kViews; ++commit) {
        publish(commit);
        if (commit % 16 == 0) slots.reclaim();
    }
    for (std::thread& reader : readers) reader.join();
    slots.clear();
    EXPECT_EQ(pins->min_pinned(), UINT64_MAX);
}

}  // namespace
}  // namespace grape::engine
