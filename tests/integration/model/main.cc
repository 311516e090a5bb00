// The model test: random operations against a database and against a simple oracle, which must
// agree in every answer, through flushes, merges, reopening and kills.
//
//   model_test --operations 200000 --seed 7      by hand
//   model_test --operations 20000 --seed 7 --no-kills
//
// Prints the seed and how often each kind of operation was done; none may be 0. Without --no-kills
// the same seed kills at other moments each time.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/integration/model/runner.h"
#include "tests/support/temporary_directory.h"

namespace {

using grape::model::Mismatch;
using grape::model::Runner;
using grape::model::RunOptions;

struct Arguments {
    uint64_t operations = 5000;
    uint64_t seed = 20240607;
    bool kills = true;
    bool keep = false;
    bool slow_disk = false;  // where temporary files are, not in memory
    bool legal = true;
};

uint64_t number(const char* text, bool* legal) {
    uint64_t out = 0;
    const char* const end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, out);
    *legal = *legal && read.ec == std::errc() && read.ptr == end;
    return out;
}

Arguments read_arguments(int count, char** values) {
    Arguments out;
    const char* const quick = std::getenv("GRAPE_TEST_QUICK");
    if (quick != nullptr && std::strcmp(quick, "1") == 0) out.operations = 2500;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = values[i];
        if (name == "--no-kills") {
            out.kills = false;
        } else if (name == "--keep") {
            out.keep = true;
        } else if (name == "--disk") {
            out.slow_disk = true;
        } else if (name == "--operations" && i + 1 < count) {
            out.operations = number(values[++i], &out.legal);
        } else if (name == "--seed" && i + 1 < count) {
            out.seed = number(values[++i], &out.legal);
        } else {
            out.legal = false;
        }
    }
    return out;
}

// Whether all agreed, and everything that should have happened did.
bool run(const char* name, RunOptions options, std::map<std::string, uint64_t>* counts) {
    Runner runner(std::move(options));
    const auto begin = std::chrono::steady_clock::now();
    const Mismatch mismatch = runner.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%s: %s, %.1f s\n", name, mismatch.empty() ? "agreed" : "FAILED", took.count());
    if (!mismatch.empty()) std::printf("%s\n", mismatch.c_str());
    for (const auto& [kind, count] : runner.counts()) (*counts)[kind] += count;
    std::fflush(stdout);
    return mismatch.empty();
}

bool all_happened(const std::map<std::string, uint64_t>& counts, bool kills) {
    std::vector<std::string> wanted = {"reopen", "lost_row_file"};
    if (kills) wanted.insert(wanted.end(), {"kill", "unacknowledged_but_done"});
    for (size_t i = 0; i < grape::model::kKinds; ++i) {
        wanted.emplace_back(grape::model::kind_name(static_cast<grape::model::Kind>(i)));
    }
    bool out = true;
    for (const std::string& kind : wanted) {
        const auto found = counts.find(kind);
        const uint64_t count = found == counts.end() ? 0 : found->second;
        std::printf("  %-24s %8llu\n", kind.c_str(), static_cast<unsigned long long>(count));
        out = out && count != 0;
    }
    return out;
}

}  // namespace

int main(int count, char** values) {
    const Arguments arguments = read_arguments(count, values);
    if (!arguments.legal) {
        std::printf("usage: %s [--operations N] [--seed N] [--no-kills] [--keep] [--disk]\n",
                    values[0]);
        return 2;
    }
    std::printf("seed %llu, %llu operations\n", static_cast<unsigned long long>(arguments.seed),
                static_cast<unsigned long long>(arguments.operations));
    std::fflush(stdout);
    grape::test::TemporaryDirectory directory(!arguments.slow_disk);
    std::map<std::string, uint64_t> counts;
    RunOptions options;
    options.seed = arguments.seed;
    options.kills = arguments.kills;
    options.operations = arguments.operations - arguments.operations / 5;
    options.path = directory.path() + "/database";
    const bool on_disk = run("on_disk", options, &counts);
    options.path.clear();
    options.operations = arguments.operations / 5;
    options.first_number = uint64_t{1} << 40;
    const bool in_memory = run("in_memory", options, &counts);
    const bool complete = all_happened(counts, arguments.kills);
    if (!on_disk && arguments.keep) {
        directory.keep();
        std::printf("the database is in %s\n", directory.path().c_str());
    }
    const int passed = (on_disk ? 1 : 0) + (in_memory ? 1 : 0) + (complete ? 1 : 0);
    std::printf("%d passed, %d failed, 0 skipped\n", passed, 3 - passed);
    return passed == 3 ? 0 : 1;
}
