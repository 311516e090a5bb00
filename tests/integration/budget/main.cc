// The budget test: one atomic upsert of 100,000 vectors of 768 dimensions (307 MB in the caller's
// memory) and one delete of 200,000 points need less than 256 MB of the library's own memory, stall
// no reader, and are all there or not at all after a kill -9 in the middle.
//
//   budget_test --points 100000 --kills 5      by hand
//
// Threads: forks while it has one; each child has its own.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string_view>

#include "core/base/cat.h"
#include "tests/integration/budget/large_requests.h"
#include "tests/support/child.h"
#include "tests/support/memory.h"
#include "tests/support/temporary_directory.h"

namespace grape::budget {
namespace {

constexpr uint64_t kBudgetBytes = 256u << 20;
constexpr double kStallMs = 1000;  // far above what two busy cores cause, far below the requests

int fail(const std::string& why) {
    std::printf("%s\n", why.c_str());
    std::fflush(stdout);
    return 1;
}

// Runs `work` watched: what it gained in memory, how long it took and how a reader fared.
template <typename Work>
std::string watched(LargeRequests& requests, const char* name, Work&& work) {
    Reader reader(requests.handle());
    test::MemoryWatch memory;
    const auto begin = std::chrono::steady_clock::now();
    const std::string failed = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const uint64_t gained = memory.stop();
    reader.stop();
    std::printf("%s: %.2f s, %.1f MB of own memory, %llu reads meanwhile, the slowest %.1f ms\n",
                name, took.count(), static_cast<double>(gained) / (1 << 20),
                static_cast<unsigned long long>(reader.answers()), reader.worst_ms());
    std::fflush(stdout);
    if (!failed.empty()) return failed;
    if (gained >= kBudgetBytes) return base::cat(name, ": over the budget");
    if (reader.failed()) return base::cat(name, ": a read failed");
    return reader.worst_ms() < kStallMs ? "" : base::cat(name, ": a reader was stalled");
}

std::string expect_count(LargeRequests& requests, uint64_t wanted) {
    uint64_t points = 0;
    const std::string failed = requests.count(&points);
    if (!failed.empty() || points == wanted) return failed;
    return base::cat(points, " points are there, not ", wanted);
}

// Leaves a database with twice the points of a request. Tells how long the requests took.
int measure(const std::string& path, uint64_t points, const test::Progress& progress) {
    LargeRequests requests(points);
    std::string failed = requests.open(path);
    if (failed.empty()) failed = requests.create();
    for (int i = 0; i < 3 && failed.empty(); ++i) {
        const auto begin = std::chrono::steady_clock::now();
        if (i < 2) {
            const uint64_t first = static_cast<uint64_t>(i) * points;
            failed = watched(requests, "upsert", [&] { return requests.upsert(first); });
            if (failed.empty()) failed = requests.find_some(first);
        } else {
            failed = watched(requests, "delete", [&] { return requests.remove(0, 2 * points); });
            if (failed.empty()) failed = expect_count(requests, 0);
        }
        const auto took = std::chrono::steady_clock::now() - begin;
        static_cast<void>(progress.tell(static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count())));
    }
    if (failed.empty()) failed = requests.verify();
    if (failed.empty()) failed = requests.upsert(0);
    if (failed.empty()) failed = requests.upsert(points);
    if (failed.empty()) failed = requests.close();
    return failed.empty() ? 0 : fail(failed);
}

// What a killed process left: all of its request or nothing. Tells which.
int check(const std::string& path, uint64_t points, bool upsert, const test::Progress& progress) {
    LargeRequests requests(points);
    std::string failed = requests.open(path);
    uint64_t there = 0;
    if (failed.empty()) failed = requests.count(&there);
    const uint64_t before = upsert ? 0 : 2 * points;
    const uint64_t after = upsert ? points : 0;
    if (failed.empty() && there != before && there != after) {
        failed = base::cat("half a request: ", there, " points are there");
    }
    if (failed.empty() && upsert && there == after) failed = requests.find_some(0);
    if (failed.empty()) failed = requests.verify();
    // For the next round everything as it was.
    if (failed.empty() && upsert && there != 0) failed = requests.remove(0, points);
    if (failed.empty() && !upsert && there == 0) {
        failed = requests.upsert(0);
        if (failed.empty()) failed = requests.upsert(points);
    }
    if (failed.empty()) failed = requests.close();
    static_cast<void>(progress.tell(there == after ? 1 : 0));
    return failed.empty() ? 0 : fail(failed);
}

struct Kills {
    uint64_t done = 0, there = 0;
};

// Kills a process at a random moment of a request that takes about `request_us`.
bool kill_one(const std::string& path, uint64_t points, bool upsert, uint64_t delay_us,
              Kills* kills) {
    {
        test::Child child([&](const test::Progress& progress) {
            LargeRequests requests(points);
            std::string failed = requests.open(path);
            static_cast<void>(progress.tell(0));
            if (failed.empty())
                failed = upsert ? requests.upsert(0) : requests.remove(0, 2 * points);
            return failed.empty() ? 0 : fail(failed);
        });
        uint64_t started = 0;
        if (!child.next(&started)) return false;
        ::usleep(static_cast<useconds_t>(delay_us));
        child.kill();
        if (!child.wait()) return false;
        if (child.killed()) ++kills->done;
    }
    test::Child child(
        [&](const test::Progress& progress) { return check(path, points, upsert, progress); });
    uint64_t there = 0;
    const bool told = child.next(&there);
    if (told) kills->there += there;
    return child.wait() && told;
}

bool read_number(const char* text, uint64_t* out) {
    const char* const end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, *out);
    return read.ec == std::errc() && read.ptr == end;
}

