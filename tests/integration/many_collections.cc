// Many small collections in one database: each holds what was put into it, before and after
// reopening, when every third was dropped, and under an alias. What they cost is measured by
// bench/collections.cc. Threads: one.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "capi/include/grape/grape.h"
#include "tests/support/temporary_directory.h"

namespace {

constexpr uint32_t kDim = 4;
constexpr size_t kPoints = 3;

std::string name_of(uint64_t number) {
    return "collection-" + std::to_string(number);
}

class Collections {
  public:
    Collections(std::string path, uint64_t count) : path_(std::move(path)), count_(count) {}
    ~Collections() {
        if (db_ != nullptr) static_cast<void>(grape_close(db_, nullptr));
    }

    bool open() {
        grape_open_options options = GRAPE_OPEN_OPTIONS_INIT;
        options.durability = GRAPE_DURABILITY_NONE;
        return done(grape_open(path_.c_str(), &options, &db_, &error_));
    }
    bool close() {
        grape_db* const db = db_;
        db_ = nullptr;
        return done(grape_close(db, &error_));
    }
    bool make_all() {
        for (uint64_t i = 0; i < count_; ++i) {
            if (!make(i)) return false;
        }
        return true;
    }
    bool drop_every_third() {
        for (uint64_t i = 0; i < count_; i += 3) {
            if (!done(grape_drop_collection_simple(db_, name_of(i).c_str(), &error_))) return false;
        }
        dropped_ = true;
        return true;
    }
    // Each is there with its own points, or not there when it was dropped.
    bool check_all() {
        for (uint64_t i = 0; i < count_; ++i) {
            if (!check(i)) return false;
        }
        return true;
    }
    bool verify() {
        const char kVerify[] = R"({"verify": {}})";
        grape_buffer out = GRAPE_BUFFER_INIT;
        if (!done(grape_request(db_, GRAPE_JSON, kVerify, sizeof kVerify - 1, nullptr, 0, &out,
                                &error_))) {
            return false;
        }
        const bool sound =
            std::string(out.data, out.size).find(R"("problems":[])") != std::string::npos;
        if (!sound) std::printf("%.300s\n", out.data);
        grape_buffer_release(&out);
        return sound;
    }

  private:
    bool done(grape_status status) {
        if (status == GRAPE_OK) return true;
        std::printf("%s: %s\n", grape_status_name(status), error_.message);
        return false;
    }
    bool make(uint64_t number) {
        const std::string name = name_of(number);
        const std::string payload = R"({"of": )" + std::to_string(number) + "}";
        const char* const payloads[kPoints] = {payload.c_str(), payload.c_str(), payload.c_str()};
        const uint64_t ids[kPoints] = {number, number + 1, number + 2};
        float vectors[kPoints * kDim];
        for (size_t i = 0; i < kPoints * kDim; ++i) vectors[i] = static_cast<float>(number + i);
        return done(grape_create_collection_simple(db_, name.c_str(), kDim, GRAPE_EUCLID,
                                                   &error_)) &&
               done(grape_upsert_simple(db_, name.c_str(), ids, vectors, kPoints, kDim, payloads,
                                        &error_));
    }
    bool check(uint64_t number) {
        const std::string name = name_of(number);
        uint64_t count = 0;
        const grape_status counted = grape_count_simple(db_, name.c_str(), &count, &error_);
        if (dropped_ && number % 3 == 0) return counted == GRAPE_E_NOT_FOUND;
        float query[kDim];
        for (size_t i = 0; i < kDim; ++i) query[i] = static_cast<float>(number + kDim + i);
        uint64_t ids[kPoints] = {};
        float scores[kPoints] = {};
        size_t found = 0;
        grape_buffer payload = GRAPE_BUFFER_INIT;
        const bool answered =
            done(counted) &&
            done(grape_search_simple(db_, name.c_str(), query, kDim, kPoints, ids, scores, &found,
                                     &error_)) &&
            done(grape_get_payload_simple(db_, name.c_str(), number + 2, &payload, &error_));
        const bool right =
            answered && count == kPoints && found == kPoints && ids[0] == number + 1 &&
            scores[0] == 0 && ids[1] == number &&
            std::string(payload.data, payload.size) == R"({"of":)" + std::to_string(number) + "}";
        if (!right) std::printf("%s does not hold what it should\n", name.c_str());
        grape_buffer_release(&payload);
        return right;
    }

    const std::string path_;
    const uint64_t count_;
    grape_db* db_ = nullptr;
    grape_error error_ = GRAPE_ERROR_INIT;
    bool dropped_ = false;
};

}  // namespace

int main() {
    const char* const quick = std::getenv("GRAPE_TEST_QUICK");
    const uint64_t count = quick != nullptr && std::strcmp(quick, "1") == 0 ? 300 : 1000;
    grape::test::TemporaryDirectory directory(true);
    Collections collections(directory.path() + "/database", count);
    int passed = 0;
    int failed = 0;
    const auto expect = [&](bool held, const char* what) {
        ++(held ? passed : failed);
        if (!held) std::printf("FAILED: %s\n", what);
    };
    expect(collections.open() && collections.make_all(), "they can be made");
    expect(collections.check_all(), "each holds its points");
    expect(collections.close() && collections.open() && collections.check_all(),
           "each holds its points after reopening");
    expect(collections.drop_every_third() && collections.check_all(), "a third can be dropped");
    expect(collections.close() && collections.open() && collections.check_all() &&
               collections.verify(),
           "the others are there after reopening");
    std::printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
