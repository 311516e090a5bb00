// The memory of a whole database stays within memory_bytes_max: while vectors of twice its size
// (by hand: three times) are imported, linked and searched, in every placement; what can never fit
// is refused and harms nobody; and while background work is paused commits are refused, not taken
// into memory.
//
//   whole_database_test --points 60000 --dim 784      by hand
//
// The vectors are made, about ten of a kind. Threads: forks while it has one.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string_view>

#include "core/base/cat.h"
#include "grape/grape.h"
#include "tests/support/child.h"
#include "tests/support/memory.h"
#include "tests/support/temporary_directory.h"

namespace grape::budget {
namespace {

constexpr uint64_t kBudgetBytes = 64u << 20;
constexpr uint64_t kBatch = 1000;

struct Shape {
    uint64_t points = 43'000;
    uint64_t dim = 784;
};

class Session {
  public:
    explicit Session(const Shape& shape) : shape_(shape), batch_(kBatch * shape.dim) {}
    ~Session() { static_cast<void>(grape_close(db_, nullptr)); }

    std::string open(const std::string& path, const std::string& placement);
    std::string import(uint64_t first, uint64_t count, grape_status* status = nullptr);
    std::string search_some(uint64_t points);
    // The background has linked the vectors, or nothing came of it for a while.
    bool wait_for_graph();
    std::string refuse(const std::string& json);
    std::string call(const std::string& json, std::string* reply = nullptr,
                     grape_status* status = nullptr);

  private:
    void fill(uint64_t point, float* out) const;

    const Shape shape_;
    std::vector<float> batch_;
    grape_db* db_ = nullptr;
};

// Ten points around each of some thousand places.
void Session::fill(uint64_t point, float* out) const {
    std::mt19937 place(static_cast<uint32_t>(point / 10)), own(static_cast<uint32_t>(point));
    for (uint64_t i = 0; i < shape_.dim; ++i) {
        out[i] = static_cast<float>(place() % 1000) / 1000 + static_cast<float>(own() % 100) / 1000;
    }
}

std::string Session::open(const std::string& path, const std::string& placement) {
    grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
    options.memory_bytes_max = kBudgetBytes;
    grape_error error = GRAPE_ERROR_INIT;
    if (grape_open(path.c_str(), &options, &db_, &error) != GRAPE_OK) return error.message;
    return call(base::cat(R"({"create_collection": {"collection_name": "c", "vectors": {"size": )",
                          shape_.dim, R"(, "distance": "Euclid", "memory": ")", placement,
                          R"("}}})"));
}

std::string Session::call(const std::string& json, std::string* reply, grape_status* status) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer out = GRAPE_BUFFER_INIT;
    const grape_status done =
        grape_request(db_, GRAPE_JSON, json.data(), json.size(), nullptr, 0, &out, &error);
    if (status != nullptr) *status = done;
    if (done != GRAPE_OK) return base::cat(grape_status_name(done), ": ", error.message);
    if (reply != nullptr) reply->assign(out.data, out.size);
    grape_buffer_release(&out);
    return "";
}

std::string Session::import(uint64_t first, uint64_t count, grape_status* status) {
    std::vector<uint64_t> ids(kBatch);
    for (uint64_t at = first; at < first + count; at += kBatch) {
        for (uint64_t i = 0; i < kBatch; ++i) {
            ids[i] = at + i;
            fill(at + i, &batch_[i * shape_.dim]);
        }
        grape_error error = GRAPE_ERROR_INIT;
        const grape_status done =
            grape_upsert_simple(db_, "c", ids.data(), batch_.data(), kBatch,
                                static_cast<uint32_t>(shape_.dim), nullptr, &error);
        if (status != nullptr) *status = done;
        if (done != GRAPE_OK) return base::cat(grape_status_name(done), ": ", error.message);
    }
    return "";
}

std::string Session::search_some(uint64_t points) {
    std::vector<float> query(shape_.dim);
    int searches = 0, first = 0;
    for (uint64_t point = 0; point < points; point += points / 50 + 1) {
        fill(point, query.data());
        grape_error error = GRAPE_ERROR_INIT;
        uint64_t found[10] = {};
        size_t hits = 0;
        if (grape_search_simple(db_, "c", query.data(), static_cast<uint32_t>(shape_.dim), 10,
                                found, nullptr, &hits, &error) != GRAPE_OK) {
            return base::cat("search: ", error.message);
        }
        if (hits != 10) return base::cat("search: ", hits, " hits");
        ++searches;
        if (found[0] == point) ++first;
    }
    // A walk of a graph may miss one; vectors without structure are the hardest.
    if (first * 10 >= searches * 9) return "";
    return base::cat("only ", first, " of ", searches, " points are first for their own vector");
}

