// Random transactions from several threads over a few lists and what filters find in them. Their
// commits have an order, so the history is serialisable when each transaction, run alone in that
// order, reads what it read: lists, absent ones, and counts by filter (after Elle's list append,
// with the order known instead of inferred).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "tests/integration/transactions/session.h"
#include "tests/support/temporary_directory.h"

namespace grape::lists {
namespace {

constexpr uint64_t kKeys = 6;
constexpr int64_t kMarks = 4;  // small numbers that many transactions append

struct Step {
    enum class Kind : uint8_t { read, append, count, remove } kind = Kind::read;
    std::string collection;
    uint64_t id = 0;
    int64_t value = 0;  // appended or counted
    List read;
    uint64_t counted = 0;
};
struct Done {
    uint64_t commit = 0;
    bool wrote = false;
    std::vector<Step> steps;
};

class Client {
  public:
    Client(engine::Database& database, uint64_t seed, int64_t first_value)
        : session_(database), random_(seed), next_value_(first_value) {}

    void run(int transactions) {
        for (int i = 0; i < transactions; ++i) one();
    }
    std::vector<Done> done;
    int conflicts = 0;
    std::string failure;

  private:
    uint64_t below(uint64_t bound) { return random_() % bound; }

    Step random_step() {
        Step step;
        step.collection = below(3) == 0 ? "b" : "a";
        step.id = 1 + below(kKeys);
        const uint64_t kind = below(20);
        step.kind = kind < 9    ? Step::Kind::append
                    : kind < 15 ? Step::Kind::read
                    : kind < 19 ? Step::Kind::count
                                : Step::Kind::remove;
        const bool marks = step.kind == Step::Kind::count || below(2) == 0;
        step.value = marks ? static_cast<int64_t>(below(kMarks)) : next_value_++;
        return step;
    }
    bool take(Step& step) {
        switch (step.kind) {
            case Step::Kind::append:
                return session_.append(step.collection, step.id, step.value);
            case Step::Kind::remove:
                return session_.run_json(base::cat(R"({"delete_points":{"collection_name":")",
                                                   step.collection, R"(","points":[)", step.id,
                                                   "]}}"));
            case Step::Kind::count: {
                const auto counted = session_.count(step.collection, step.value);
                step.counted = counted.value_or(0);
                return counted.has_value();
            }
            case Step::Kind::read:
                break;
        }
        const auto list = session_.read(step.collection, step.id);
        if (list) step.read = *list;
        return list.has_value();
    }
    void one() {
        Done transaction;
        session_.begin();
        const uint64_t steps = 1 + below(5);
        for (uint64_t i = 0; i < steps; ++i) {
            Step step = random_step();
            if (!take(step)) failure = session_.status().to_string();
            transaction.wrote = transaction.wrote || step.kind == Step::Kind::append ||
                                step.kind == Step::Kind::remove;
            transaction.steps.push_back(std::move(step));
            std::this_thread::yield();
        }
        const auto commit = session_.commit();
        if (commit) {
            transaction.commit = *commit;
            done.push_back(std::move(transaction));
        } else if (session_.status().code() == base::Code::conflict) {
            ++conflicts;
        } else {
            failure = session_.status().to_string();
        }
    }

    Session session_;
    std::mt19937_64 random_;
    int64_t next_value_;
};

// The lists as one transaction after the other makes them.
class World {
  public:
    // Empty, or what the transaction cannot have read.
    std::string run(const Done& transaction) {
        for (const Step& step : transaction.steps) {
            auto& lists = collections_[step.collection];
            switch (step.kind) {
                case Step::Kind::append:
                    lists[step.id].push_back(step.value);
                    break;
                case Step::Kind::remove:
                    lists.erase(step.id);
                    break;
                case Step::Kind::read: {
                    const auto found = lists.find(step.id);
                    if (step.read != (found == lists.end() ? List() : found->second)) {
                        return base::cat("list ", step.collection, "/", step.id);
                    }
                    break;
                }
                case Step::Kind::count:
                    const auto holds = [&](const auto& each) {
                        return std::count(each.second.begin(), each.second.end(), step.value) != 0;
                    };
                    const auto counted = std::count_if(lists.begin(), lists.end(), holds);
                    if (static_cast<uint64_t>(counted) != step.counted) {
                        return base::cat("count of ", step.value, " in ", step.collection, ": ",
                                         step.counted, ", must be ", counted);
                    }
                    break;
            }
        }
        return "";
    }
    const std::map<uint64_t, List>& lists(const std::string& collection) {
        return collections_[collection];
    }

  private:
    std::map<std::string, std::map<uint64_t, List>> collections_;
};

// `path` empty: in memory, where commits are so short that they rarely meet.
void run_histories(const std::string& path, int transactions) {
    const uint64_t seed = choose_seed();
    std::printf("seed %llu (GRAPE_SEED)\n", static_cast<unsigned long long>(seed));
    engine::OpenOptions options;
    options.path = path;
    auto database = engine::Database::open(options);
    ASSERT_TRUE(database.ok()) << database.status().to_string();
    ASSERT_TRUE(make_collections(**database));
    constexpr int kThreads = 4;
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        clients.push_back(std::make_unique<Client>(**database, seed + static_cast<uint64_t>(i),
                                                   1000 + i * int64_t{1'000'000}));
        threads.emplace_back(
            [client = clients.back().get(), transactions] { client->run(transactions); });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<Done> history;
    int conflicts = 0;
    for (const auto& client : clients) {
        EXPECT_EQ(client->failure, "");
        history.insert(history.end(), client->done.begin(), client->done.end());
        conflicts += client->conflicts;
    }
    // One that wrote nothing happened right after the commit that it saw.
    std::sort(history.begin(), history.end(), [](const Done& a, const Done& b) {
        return std::pair(a.commit, !a.wrote) < std::pair(b.commit, !b.wrote);
    });
    World world;
    for (const Done& each : history) {
        const std::string wrong = world.run(each);
        ASSERT_EQ(wrong, "") << "commit " << each.commit;
    }
    Session session(**database);
    for (const char* name : {"a", "b"}) {
        for (const auto& [id, list] : world.lists(name)) EXPECT_EQ(*session.read(name, id), list);
    }
    std::printf("%zu transactions agree with a serial order, %d conflicts\n", history.size(),
                conflicts);
    EXPECT_GT(history.size(), static_cast<size_t>(transactions));
    EXPECT_GT(conflicts, 0);
}

TEST(Histories, random_transactions_have_a_serial_order) {
    const test::TemporaryDirectory directory;
    run_histories(directory.path() + "/db", 300);
}

TEST(Histories, random_transactions_in_memory_have_a_serial_order) {
    run_histories("", 2000);
}

}  // namespace
}  // namespace grape::lists
