// Durable import of real data through the C ABI, 1000 points a request, one client: points per
// second, then, without any waiting, whether each point is the first answer to its own vector and
// whether search is exact; then closing, and reopening in a new process with its first answer.
// One line of JSON for each data set.
//
//     import [--data DIR] [--sets sift200,fashion] [--check N] [--keep DIR] [--durability LEVEL]
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "bench/database.h"
#include "core/base/cat.h"
#include "core/base/json.h"

extern char** environ;

namespace grape::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Options {
    std::string data = "../shared/data", keep, reopen;
    std::vector<std::string> sets = {"sift200", "fashion"};
    size_t check = 2000, points_per_request = 1000;
    std::string durability = "full";
};

// Milliseconds of each request.
std::vector<double> import(Database& db, const Dataset& set, size_t points_per_request) {
    std::vector<double> times;
    for (size_t first = 0; first < set.base.rows(); first += points_per_request) {
        const auto start = Clock::now();
        upsert_rows(db, set.name, set.base, first,
                    std::min(first + points_per_request, set.base.rows()));
        times.push_back(seconds_since(start) * 1000);
    }
    std::sort(times.begin(), times.end());
    return times;
}

double true_score(const Dataset& set, const float* a, const float* b) {
    double dot = 0, squares = 0, length_a = 0, length_b = 0;
    for (uint32_t i = 0; i < set.base.dim; ++i) {
        const double difference = double{a[i]} - b[i];
        squares += difference * difference;
        dot += double{a[i]} * b[i];
        length_a += double{a[i]} * a[i];
        length_b += double{b[i]} * b[i];
    }
    return set.distance == "Euclid" ? std::sqrt(squares) : -dot / std::sqrt(length_a * length_b);
}

// The ids and scores of an exact search, as the library gives them.
std::vector<std::pair<uint64_t, double>> exact_hits(const Database& db, const Dataset& set,
                                                    const float* query, size_t limit) {
    const std::string request =
        grape::base::cat(R"({"query_points": {"collection_name": ")", set.name,
                         R"(", "query": {"blob": 0, "row": 0}, "limit": )", limit,
                         R"(, "params": {"exact": true}}})");
    const grape_blob blob = grape::blob(Slice<float>(query, set.base.dim), set.base.dim);
    const grape::Buffer reply = must(db.request_json(request, Slice<grape_blob>(&blob, 1)));
    const auto text = grape::base::parse_json(reply.view());
    std::vector<std::pair<uint64_t, double>> out;
    const auto* result = text.ok() ? text->find("result") : nullptr;
    const auto* points = result == nullptr ? nullptr : result->find("points");
    if (points == nullptr) return out;
    for (const auto& point : points->items()) {
        out.emplace_back(point.find("id")->as_unsigned(), point.find("score")->as_real());
    }
    return out;
}

bool is_copy(const Matrix& base, size_t row, uint64_t other) {
    return std::equal(base.row(row), base.row(row) + base.dim, base.row(other));
}

// How many of some points come first for their own vector (a copy of it may come before it): at
// default effort, where a graph may miss one, and in exact searches.
struct Firsts {
    size_t by_default = 0, exactly = 0;
};

Firsts count_first(const Database& db, const Dataset& set, size_t check, double* ms) {
    std::mt19937_64 random(1);
    const Matrix& base = set.base;
    Firsts out;
    std::vector<size_t> missed;
    const auto start = Clock::now();
    for (size_t i = 0; i < check; ++i) {
        const size_t row = check == base.rows() ? i : random() % base.rows();
        const auto hits = must(db.search(set.name, Slice<float>(base.row(row), base.dim), 1));
        const bool found = !hits.empty() && is_copy(base, row, hits.front().id);
        out.by_default += found;
        if (!found) missed.push_back(row);
    }
    *ms = seconds_since(start) * 1000 / static_cast<double>(std::max<size_t>(check, 1));
    out.exactly = out.by_default;  // nothing is nearer
    for (const size_t row : missed) {
        const auto hits = exact_hits(db, set, base.row(row), 1);
        out.exactly += !hits.empty() && is_copy(base, row, hits.front().first);
    }
    return out;
}

// How many of `queries` exact searches agree with a scan in double precision in all ten scores.
size_t count_exact(const Database& db, const Dataset& set, size_t queries) {
    constexpr size_t kLimit = 10;
    size_t good = 0;
    std::vector<double> scores(set.base.rows());
    for (size_t query = 0; query < queries; ++query) {
        const float* const vector = set.queries.row(query);
        for (size_t i = 0; i < scores.size(); ++i) {
            scores[i] = true_score(set, vector, set.base.row(i));
        }
        std::partial_sort(scores.begin(), scores.begin() + kLimit, scores.end());
        const auto found = exact_hits(db, set, vector, kLimit);
        bool same = found.size() == kLimit;
        for (size_t i = 0; same && i < kLimit; ++i) {
            const double given = found[i].second;
            const double score = distance_of(set) == Distance::euclid ? given : -given;
            same = std::abs(score - scores[i]) <= 1e-5 * std::abs(scores[i]) + 1e-6;
        }
        good += same;
    }
    return good;
}