// Of the deletes first, since the database is full when measure() ends.
bool kill_many(const std::string& path, uint64_t points, uint64_t count, uint64_t seed,
               const uint64_t (&took_us)[3]) {
    std::mt19937_64 random(seed);
    Kills kills;
    bool fine = true;
    for (uint64_t i = 0; i < count && fine; ++i) {
        fine = kill_one(path, points, false, random() % (took_us[2] * 5 / 4 + 1), &kills);
    }
    test::Child empty([&](const test::Progress&) {
        LargeRequests requests(points);
        std::string failed = requests.open(path);
        if (failed.empty()) failed = requests.remove(0, 2 * points);
        if (failed.empty()) failed = requests.close();
        return failed.empty() ? 0 : fail(failed);
    });
    fine = empty.wait() && fine;
    for (uint64_t i = 0; i < count && fine; ++i) {
        fine = kill_one(path, points, true, random() % (took_us[0] * 5 / 4 + 1), &kills);
    }
    std::printf("%llu kills in the middle, all of the request there after %llu of them\n",
                static_cast<unsigned long long>(kills.done),
                static_cast<unsigned long long>(kills.there));
    return fine;
}

int run(int count, char** values) {
    uint64_t points = 20000;
    uint64_t kills = 2;
    uint64_t seed = 20240609;
    for (int i = 1; i < count; i += 2) {
        const std::string_view name = values[i];
        uint64_t* const out = name == "--points"  ? &points
                              : name == "--kills" ? &kills
                              : name == "--seed"  ? &seed
                                                  : nullptr;
        if (out == nullptr || i + 1 == count || !read_number(values[i + 1], out)) {
            std::printf("usage: %s [--points N] [--kills N] [--seed N]\n", values[0]);
            return 2;
        }
    }
    std::printf("seed %llu, requests of %llu vectors, %.0f MB\n",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(points),
                static_cast<double>(points * kDim * sizeof(float)) / 1e6);
    std::fflush(stdout);
    test::TemporaryDirectory directory;
    const std::string path = directory.path() + "/database";
    uint64_t took_us[3] = {};
    bool within = false;
    {
        test::Child child(
            [&](const test::Progress& progress) { return measure(path, points, progress); });
        bool told = true;
        for (uint64_t& each : took_us) told = child.next(&each) && told;
        within = child.wait() && told;
    }
    const bool whole = within && kill_many(path, points, kills, seed, took_us);
    const int passed = (within ? 1 : 0) + (whole ? 1 : 0);
    std::printf("%d passed, %d failed, 0 skipped\n", passed, 2 - passed);
    return passed == 2 ? 0 : 1;
}

}  // namespace
}  // namespace grape::budget

int main(int count, char** values) {
    return grape::budget::run(count, values);
}
