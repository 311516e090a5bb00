// Runner: a whole run of the model test on one database: openings one after the other, each ending
// with a close, without one, or with a kill in the middle of whatever the process was doing.
// Threads: one; it forks, so nothing else may run.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/integration/model/session.h"
#include "tests/support/child.h"

namespace grape::model {

struct RunOptions {
    uint64_t seed = 1;
    uint64_t operations = 5000;
    std::string path;           // "" = in memory
    bool kills = true;          // without them a seed gives the same run again
    std::string names;          // begins the names of collections
    uint64_t first_number = 0;  // to begin in the middle of the operations of a seed
};

class Runner {
  public:
    explicit Runner(RunOptions options) : options_(std::move(options)) {}

    // "" when everything agreed.
    Mismatch run();
    // How often each kind of operation, and each way of ending, was done.
    const std::map<std::string, uint64_t>& counts() const { return counts_; }
    const Recall& recall() const { return recall_; }

  private:
    Mismatch run_on_disk(uint64_t operations, Random& random);
    Mismatch run_in_memory(uint64_t operations, Random& random);
    Mismatch steps(Session& session, uint64_t operations);
    void count_work(Session& session);
    Mismatch run_and_kill(uint64_t operations, Random& random, uint64_t variant);
    int be_killed(uint64_t operations, uint64_t variant, const test::Progress& progress);
    void replay(World& world, Kind* kind, bool refused = false);
    void replay_to(uint64_t end, const std::set<uint64_t>& refused);
    Mismatch settle_last(Session& session);
    void lose_a_row_file(Random& random);
    Mismatch at(const Mismatch& mismatch, const std::string& kind) const;

    const RunOptions options_;
    World world_;
    uint64_t number_ = 0;  // the next operation
    uint64_t openings_ = 0;
    bool damaged_ = false;   // row files were lost, and the log may say so
    bool in_doubt_ = false;  // whether the next operation was done
    std::map<std::string, uint64_t> counts_;
    Recall recall_;
};

}  // namespace grape::model