uint64_t disk_bytes(const std::string& path) {
    uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
}

// A new process opens the database and searches once: milliseconds from its start to its end.
double reopen_ms(const Options& options, const std::string& path, const std::string& set) {
    const std::string database = "--reopen=" + path, sets = "--sets=" + set;
    const std::string data = "--data=" + options.data;
    std::string self = "/proc/self/exe";
    char* arguments[] = {self.data(), const_cast<char*>(database.c_str()),
                         const_cast<char*>(sets.c_str()), const_cast<char*>(data.c_str()), nullptr};
    pid_t child = 0;
    int status = 0;
    const auto start = Clock::now();
    if (posix_spawn(&child, self.c_str(), nullptr, nullptr, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0) {
        std::fprintf(stderr, "import: the process that reopens failed\n");
        std::exit(1);
    }
    return seconds_since(start) * 1000;
}

// What the new process does. It leaves without closing, as a program that is in a hurry does.
int reopen(const Options& options) {
    OpenOptions open;
    open.create_if_missing = false;
    const Database db = must(Database::open(options.reopen, open));
    const std::string request = R"({"query_points": {"collection_name": ")" + options.sets.front() +
                                R"(", "query": 0, "limit": 10}})";
    must(db.request_json(request));
    _exit(0);
}

void run(const Options& options, const std::string& name) {
    auto loaded = load_dataset(options.data, name);
    if (!loaded.ok()) {
        std::fprintf(stderr, "import: %s\n", loaded.status().to_string().c_str());
        std::exit(1);
    }
    const Dataset set = std::move(loaded).value();
    std::string pattern = std::filesystem::temp_directory_path() / "grape-bench-XXXXXX";
    const std::string folder = options.keep.empty() ? mkdtemp(pattern.data()) : options.keep;
    std::filesystem::create_directories(folder);
    const std::string path = folder + "/" + name;
    OpenOptions open;
    if (options.durability == "none") open.durability = Durability::none;
    if (options.durability == "group") open.durability = Durability::group;
    Database db = must(Database::open(path, open));
    must(db.create_collection(name, set.base.dim, distance_of(set)));

    auto start = Clock::now();
    const std::vector<double> times = import(db, set, options.points_per_request);
    const double import_s = seconds_since(start);
    double search_ms = 0;
    const size_t check = std::min(options.check, set.base.rows());
    const Firsts first = count_first(db, set, check, &search_ms);
    const size_t queries = std::min<size_t>(50, set.queries.rows());
    const size_t exact = count_exact(db, set, queries);
    start = Clock::now();
    must(db.close());
    const double close_s = seconds_since(start);
    const double reopened_ms = reopen_ms(options, path, name);
    std::printf(
        "{\"set\": \"%s\", \"points\": %zu, \"dim\": %u, \"durability\": \"%s\", "
        "\"points_per_s\": %.0f, \"request_p50_ms\": %.2f, \"request_p99_ms\": %.2f, "
        "\"first\": \"%zu of %zu\", \"first_exact\": \"%zu of %zu\", "
        "\"exact\": \"%zu of %zu\", \"search_ms\": %.3f, "
        "\"close_s\": %.3f, \"reopen_ms\": %.1f, \"disk_bytes\": %llu}\n",
        name.c_str(), set.base.rows(), set.base.dim, options.durability.c_str(),
        static_cast<double>(set.base.rows()) / import_s, times[times.size() / 2],
        times[times.size() * 99 / 100], first.by_default, check, first.exactly, check, exact,
        queries, search_ms, close_s, reopened_ms,
        static_cast<unsigned long long>(disk_bytes(path)));
    std::fflush(stdout);
    if (options.keep.empty()) std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace grape::bench

int main(int argc, char** argv) {
    grape::bench::Options options;
    CLI::App app("Durable import of real data, search straight after, and reopening.");
    app.add_option("--data", options.data, "where the data sets lie");
    app.add_option("--sets", options.sets, "fashion, lsi, sift200, gloss")->delimiter(',');
    app.add_option("--check", options.check, "points to look for with their own vectors");
    app.add_option("--batch", options.points_per_request, "points a request");
    app.add_option("--durability", options.durability, "full, group or none");
    app.add_option("--keep", options.keep, "a folder where the databases stay");
    app.add_option("--reopen", options.reopen, "only open this database and search once");
    CLI11_PARSE(app, argc, argv);
    if (!options.reopen.empty()) return grape::bench::reopen(options);
    for (const std::string& set : options.sets) grape::bench::run(options, set);
    return 0;
}
