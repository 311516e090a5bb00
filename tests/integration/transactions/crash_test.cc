// Lists that only grow, while their process is killed again and again. Each transaction appends one
// value to two lists of two collections. After each crash: every value that was acknowledged is in
// both of its lists, none is there twice or in one list only, the lists begin with what they were
// before, and any two values stand in the same order wherever they meet.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <thread>

#include "tests/integration/transactions/session.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"

namespace grape::lists {
namespace {

constexpr uint64_t kKeys = 3;

// The lists that a value goes to.
uint64_t key_in_a(int64_t value) {
    return 1 + static_cast<uint64_t>(value) % kKeys;
}
uint64_t key_in_b(int64_t value) {
    return 1 + static_cast<uint64_t>(value) / kKeys % kKeys;
}

void append_until_killed(engine::Database& database, std::atomic<int64_t>& next,
                         const test::Progress& progress) {
    Session session(database);
    for (;;) {
        const int64_t value = next++;
        do {
            session.begin();
            if (!session.append("a", key_in_a(value), value) ||
                !session.append("b", key_in_b(value), value)) {
                return;
            }
        } while (!session.commit() && session.status().code() == base::Code::conflict);
        if (!session.status().ok() || !progress.tell(static_cast<uint64_t>(value))) return;
    }
}

int run_child(const std::string& path, int64_t first, const test::Progress& progress) {
    engine::OpenOptions options;
    options.path = path;
    // So that flushes and merges are killed, too.
    options.sizes.small_shard_bytes = 1;
    auto database = engine::Database::open(options);
    if (!database.ok()) return 1;
    std::atomic<int64_t> next = first;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] { append_until_killed(**database, next, progress); });
    }
    for (std::thread& thread : threads) thread.join();
    return 2;
}

using Lists = std::map<std::pair<std::string, uint64_t>, List>;

Lists read_lists(const std::string& path) {
    engine::OpenOptions options;
    options.path = path;
    auto database = engine::Database::open(options);
    EXPECT_TRUE(database.ok()) << database.status().to_string();
    Lists out;
    if (!database.ok()) return out;
    Session session(**database);
    for (const char* name : {"a", "b"}) {
        for (uint64_t id = 1; id <= kKeys; ++id) out[{name, id}] = *session.read(name, id);
    }
    return out;
}

void check_lists(const Lists& before, const Lists& now, const std::set<int64_t>& acknowledged) {
    std::map<int64_t, int> seen;
    for (const auto& [key, list] : now) {
        const auto found = before.find(key);
        if (found != before.end()) {
            ASSERT_LE(found->second.size(), list.size());
            EXPECT_TRUE(std::equal(found->second.begin(), found->second.end(), list.begin()));
        }
        const std::set<int64_t> once(list.begin(), list.end());
        EXPECT_EQ(once.size(), list.size()) << "a value stands in a list twice";
        for (const int64_t value : list) ++seen[value];
    }
    for (const auto& [value, count] : seen) EXPECT_EQ(count, 2) << "half of value " << value;
    for (const int64_t value : acknowledged) EXPECT_EQ(seen[value], 2) << "lost value " << value;
    for (const auto& [key_a, a] : now) {
        for (const auto& [key_b, b] : now) {
            if (!(key_a < key_b)) continue;
            std::map<int64_t, size_t> place;
            for (size_t i = 0; i < b.size(); ++i) place[b[i]] = i;
            size_t last = 0;
            for (const int64_t value : a) {
                const auto found = place.find(value);
                if (found == place.end()) continue;
                EXPECT_GE(found->second, last) << "two orders of value " << value;
                last = found->second;
            }
        }
    }
}

TEST(Crashes, lists_that_only_grow_lose_nothing_and_stay_in_order) {
    constexpr int kCrashes = 8;
    const test::TemporaryDirectory directory;
    const std::string path = directory.path() + "/db";
    const uint64_t seed = choose_seed();
    std::printf("seed %llu (GRAPE_SEED)\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    {
        engine::OpenOptions options;
        options.path = path;
        auto database = engine::Database::open(options);
        ASSERT_TRUE(database.ok());
        ASSERT_TRUE(make_collections(**database));
    }
    Lists before;
    std::set<int64_t> acknowledged;
    for (int crash = 0; crash < kCrashes; ++crash) {
        test::Child child([&](const test::Progress& progress) {
            return run_child(path, crash * int64_t{1'000'000}, progress);
        });
        ASSERT_TRUE(child.started());
        const uint64_t enough = 1 + random() % 60;
        uint64_t number = 0;
        for (uint64_t i = 0; i < enough && child.next(&number); ++i) {
            acknowledged.insert(static_cast<int64_t>(number));
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
        child.kill();
        while (child.next(&number)) acknowledged.insert(static_cast<int64_t>(number));
        child.wait();
        ASSERT_TRUE(child.killed());
        Lists now = read_lists(path);
        check_lists(before, now, acknowledged);
        before = std::move(now);
    }
    std::printf("%zu acknowledged values after %d crashes\n", acknowledged.size(), kCrashes);
    EXPECT_GT(acknowledged.size(), static_cast<size_t>(kCrashes));
}

}  // namespace
}  // namespace grape::lists
