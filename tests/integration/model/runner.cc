#include "tests/integration/model/runner.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace grape::model {

namespace {

// Operations between two openings: fewer in a short run, so that it has enough of them.
constexpr uint64_t kPartMin = 30, kPartMax = 300;
constexpr uint64_t kParts = 40;
// Told with the number of an operation that the engine did not do, as it may.
constexpr uint64_t kRefused = uint64_t{1} << 63;

}  // namespace

Mismatch Runner::at(const Mismatch& mismatch, const std::string& kind) const {
    if (mismatch.empty()) return "";
    return base::cat("seed ", options_.seed, ", operation ", number_, " (", kind, "): ", mismatch);
}

Mismatch Runner::run() {
    number_ = options_.first_number;
    const uint64_t end = number_ + options_.operations;
    const uint64_t part_max = std::clamp(options_.operations / kParts, kPartMin, kPartMax);
    while (number_ < end) {
        // Not by the number alone: a child that is killed too early would be so for ever.
        Random random(options_.seed ^ 0x5EED, number_ * 1000 + ++openings_ % 1000);
        const uint64_t operations = std::min(end - number_, random.between(1, part_max));
        const Mismatch mismatch = options_.path.empty() ? run_in_memory(operations, random)
                                                        : run_on_disk(operations, random);
        if (!mismatch.empty()) return mismatch;
    }
    return "";
}

// Each database in memory begins empty.
Mismatch Runner::run_in_memory(uint64_t operations, Random& random) {
    world_ = World();
    Session session(world_, options_.seed, options_.names);
    Mismatch mismatch = session.open("", random.bits());
    if (mismatch.empty()) mismatch = steps(session, operations);
    if (mismatch.empty()) mismatch = at(session.check_everything(), "at the end");
    if (mismatch.empty()) mismatch = at(session.close(), "close");
    return mismatch;
}

Mismatch Runner::run_on_disk(uint64_t operations, Random& random) {
    // In the second half only: in the first one nothing may be amiss, not even in the log.
    const bool may_damage = number_ - options_.first_number > options_.operations / 2;
    if (may_damage && random.chance(40)) lose_a_row_file(random);
    const uint64_t variant = random.bits();
    if (options_.kills && random.chance(50)) return run_and_kill(operations, random, variant);
    Session session(world_, options_.seed, options_.names);
    if (!damaged_) session.expect_silence();
    Mismatch mismatch = at(session.open(options_.path, variant), "open");
    if (mismatch.empty()) mismatch = settle_last(session);
    if (mismatch.empty()) mismatch = steps(session, operations);
    if (mismatch.empty()) count_work(session);
    if (mismatch.empty()) mismatch = at(session.close(), "close");
    ++counts_["reopen"];
    return mismatch;
}

// After a kill the operation that was not acknowledged has happened or not; either is fine, half of
// it is not.
Mismatch Runner::settle_last(Session& session) {
    const base::Result<uint64_t> commit = session.last_commit();
    if (!commit.ok()) return at(commit.status().to_string(), "reopen");
    if (in_doubt_) {
        World with = world_;
        Kind kind = Kind::count;
        const uint64_t number = number_;
        replay(with, &kind);
        number_ = number;
        if (*commit == with.commit() && *commit != world_.commit()) {
            world_ = std::move(with);
            ++number_;
            ++counts_["unacknowledged_but_done"];
        }
    }
    in_doubt_ = false;
    world_.end_transactions();
    if (*commit != world_.commit()) {
        return at(base::cat("the last commit is ", *commit, ", not ", world_.commit()), "reopen");
    }
    return at(session.check_everything(), "reopen");
}

Mismatch Runner::steps(Session& session, uint64_t operations) {
    for (uint64_t i = 0; i < operations; ++i) {
        Kind kind = Kind::count;
        const Mismatch mismatch = session.step(number_, &kind);
        if (!mismatch.empty()) return at(mismatch, kind_name(kind));
        ++counts_[kind_name(kind)];
        ++number_;
    }
    for (const auto& [outcome, count] : session.outcomes()) counts_[outcome] += count;
    recall_.add(session.recall());
    return "";
}

// What the engine did by itself.
void Runner::count_work(Session& session) {
    const auto info = session.info();
    if (!info.ok()) return;
    counts_["flushes"] += info->flushes_done;
    counts_["merges"] += info->merges_done;
    counts_["graphs"] += info->graphs_done;
    counts_["points_purged"] += info->points_purged;
}

