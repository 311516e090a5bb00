// What many small collections cost: memory and disk for each, and how long opening takes.
//
//   collections [COUNT] [DIRECTORY]      10,000 collections of 3 points, in a directory of its own
//
// Three figures of memory: after all were made, after reopening in a new process, and when each has
// been searched there. Durability is `none` while they are made: it is not what is measured.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "capi/include/grape/grape.h"
#include "tests/support/child.h"
#include "tests/support/memory.h"
#include "tests/support/temporary_directory.h"

namespace {

constexpr uint32_t kDim = 4;
constexpr size_t kPoints = 3;

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string name_of(uint64_t number) {
    return "collection-" + std::to_string(number);
}

int fail(const grape_error& error) {
    std::printf("%s: %s\n", grape_status_name(error.status), error.message);
    return 1;
}

void print_memory(const char* when, uint64_t before, uint64_t count) {
    const uint64_t now = grape::test::anonymous_bytes();
    const double each =
        now > before ? static_cast<double>(now - before) / static_cast<double>(count) : 0;
    std::printf("%-34s %8.0f bytes a collection (limit 16384)\n", when, each);
}

bool make_one(grape_db* db, uint64_t number, grape_error* error) {
    static const char* const kPayloads[kPoints] = {R"({"name": "one", "rank": 1})",
                                                   R"({"name": "two", "rank": 2})", nullptr};
    const uint64_t ids[kPoints] = {1, 2, 3};
    float vectors[kPoints * kDim];
    for (size_t i = 0; i < kPoints * kDim; ++i) vectors[i] = static_cast<float>(number + i);
    const std::string name = name_of(number);
    return grape_create_collection_simple(db, name.c_str(), kDim, GRAPE_EUCLID, error) == 0 &&
           grape_upsert_simple(db, name.c_str(), ids, vectors, kPoints, kDim, kPayloads, error) ==
               0;
}

bool search_one(grape_db* db, uint64_t number, grape_error* error) {
    const float query[kDim] = {static_cast<float>(number), 0, 0, 0};
    uint64_t ids[kPoints];
    size_t found = 0;
    return grape_search_simple(db, name_of(number).c_str(), query, kDim, kPoints, ids, nullptr,
                               &found, error) == 0 &&
           found == kPoints;
}

int make_all(const std::string& path, uint64_t count) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    options.durability = GRAPE_DURABILITY_NONE;
    grape_db* db = nullptr;
    if (grape_open(path.c_str(), &options, &db, &error) != GRAPE_OK) return fail(error);
    const uint64_t before = grape::test::anonymous_bytes();
    const auto begin = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < count; ++i) {
        if (!make_one(db, i, &error)) return fail(error);
    }
    const double took = seconds_since(begin);
    std::printf("made in %.2f s (%.0f us a collection)\n", took,
                took * 1e6 / static_cast<double>(count));
    print_memory("memory, just made:", before, count);
    const auto closing = std::chrono::steady_clock::now();
    if (grape_close(db, &error) != GRAPE_OK) return fail(error);
    std::printf("closed in %.2f s\n", seconds_since(closing));
    return 0;
}

int open_again(const std::string& path, uint64_t count) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_db* db = nullptr;
    const uint64_t before = grape::test::anonymous_bytes();
    const auto begin = std::chrono::steady_clock::now();
    if (grape_open(path.c_str(), nullptr, &db, &error) != GRAPE_OK) return fail(error);
    const double opened = seconds_since(begin);
    if (!search_one(db, count / 2, &error)) return fail(error);
    std::printf("opened in %.3f s, first answer after %.3f s (limit 1 s)\n", opened,
                seconds_since(begin));
    print_memory("memory, reopened:", before, count);
    const auto searching = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < count; ++i) {
        if (!search_one(db, i, &error)) return fail(error);
    }
    std::printf("each searched once in %.2f s\n", seconds_since(searching));
    print_memory("memory, each searched:", before, count);
    return grape_close(db, &error) == GRAPE_OK ? 0 : fail(error);
}

// Blocks that the files occupy.
void print_disk(const std::string& path, uint64_t count) {
    uint64_t bytes = 0;
    uint64_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (!entry.is_regular_file()) continue;
        bytes += (entry.file_size() + 4095) / 4096 * 4096;
        ++files;
    }
    std::printf("%-34s %8.0f bytes a collection (limit 8192), %llu files\n",
                "disk:", static_cast<double>(bytes) / static_cast<double>(count),
                static_cast<unsigned long long>(files));
}

}  // namespace

int main(int argument_count, char** arguments) {
    uint64_t count = 10000;
    if (argument_count > 1) {
        const char* const end = arguments[1] + std::strlen(arguments[1]);
        if (std::from_chars(arguments[1], end, count).ptr != end || count == 0) {
            std::printf("usage: %s [COUNT] [DIRECTORY]\n", arguments[0]);
            return 2;
        }
    }
    grape::test::TemporaryDirectory directory;
    const std::string path =
        argument_count > 2 ? std::string(arguments[2]) : directory.path() + "/database";
    std::printf("%llu collections of %zu points\n", static_cast<unsigned long long>(count),
                kPoints);
    std::fflush(stdout);
    // Each in a process of its own, so that the figures of memory begin at nothing.
    const auto in_child = [](const auto& work) {
        grape::test::Child child([&](const grape::test::Progress&) {
            const int code = work();
            std::fflush(stdout);
            return code;
        });
        return child.wait();
    };
    if (!in_child([&] { return make_all(path, count); })) return 1;
    print_disk(path, count);
    std::fflush(stdout);
    return in_child([&] { return open_again(path, count); }) ? 0 : 1;
}