bool Session::wait_for_graph() {
    for (int i = 0; i < 600; ++i) {
        std::string reply;
        if (!call(R"({"get_collection": {"collection_name": "c"}})", &reply).empty()) return false;
        if (reply.find(R"("status":"green")") != std::string::npos) return true;
        ::usleep(200'000);
    }
    return false;
}

std::string Session::refuse(const std::string& json) {
    grape_status status = GRAPE_OK;
    const std::string message = call(json, nullptr, &status);
    if (status != GRAPE_E_NOMEM) return base::cat("not refused for want of memory: ", message);
    if (message.find("memory_bytes_max") == std::string::npos) return "no limit named: " + message;
    return "";
}

int fail(const std::string& why) {
    std::printf("%s\n", why.c_str());
    std::fflush(stdout);
    return 1;
}

int stays_within(const Shape& shape, const std::string& placement) {
    test::TemporaryDirectory directory;
    Session session(shape);
    std::string failed = session.open(directory.path() + "/database", placement);
    const bool cold = placement == "cold";
    const auto begin = std::chrono::steady_clock::now();
    test::MemoryWatch memory(cold ? "VmRSS:" : "RssAnon:");
    if (failed.empty()) failed = session.import(0, shape.points);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (failed.empty()) failed = session.search_some(shape.points);
    // Without maps a graph that does not fit is not made.
    if (failed.empty() && !cold && !session.wait_for_graph()) failed = "no graph";
    if (failed.empty()) failed = session.search_some(shape.points);
    const uint64_t gained = memory.stop();
    std::printf("%s: imported in %.1f s, %.1f MiB above the empty database\n", placement.c_str(),
                took.count(), static_cast<double>(gained) / (1 << 20));
    std::fflush(stdout);
    if (!failed.empty()) return fail(placement + ": " + failed);
    return gained <= kBudgetBytes + kBudgetBytes / 10 ? 0 : fail(placement + ": over the budget");
}

int refuses_what_never_fits(const Shape& shape) {
    test::TemporaryDirectory directory;
    Session session(shape);
    std::string failed = session.open(directory.path() + "/database", "cached");
    if (failed.empty()) failed = session.import(0, 20 * kBatch);
    test::MemoryWatch memory;
    if (failed.empty()) {
        failed = session.refuse(R"({"scroll_points": {"collection_name": "c", "limit": 20000,
                                    "with_vector": true}})");
    }
    std::string upsert = R"({"upsert_points": {"collection_name": "c", "points": [)";
    for (uint64_t i = 0; i < 1'000'000; ++i) upsert += R"({"id": 1},)";
    if (failed.empty()) failed = session.refuse(upsert + R"({"id": 1}]}})");
    // Others are not hurt.
    if (failed.empty()) failed = session.search_some(20 * kBatch);
    if (failed.empty()) failed = session.import(0, kBatch);
    const uint64_t gained = memory.stop();
    if (!failed.empty()) return fail(failed);
    const uint64_t text = upsert.size();
    return gained <= kBudgetBytes + text ? 0 : fail("refused, but the memory was taken");
}

int refuses_commits_in_a_pause(const Shape& shape) {
    test::TemporaryDirectory directory;
    Session session(shape);
    std::string failed = session.open(directory.path() + "/database", "cached");
    if (failed.empty()) failed = session.call(R"({"pause_background": {}})");
    if (!failed.empty()) return fail(failed);
    grape_status status = GRAPE_OK;
    failed = session.import(0, shape.points, &status);
    if (status != GRAPE_E_NOMEM) return fail("taken in a pause: " + failed);
    if (failed.find("paused") == std::string::npos) return fail("the pause is not named");
    failed = session.call(R"({"resume_background": {}})");
    if (failed.empty()) failed = session.import(0, shape.points);
    if (failed.empty()) failed = session.search_some(shape.points);
    return failed.empty() ? 0 : fail(failed);
}

bool in_child(const std::function<int()>& work) {
    test::Child child([&](const test::Progress&) { return work(); });
    return child.wait();
}

bool read_shape(int count, char** values, Shape* shape) {
    for (int i = 1; i < count; i += 2) {
        const std::string_view name = values[i];
        uint64_t* const out = name == "--points" ? &shape->points
                              : name == "--dim"  ? &shape->dim
                                                 : nullptr;
        if (out == nullptr || i + 1 == count) return false;
        const char* const end = values[i + 1] + std::strlen(values[i + 1]);
        const auto read = std::from_chars(values[i + 1], end, *out);
        if (read.ec != std::errc() || read.ptr != end) return false;
    }
    return true;
}

int run(int count, char** values) {
    Shape shape;
    if (!read_shape(count, values, &shape)) {
        std::printf("usage: %s [--points N] [--dim N]\n", values[0]);
        return 2;
    }
    int passed = 0, failed = 0;
    const auto note = [&](bool fine) { ++(fine ? passed : failed); };
    for (const char* placement : {"cached", "cold", "pinned"}) {
        note(in_child([&] { return stays_within(shape, placement); }));
    }
    note(in_child([&] { return refuses_what_never_fits(shape); }));
    note(in_child([&] { return refuses_commits_in_a_pause(shape); }));
    std::printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace grape::budget

int main(int count, char** values) {
    return grape::budget::run(count, values);
}
