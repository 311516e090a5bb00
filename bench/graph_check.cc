// Whether a finished graph finds what is in it: imports a data set, waits for everything with
// `optimize`, and asks `verify` (which also says whether paths lead to all nodes). Then each row
// searches for itself, at default effort and with `exact`; a copy of it may come before it.
// One line of JSON for each data set; the exit code is 1 where a row is not found by `exact`, more
// than one in a thousand is not found by default, or `verify` has found a problem.
//
//     graph_check [--data DIR] [--sets fashion] [--rows N] [--exact N]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "bench/database.h"
#include "core/base/cat.h"
#include "core/base/json.h"
#include "tests/support/temporary_directory.h"

namespace grape::bench {
namespace {

constexpr size_t kSearchesAtOnce = 128;

struct Options {
    std::string data = "../shared/data";
    std::vector<std::string> sets = {"fashion"};
    size_t rows = SIZE_MAX, exact = SIZE_MAX;
};

class Check {
  public:
    Check(Database& db, const Dataset& set) : db_(db), set_(set) {}

    void import() {
        must(db_.create_collection(set_.name, set_.base.dim, distance_of(set_)));
        import_rows(db_, set_.name, set_.base, 0, set_.base.rows());
        must(db_.request_json(R"({"optimize": {}})"));
    }
    // What `verify` has to say.
    std::vector<std::string> problems() const {
        const Buffer reply = must(db_.request_json(R"({"verify": {}})"));
        const auto text = grape::base::parse_json(reply.view());
        std::vector<std::string> out;
        for (const auto& each : text->find("result")->find("problems")->items()) {
            out.emplace_back(each.as_string());
        }
        return out;
    }
    // How many of the first `count` rows come first for their own vector.
    size_t found_first(size_t count, bool exact) const {
        std::atomic<size_t> next{0}, found{0};
        const auto work = [&] {
            while (true) {
                const size_t first = next.fetch_add(kSearchesAtOnce);
                if (first >= count) return;
                found += found_first_of(first, std::min(kSearchesAtOnce, count - first), exact);
            }
        };
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
            threads.emplace_back(work);
        }
        for (std::thread& thread : threads) thread.join();
        return found;
    }

  private:
    size_t found_first_of(size_t first, size_t count, bool exact) const {
        std::string request = grape::base::cat(R"({"query_batch_points": {"collection_name": ")",
                                               set_.name, R"(", "searches": [)");
        for (size_t i = 0; i < count; ++i) {
            request += grape::base::cat(i == 0 ? "" : ",", R"({"query": {"blob": 0, "row": )", i,
                                        R"(}, "limit": 1, "params": {"exact": )",
                                        exact ? "true" : "false", "}}");
        }
        const Slice<float> rows(set_.base.row(first), count * set_.base.dim);
        const grape_blob blob = grape::blob(rows, set_.base.dim);
        const Buffer reply = must(db_.request_json(request + "]}}", Slice<grape_blob>(&blob, 1)));
        const auto text = grape::base::parse_json(reply.view());
        size_t found = 0;
        for (const auto& each : text->find("result")->items()) {
            const auto& points = each.find("points")->items();
            const float* const wanted = set_.base.row(first++);
            if (points.empty()) continue;
            const auto id = static_cast<size_t>(points.front().find("id")->as_real());
            found += std::equal(wanted, wanted + set_.base.dim, set_.base.row(id)) ? 1 : 0;
        }
        return found;
    }

    Database& db_;
    const Dataset& set_;
};

bool run(const Options& options, const std::string& name) {
    auto loaded = load_dataset(options.data, name);
    if (!loaded.ok()) {
        std::fprintf(stderr, "graph_check: %s\n", loaded.status().to_string().c_str());
        return false;
    }
    Dataset set = std::move(loaded).value();
    set.base.values.resize(std::min(options.rows, set.base.rows()) * set.base.dim);
    const test::TemporaryDirectory folder;
    Database db = must(Database::open(folder.path() + "/db"));
    Check check(db, set);
    check.import();
    const std::vector<std::string> problems = check.problems();
    for (const std::string& each : problems) std::fprintf(stderr, "verify: %s\n", each.c_str());
    const size_t rows = set.base.rows(), exact_rows = std::min(rows, options.exact);
    const size_t first = check.found_first(rows, false);
    const size_t exact = check.found_first(exact_rows, true);
    std::printf(
        "{\"set\": \"%s\", \"rows\": %zu, \"verify_problems\": %zu, \"first\": %zu, "
        "\"exact_first\": \"%zu of %zu\"}\n",
        name.c_str(), rows, problems.size(), first, exact, exact_rows);
    std::fflush(stdout);
    must(db.close());
    return problems.empty() && exact == exact_rows && (rows - first) * 1000 <= rows;
}

}  // namespace
}  // namespace grape::bench

int main(int argc, char** argv) {
    grape::bench::Options options;
    CLI::App app("Whether every row of a finished graph finds itself.");
    app.add_option("--data", options.data, "where the data sets lie");
    app.add_option("--sets", options.sets, "fashion, lsi, sift200, gloss")->delimiter(',');
    app.add_option("--rows", options.rows, "only the first rows of each set");
    app.add_option("--exact", options.exact, "so many rows are looked for with `exact`");
    CLI11_PARSE(app, argc, argv);
    bool good = true;
    for (const std::string& set : options.sets) good = grape::bench::run(options, set) && good;
    return good ? 0 : 1;
}
