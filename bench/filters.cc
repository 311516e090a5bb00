// What filters cost while points are written one by one: filtered counts and searches over a
// collection with indexed payloads, alone and beside a writer.
//
//   filters [POINTS] [DIM] [DIRECTORY]      200,000 points of 64 dimensions
//
// Payloads are as those of a dictionary: a letter, a length, a language, a text. Each figure is the
// median of a call, in microseconds; the writer upserts single points without waiting for the disk.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "capi/include/grape/grape.h"
#include "tests/support/temporary_directory.h"

namespace {

struct Options {
    uint64_t points = 200'000, dim = 64;
    std::string path;
};

bool fail(const char* what, const grape_error& error) {
    std::printf("%s: %s: %s\n", what, grape_status_name(error.status), error.message);
    return false;
}

double median(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : times[times.size() / 2];
}

// One in five hundred points, one in fifty, half of them, and several conditions at once.
constexpr const char* kFilters[][2] = {
    {"0.2 %", R"({"must": {"key": "lemma", "match": {"value": "lemma-7"}}})"},
    {"2 %", R"({"must": {"key": "length", "match": {"value": 7}}})"},
    {"50 %", R"({"must": {"key": "length", "range": {"lt": 25}}})"},
    {"several", R"({"must": {"key": "language", "match": {"any": ["en", "de"]}},
                    "must_not": {"key": "length", "range": {"gte": 10, "lt": 20}}})"},
};
constexpr const char* kLanguages[] = {"en", "de", "fr", "es", "it", "pl", "nl", "sv"};

class Bench {
  public:
    explicit Bench(const Options& options) : options_(options) {}
    ~Bench() {
        if (db_ != nullptr) static_cast<void>(grape_close(db_, nullptr));
    }
    bool run() {
        return open() && fill() && measure("alone", false) && measure("beside a writer", true);
    }

  private:
    bool call(const std::string& json) const {
        grape_error error = GRAPE_ERROR_INIT;
        grape_buffer reply = GRAPE_BUFFER_INIT;
        const grape_status status =
            grape_request(db_, GRAPE_JSON, json.data(), json.size(), nullptr, 0, &reply, &error);
        grape_buffer_release(&reply);
        return status == GRAPE_OK || fail(json.substr(0, 100).c_str(), error);
    }
    bool open() {
        grape_error error = GRAPE_ERROR_INIT;
        grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
        options.durability = GRAPE_DURABILITY_NONE;
        if (grape_open(options_.path.c_str(), &options, &db_, &error) != GRAPE_OK) {
            return fail("open", error);
        }
        return true;
    }
    std::string point(uint64_t id) {
        std::string out = R"({"id": )";
        out.append(std::to_string(id)).append(R"(, "vector": [)");
        for (uint64_t i = 0; i < options_.dim; ++i) {
            if (i != 0) out += ',';
            out += std::to_string(static_cast<double>(random_() % 2000) / 1000 - 1);
        }
        return out + R"(], "payload": {"lemma": "lemma-)" + std::to_string(random_() % 500) +
               R"(", "length": )" + std::to_string(random_() % 50) + R"(, "language": ")" +
               kLanguages[random_() % std::size(kLanguages)] +
               R"(", "gloss": "what is said of it, in some words"}})";
    }
    bool upsert(uint64_t first, uint64_t count) {
        std::string json = R"({"upsert_points": {"collection_name": "g", "points": [)";
        for (uint64_t id = first; id < first + count; ++id) {
            if (id != first) json += ',';
            json += point(id);
        }
        return call(json + "]}}");
    }
    bool fill() {
        constexpr uint64_t kBatch = 1000;
        if (!call(R"({"create_collection": {"collection_name": "g", "vectors": {"size": )" +
                  std::to_string(options_.dim) + R"(, "distance": "Cosine"}}})")) {
            return false;
        }
        for (const char* index :
             {R"("lemma", "field_schema": "keyword")", R"("length", "field_schema": "integer")",
              R"("language", "field_schema": "keyword")"}) {
            if (!call(std::string(
                          R"({"create_field_index": {"collection_name": "g", "field_name": )") +
                      index + "}}")) {
                return false;
            }
        }
        for (uint64_t id = 0; id < options_.points; id += kBatch) {
            if (!upsert(id, std::min(kBatch, options_.points - id))) return false;
        }
        return call(R"({"flush": {}})");
    }

    // Calls until a second is over.
    double time_of(const std::string& json, bool* fine) const {
        std::vector<double> times;
        const auto begin = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)) {
            const auto start = std::chrono::steady_clock::now();
            *fine = call(json) && *fine;
            const std::chrono::duration<double, std::micro> took =
                std::chrono::steady_clock::now() - start;
            times.push_back(took.count());
        }
        return median(std::move(times));
    }
    bool measure(const char* when, bool writing) {
        std::atomic<bool> stop{false}, fine{true};
        std::atomic<uint64_t> written{0};
        std::thread writer([&] {
            for (; writing && !stop && fine; ++written) {
                if (!upsert(random_() % options_.points, 1)) fine = false;
                std::this_thread::sleep_for(std::chrono::microseconds(500));
            }
        });
        bool calls_fine = true;
        for (const auto& [name, filter] : kFilters) {
            const std::string of = std::string(R"({"collection_name": "g", "filter": )") + filter;
            const double count = time_of(R"({"count_points": )" + of + "}}", &calls_fine);
            const double search = time_of(
                R"({"query_points": )" + of + R"(, "query": 17, "limit": 10}})", &calls_fine);
            std::printf("%-16s %-8s count %9.1f us   search %9.1f us\n", when, name, count, search);
            std::fflush(stdout);
        }
        stop = true;
        writer.join();
        if (writing)
            std::printf("%llu points were written\n", static_cast<unsigned long long>(written));
        return calls_fine && fine;
    }

    const Options options_;
    std::mt19937_64 random_{1};
    grape_db* db_ = nullptr;
};

bool read_number(const char* text, uint64_t* out) {
    const char* const end = text + std::strlen(text);
    return std::from_chars(text, end, *out).ptr == end && *out > 0;
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    grape::test::TemporaryDirectory directory;
    options.path = count > 3 ? arguments[3] : directory.path() + "/database";
    if ((count > 1 && !read_number(arguments[1], &options.points)) ||
        (count > 2 && !read_number(arguments[2], &options.dim))) {
        std::printf("usage: %s [POINTS] [DIM] [DIRECTORY]\n", arguments[0]);
        return 2;
    }
    return Bench(options).run() ? 0 : 1;
}
