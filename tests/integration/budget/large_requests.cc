#include "tests/integration/budget/large_requests.h"

#include <chrono>
#include <utility>

#include "core/base/cat.h"
#include "core/base/json.h"

namespace grape::budget {

namespace {

constexpr uint32_t kSmallDim = 16;
constexpr uint64_t kSmallPoints = 1000;

// Different for each point, and made again from its number.
float element(uint64_t point, uint32_t i) {
    uint64_t bits = (point * kDim + i + 1) * 0x9E3779B97F4A7C15ull;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9ull;
    return static_cast<float>(bits >> 48) / 65536.0f - 0.5f;
}

std::string describe(const char* what, const grape_error& error) {
    return base::cat(what, ": ", grape_status_name(error.status), ": ", error.message);
}

}  // namespace

LargeRequests::LargeRequests(uint64_t points)
    : points_(points), vectors_(points * kDim), ids_(2 * points) {
    for (uint64_t point = 0; point < points; ++point) {
        for (uint32_t i = 0; i < kDim; ++i) vectors_[point * kDim + i] = element(point, i);
    }
}

LargeRequests::~LargeRequests() {
    if (db_ != nullptr) static_cast<void>(grape_close(db_, nullptr));
}

std::string LargeRequests::open(const std::string& path) {
    grape_error error = GRAPE_ERROR_INIT;
    const bool opened = grape_open(path.c_str(), nullptr, &db_, &error) == GRAPE_OK;
    return opened ? "" : describe("open", error);
}

std::string LargeRequests::close() {
    grape_error error = GRAPE_ERROR_INIT;
    const bool closed = grape_close(std::exchange(db_, nullptr), &error) == GRAPE_OK;
    return closed ? "" : describe("close", error);
}

std::string LargeRequests::create() {
    grape_error error = GRAPE_ERROR_INIT;
    std::vector<float> vectors(kSmallPoints * kSmallDim);
    std::vector<uint64_t> ids(kSmallPoints);
    for (uint64_t i = 0; i < kSmallPoints; ++i) ids[i] = i;
    for (size_t i = 0; i < vectors.size(); ++i) vectors[i] = element(i, 0);
    const bool made =
        grape_create_collection_simple(db_, "large", kDim, GRAPE_DOT, &error) == 0 &&
        grape_create_collection_simple(db_, "small", kSmallDim, GRAPE_DOT, &error) == 0 &&
        grape_upsert_simple(db_, "small", ids.data(), vectors.data(), kSmallPoints, kSmallDim,
                            nullptr, &error) == 0;
    return made ? "" : describe("create", error);
}

std::string LargeRequests::request(const std::string& json, const grape_blob* blobs, size_t count,
                                   std::string* reply) {
    grape_error error = GRAPE_ERROR_INIT;
    grape_buffer out = GRAPE_BUFFER_INIT;
    if (grape_request(db_, GRAPE_JSON, json.data(), json.size(), blobs, count, &out, &error) != 0) {
        return describe("request", error);
    }
    if (reply != nullptr) reply->assign(out.data, out.size);
    grape_buffer_release(&out);
    return "";
}

std::string LargeRequests::upsert(uint64_t first) {
    for (uint64_t i = 0; i < points_; ++i) ids_[i] = first + i;
    const grape_blob blobs[] = {{vectors_.data(), points_, 0, GRAPE_F32, kDim},
                                {ids_.data(), points_, 0, GRAPE_U64, 1}};
    return request(R"({"upsert_points": {"collection_name": "large", "batch": )"
                   R"({"ids": {"blob": 1}, "vectors": {"": {"blob": 0}}}}})",
                   blobs, 2, nullptr);
}

std::string LargeRequests::remove(uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) ids_[i] = first + i;
    const grape_blob ids = {ids_.data(), count, 0, GRAPE_U64, 1};
    return request(R"({"delete_points": {"collection_name": "large", "points": {"blob": 0}}})",
                   &ids, 1, nullptr);
}

std::string LargeRequests::count(uint64_t* points) {
    grape_error error = GRAPE_ERROR_INIT;
    const bool counted = grape_count_simple(db_, "large", points, &error) == GRAPE_OK;
    return counted ? "" : describe("count", error);
}

std::string LargeRequests::find_some(uint64_t first) {
    for (uint64_t point = 0; point < points_; point += points_ / 20 + 1) {
        grape_error error = GRAPE_ERROR_INIT;
        // Points of other requests may have the same vector.
        uint64_t found[3] = {};
        size_t hits = 0;
        if (grape_search_simple(db_, "large", &vectors_[point * kDim], kDim, 3, found, nullptr,
                                &hits, &error) != GRAPE_OK) {
            return describe("search", error);
        }
        bool there = false;
        for (size_t i = 0; i < hits; ++i) there = there || found[i] == first + point;
        if (!there) return base::cat("point ", first + point, " is not found by its vector");
    }
    return "";
}

std::string LargeRequests::verify() {
    std::string reply;
    const std::string failed = request(R"({"verify": {}})", nullptr, 0, &reply);
    if (!failed.empty()) return failed;
    return reply.find(R"("problems":[])") == std::string::npos ? reply.substr(0, 300) : "";
}

Reader::Reader(grape_db* db) : db_(db), thread_([this] { loop(); }) {}

void Reader::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void Reader::loop() {
    const std::vector<float> query(kSmallDim, 0.25f);
    while (!stopping_) {
        uint64_t ids[10];
        size_t hits = 0;
        uint64_t points = 0;
        const auto begin = std::chrono::steady_clock::now();
        const bool answered = grape_search_simple(db_, "small", query.data(), kSmallDim, 10, ids,
                                                  nullptr, &hits, nullptr) == GRAPE_OK &&
                              grape_count_simple(db_, "large", &points, nullptr) == GRAPE_OK;
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        if (!answered || hits != 10) failed_ = true;
        if (took.count() > worst_ms_) worst_ms_ = took.count();
        ++answers_;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

}  // namespace grape::budget
