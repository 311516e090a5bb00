#include "tests/integration/model/together.h"

#include <algorithm>
#include <thread>

namespace grape::model {

namespace {

constexpr uint64_t kPartMax = 400;  // operations of each writer between two openings

struct Writer {
    World world;
    std::string names;
    uint64_t seed = 0;
    uint64_t number = 0;
    std::map<std::string, uint64_t> counts;
    Recall recall;
    Mismatch mismatch;

    void run(const Session& opened, uint64_t operations) {
        Session session(world, seed, names);
        session.join(opened);
        session.expect_silence();
        mismatch = session.check_everything();
        for (uint64_t i = 0; i < operations && mismatch.empty(); ++i) {
            Kind kind = Kind::count;
            mismatch = session.step(number, &kind);
            ++counts[kind_name(kind)];
            ++number;
        }
        if (mismatch.empty()) mismatch = session.check_everything();
        for (const auto& [outcome, count] : session.outcomes()) counts[outcome] += count;
        recall.add(session.recall());
        if (mismatch.empty()) return;
        mismatch =
            base::cat("seed ", seed, ", writer ", names, ", operation ", number, ": ", mismatch);
    }
};

Mismatch run_part(const TogetherOptions& options, std::vector<Writer>& writers, uint64_t operations,
                  uint64_t variant) {
    World nothing;
    Session opened(nothing, options.seed, "");
    Mismatch mismatch = opened.open(options.path, variant);
    if (!mismatch.empty()) return mismatch;
    std::vector<std::thread> threads;
    for (Writer& writer : writers) {
        threads.emplace_back([&] { writer.run(opened, operations); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Writer& writer : writers) {
        if (!writer.mismatch.empty()) return writer.mismatch;
    }
    return opened.close();
}

}  // namespace

Mismatch run_together(const TogetherOptions& options, std::map<std::string, uint64_t>* counts,
                      Recall* recall) {
    std::vector<Writer> writers(options.writers);
    for (size_t i = 0; i < writers.size(); ++i) {
        writers[i].names = base::cat("w", i, "-");
        writers[i].seed = options.seed;
        writers[i].number = uint64_t{i + 2} << 40;
    }
    Mismatch mismatch;
    for (uint64_t done = 0; done < options.operations && mismatch.empty();) {
        Random random(options.seed ^ 0x70687, done);
        const uint64_t part = std::min(options.operations - done, random.between(1, kPartMax));
        mismatch = run_part(options, writers, part, random.bits());
        done += part;
    }
    for (const Writer& writer : writers) {
        for (const auto& [kind, count] : writer.counts) (*counts)[kind] += count;
        recall->add(writer.recall);
    }
    return mismatch;
}

}  // namespace grape::model
