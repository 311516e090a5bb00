// The two requests of the budget test: one upsert of very many wide vectors that lie in the
// caller's memory, and one delete of twice as many points; and a reader that must not feel them.
// Threads: LargeRequests belongs to one; Reader runs a thread of its own.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "capi/include/grape/grape.h"

namespace grape::budget {

constexpr uint32_t kDim = 768;

class LargeRequests {
  public:
    explicit LargeRequests(uint64_t points);
    ~LargeRequests();
    LargeRequests(const LargeRequests&) = delete;
    LargeRequests& operator=(const LargeRequests&) = delete;

    // All of these say what went wrong, "" when nothing did.
    std::string open(const std::string& path);
    std::string close();
    // Two collections: "large", and "small" with a few points for the reader.
    std::string create();
    // The points first, first + 1, ... in one request.
    std::string upsert(uint64_t first);
    std::string remove(uint64_t first, uint64_t count);
    std::string count(uint64_t* points);
    // Points of what was upserted, each found first for its own vector.
    std::string find_some(uint64_t first);
    std::string verify();

    grape_db* handle() const { return db_; }
    uint64_t points() const { return points_; }

  private:
    std::string request(const std::string& json, const grape_blob* blobs, size_t count,
                        std::string* reply);

    const uint64_t points_;
    std::vector<float> vectors_;
    std::vector<uint64_t> ids_;
    grape_db* db_ = nullptr;
};

// Searches the small collection and counts the large one, again and again, and remembers the
// slowest answer.
class Reader {
  public:
    explicit Reader(grape_db* db);
    ~Reader() { stop(); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    void stop();

    double worst_ms() const { return worst_ms_; }
    uint64_t answers() const { return answers_; }
    bool failed() const { return failed_; }

  private:
    void loop();

    grape_db* const db_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> failed_{false};
    std::atomic<uint64_t> answers_{0};
    std::atomic<double> worst_ms_{0};
    std::thread thread_;
};

}  // namespace grape::budget
