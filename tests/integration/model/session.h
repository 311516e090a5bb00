// Session: one opening of a database, from open to close, in which operations run against it and
// against the world, and every answer is compared. Threads: belongs to one; several sessions may
// share a database.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "core/base/mutex.h"
#include "core/engine/database.h"
#include "tests/integration/model/compare_search.h"
#include "tests/integration/model/generator.h"

namespace grape::model {

// The system's clock, plus the days that went by in the world.
class DayClock final : public base::Clock {
  public:
    uint64_t wall_ms() const override {
        constexpr uint64_t kDayAndHourMs = 25ull * 3600 * 1000;
        return base::Clock::system().wall_ms() + days_ * kDayAndHourMs;
    }
    uint64_t monotonic_us() const override { return base::Clock::system().monotonic_us(); }
    void set_days(uint64_t days) { days_ = days; }

  private:
    std::atomic<uint64_t> days_{0};
};

class Session {
  public:
    Session(World& world, uint64_t seed, std::string names)
        : world_(world), seed_(seed), names_(std::move(names)) {}

    // An empty path: in memory. `variant` chooses the sizes and whether there is background work.
    Mismatch open(const std::string& path, uint64_t variant);
    // Uses the database that another session opened, beside it. Its own world has its own names,
    // and commits of others come between its own.
    void join(const Session& opened);
    // Runs operation `number` and compares.
    Mismatch step(uint64_t number, Kind* kind);
    // Every point, every name, and the database's own verification.
    Mismatch check_everything();
    Mismatch close();
    // The number of the database's last commit.
    base::Result<uint64_t> last_commit();
    base::Result<engine::DatabaseInfoReply> info();
    // Whether the engine did not do the last operation, as it may: a commit that conflicts.
    bool refused() const { return refused_; }
    // How often what no operation decides alone came to pass.
    const std::map<std::string, uint64_t>& outcomes() const { return outcomes_; }
    const Recall& recall() const { return recall_; }
    // From now on a warning or an error in the log is a mismatch.
    void expect_silence() { silent_ = true; }

  private:
    base::Result<engine::ReplyBody> execute(const engine::RequestBody& body,
                                            const engine::WriteOptions& write = {},
                                            uint64_t transaction = 0);
    base::Result<engine::ReplyBody> send(const Operation& operation);
    Mismatch compare(const Operation& operation, const base::Result<engine::ReplyBody>& got);
    Mismatch compare_write(const Operation& operation, const base::Result<engine::ReplyBody>& got);
    // `seen` is the world that was asked.
    Mismatch compare_answer(const engine::RequestBody& body,
                            const base::Result<engine::ReplyBody>& wanted,
                            const base::Result<engine::ReplyBody>& got, const World& seen);
    bool uses_graph(const engine::QueryPoints& request);
    // session_transactions.cc
    Mismatch step_of_transaction(const Operation& operation);
    Mismatch begin(const Operation& operation);
    Mismatch commit(const Operation& operation);
    Mismatch compare_info(const engine::GetCollection& request,
                          const base::Result<engine::ReplyBody>& got) const;
    Mismatch check_collection(const std::string& name);
    Mismatch check_log() const;
    Mismatch check_database(const engine::DatabaseInfoReply& info) const;

    World& world_;
    const uint64_t seed_;
    const std::string names_;
    bool alone_ = true;  // nobody else writes
    bool silent_ = false;
    bool refused_ = false;
    bool few_commits_compared_ = false;  // of others, by a transaction
    uint64_t graphs_done_ = 0;           // before the last search
    std::map<std::string, uint64_t> outcomes_;
    Recall recall_;
    std::map<uint64_t, uint64_t> engine_ids_;  // of transactions, by the world's numbers
    struct Log {
        base::Mutex mutex;
        std::string first GRAPE_GUARDED_BY(mutex);  // warning or error
    };
    std::shared_ptr<Log> log_ = std::make_shared<Log>();
    std::shared_ptr<DayClock> clock_ = std::make_shared<DayClock>();
    std::shared_ptr<engine::Database> db_;
};

// A reply, or why there is none, as text that can be compared.
std::string describe(const base::Result<engine::ReplyBody>& reply);
// "" when both are the same, else both, around the first difference.
Mismatch compare_text(const std::string& what, const std::string& wanted, const std::string& got);
// What an operation on a transaction does to the world, without a database.
void replay_of_transaction(World& world, const Operation& operation, bool refused);
// Sizes so small that flushes, merges, graphs, direct files, commits in parts and reuse of rows
// come often.
engine::OpenOptions options_of(uint64_t variant);

}  // namespace grape::model