// What the operation did to the world, without a database.
void Runner::replay(World& world, Kind* kind, bool refused) {
    const Operation operation = generate(world, options_.seed, number_, options_.names);
    *kind = operation.kind;
    if (operation.kind == Kind::pass_a_day) world.pass_a_day();
    if (is_of_transaction(operation.kind)) replay_of_transaction(world, operation, refused);
    if (operation.kind <= Kind::rejected) {
        static_cast<void>(world.apply(operation.request, world.commit() + 1));
    }
    ++number_;
}

// A child opens the database, runs the operations and tells after each that it was acknowledged; it
// is killed at some moment. Then the world is brought to where the child told it was.
Mismatch Runner::run_and_kill(uint64_t operations, Random& random, uint64_t variant) {
    std::vector<uint64_t> told;
    {
        test::Child child([&](const test::Progress& progress) {
            return be_killed(operations, variant, progress);
        });
        if (!child.started()) return at("no process could be started", "kill");
        const uint64_t wanted = random.chance(15) ? 0 : random.below(operations + operations / 8);
        uint64_t number = 0;
        while (told.size() < wanted && child.next(&number)) told.push_back(number);
        ::usleep(static_cast<useconds_t>(random.below(wanted == 0 ? 40000 : 3000)));
        child.kill();
        const bool fine = child.wait();
        while (child.next(&number)) told.push_back(number);
        if (!fine) return "the child found a mismatch, see above";
        ++counts_[child.killed() ? "kill" : "reopen"];
    }
    if (told.empty()) return "";  // killed while it opened: what was in doubt still is
    if (told.front() != number_) ++counts_["unacknowledged_but_done"];
    const uint64_t begin = told.front();
    std::set<uint64_t> refused;
    uint64_t next = begin;
    for (size_t i = 1; i < told.size(); ++i) {
        const uint64_t number = told[i] & ~kRefused;
        if (number != told[i]) refused.insert(number);
        next = number + 1;
    }
    replay_to(begin, refused);
    world_.end_transactions();
    replay_to(next, refused);
    in_doubt_ = next < begin + operations;
    return "";
}

void Runner::replay_to(uint64_t end, const std::set<uint64_t>& refused) {
    while (number_ < end) {
        Kind kind = Kind::count;
        replay(world_, &kind, refused.contains(number_));
        ++counts_[kind_name(kind)];
    }
}

// Tells the number of the first operation, then that of each that was acknowledged.
int Runner::be_killed(uint64_t operations, uint64_t variant, const test::Progress& progress) {
    Session session(world_, options_.seed, options_.names);
    if (!damaged_) session.expect_silence();
    Mismatch mismatch = at(session.open(options_.path, variant), "open");
    if (mismatch.empty()) mismatch = settle_last(session);
    if (mismatch.empty()) static_cast<void>(progress.tell(number_));
    for (uint64_t i = 0; i < operations && mismatch.empty(); ++i) {
        Kind kind = Kind::count;
        mismatch = session.step(number_, &kind);
        if (!mismatch.empty()) mismatch = at(mismatch, kind_name(kind));
        const uint64_t refused = session.refused() ? kRefused : 0;
        if (mismatch.empty()) static_cast<void>(progress.tell(number_++ | refused));
    }
    if (mismatch.empty()) mismatch = at(session.close(), "close");
    if (mismatch.empty()) return 0;
    std::printf("%s\n", mismatch.c_str());
    std::fflush(stdout);
    return 1;
}

// Row files are derived: a database whose row file is damaged or gone opens as if nothing were.
void Runner::lose_a_row_file(Random& random) {
    std::vector<std::filesystem::path> files;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(options_.path + "/files", none)) {
        if (entry.path().extension() == ".row") files.push_back(entry.path());
    }
    if (files.empty()) return;
    std::sort(files.begin(), files.end());
    const std::filesystem::path file = random.pick(files);
    if (random.chance(50)) {
        std::filesystem::remove(file, none);
    } else {
        std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
        out.seekp(static_cast<std::streamoff>(4096 + random.below(64)));
        out.put(static_cast<char>(random.bits()));
    }
    damaged_ = true;
    ++counts_["lost_row_file"];
}

}  // namespace grape::model
