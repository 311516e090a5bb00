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
#include "tests/integration/model/together.h"
#include "tests/support/temporary_directory.h"

namespace {

using grape::model::Mismatch;
using grape::model::Recall;
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

using Counts = std::map<std::string, uint64_t>;

// Whether all agreed.
bool report(const char* name, const Mismatch& mismatch,
            std::chrono::steady_clock::time_point begin) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%s: %s, %.1f s\n", name, mismatch.empty() ? "agreed" : "FAILED", took.count());
    if (!mismatch.empty()) std::printf("%s\n", mismatch.c_str());
    std::fflush(stdout);
    return mismatch.empty();
}

bool run(const char* name, RunOptions options, Counts* counts, Recall* recall) {
    const auto begin = std::chrono::steady_clock::now();
    Runner runner(std::move(options));
    const Mismatch mismatch = runner.run();
    for (const auto& [kind, count] : runner.counts()) (*counts)[kind] += count;
    recall->add(runner.recall());
    return report(name, mismatch, begin);
}

bool run_writers(grape::model::TogetherOptions options, Counts* counts, Recall* recall) {
    const auto begin = std::chrono::steady_clock::now();
    return report("several_writers", grape::model::run_together(options, counts, recall), begin);
}

// Of what no seed decides, but the moments of the kills, a short run may see none.
bool all_happened(const Counts& counts, bool kills, bool many) {
    std::vector<std::string> wanted = {
        "reopen",        "lost_row_file",     "flushes",          "merges",
        "points_purged", "(commit accepted)", "(commit refused)", "(search by a graph)"};
    if (kills) wanted.emplace_back("kill");
    if (many) wanted.emplace_back("graphs");  // a killed session does not tell of its own
    if (kills && many) wanted.emplace_back("unacknowledged_but_done");
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

// Walks of graphs may miss points, but few; of the some dozen searches of a short run, a few more.
bool finds_enough(const Recall& recall, bool many) {
    const double share =
        recall.wanted == 0 ? 1.0
                           : static_cast<double>(recall.found) / static_cast<double>(recall.wanted);
    std::printf("searches by graphs at default effort: %llu, not exact: %llu; recall: %.4f\n",
                static_cast<unsigned long long>(recall.searches),
                static_cast<unsigned long long>(recall.inexact), share);
    return share >= (many ? 0.98 : 0.95);
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
    Counts counts;
    Recall recall;
    RunOptions options;
    options.seed = arguments.seed;
    options.kills = arguments.kills;
    options.operations = arguments.operations * 7 / 10;
    options.path = directory.path() + "/database";
    const bool on_disk = run("on_disk", options, &counts, &recall);
    options.path.clear();
    options.operations = arguments.operations / 10;
    options.first_number = uint64_t{1} << 40;
    const bool in_memory = run("in_memory", options, &counts, &recall);
    grape::model::TogetherOptions writers;
    writers.seed = arguments.seed;
    writers.operations = arguments.operations / 5 / writers.writers;
    writers.path = directory.path() + "/of_several";
    const bool together = run_writers(writers, &counts, &recall);
    const bool many = arguments.operations >= 50000;
    counts["(search by a graph)"] = recall.searches;
    const bool complete = all_happened(counts, arguments.kills, many);
    const bool near = finds_enough(recall, many);
    if (arguments.keep && !(on_disk && together)) {
        directory.keep();
        std::printf("the databases are in %s\n", directory.path().c_str());
    }
    const int passed = int{on_disk} + int{in_memory} + int{together} + int{complete} + int{near};
    std::printf("%d passed, %d failed, 0 skipped\n", passed, 5 - passed);
    return passed == 5 ? 0 : 1;
}
