// What the engine's tests share: a database that is spoken to in JSON, with a clock that stands
// still and a fixed id, so that equal requests give equal files; and what a crash would leave.
// Threads: one; FakeClock may be asked by any.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/engine/database.h"
#include "core/engine/request/request_json.h"
#include "storage/directory_format.h"
#include "tests/unit/storage/store_fixture.h"

namespace grape::engine {

using storage::copy_directory;
using storage::TemporaryDirectory;

class FakeClock final : public base::Clock {
  public:
    uint64_t wall_ms() const override { return wall; }
    uint64_t monotonic_us() const override { return now_us; }
    std::atomic<uint64_t> wall{1'700'000'000'000}, now_us{0};
};

inline FakeClock& fake_clock() {
    static FakeClock clock;
    return clock;
}

// A new database directory with the id storage::test_database_id.
inline void make_directory_with_fixed_id(const std::string& path) {
    std::filesystem::create_directories(path + "/store");
    std::filesystem::create_directories(path + "/files");
    const storage::IdentityBytes bytes = storage::encode_identity(storage::test_database_id);
    storage::write_bytes(path + "/GRAPE", std::string(base::as_text(bytes)));
}

class TestDatabase {
  public:
    // `path` empty: in memory. Nothing runs in the background unless the options say so.
    explicit TestDatabase(std::string path = "", OpenOptions::Sizes sizes = {},
                          bool background = false, uint64_t memory_bytes_max = 0) {
        options_.path = std::move(path);
        options_.memory_bytes_max = memory_bytes_max;
        options_.sizes = sizes;
        options_.background = background;
        options_.clock = &fake_clock();
        options_.logger = [this](base::LogLevel, std::string_view text) {
            logged_ += std::string(text) + "\n";
        };
        if (!options_.path.empty() && !std::filesystem::exists(options_.path)) {
            make_directory_with_fixed_id(options_.path);
        }
        open();
    }

    void open() {
        auto opened = Database::open(options_);
        opened_ = opened.ok() ? base::Status() : opened.status();
        EXPECT_TRUE(opened.ok()) << opened_.to_string();
        if (opened.ok()) database_ = std::move(opened).value();
    }
    base::Status close() { return std::exchange(database_, nullptr)->close(); }
    void reopen() {
        EXPECT_TRUE(close().ok());
        open();
    }

    // The reply's result as JSON, or the error as text.
    std::string run(std::string_view json, std::span<const RequestBlob> blobs = {}) {
        auto request = decode_request_json(json, blobs);
        if (!request.ok()) return request.status().to_string();
        return run(*request);
    }
    std::string run(const Request& request) {
        const auto reply = database_->execute(request);
        if (!reply.ok()) return reply.status().to_string();
        constexpr std::string_view kBegin = R"({"result":)";
        const std::string text = encode_reply_json(*reply);
        return text.substr(kBegin.size(), text.find(R"(,"status":"ok")") - kBegin.size());
    }
    // A reply of one kind; fails the test when the request does.
    template <typename Body>
    Body ask(const RequestBody& body) {
        const auto reply = database_->execute({body, {}});
        EXPECT_TRUE(reply.ok()) << reply.status().to_string();
        if (!reply.ok() || !std::holds_alternative<Body>(reply->body)) return Body{};
        return std::get<Body>(reply->body);
    }
    // The problems that verify finds, one a line.
    std::string problems() {
        std::string out;
        for (const std::string& each : ask<VerifyReply>(Verify{}).problems) out += each + "\n";
        return out;
    }

    Database& database() { return *database_; }
    const std::string& path() const { return options_.path; }
    std::string logged() const { return logged_; }

  private:
    OpenOptions options_;
    base::Status opened_;
    std::string logged_;
    std::unique_ptr<Database> database_;
};

// Everything that a user can see of a collection: all points with their vectors and payloads, and
// what a few searches for vectors of `dim` dimensions find.
inline std::string everything(TestDatabase& database, const std::string& name, size_t dim,
                              const std::string& vector = "") {
    std::string out = database.run(
        base::cat(R"({"scroll_points": {"collection_name": ")", name,
                  R"(", "limit": 1000000, "with_payload": true, "with_vector": true}})"));
    for (const int seed : {1, -2, 3}) {
        std::string query;
        for (size_t i = 0; i < dim; ++i) {
            query += base::cat(query.empty() ? "" : ",", (seed * (static_cast<int>(i) + 3)) % 5);
        }
        out += "\n" + database.run(base::cat(R"({"query_points": {"collection_name": ")", name,
                                             R"(", "query": [)", query, R"(], "using": ")", vector,
                                             R"(", "limit": 200}})"));
    }
    return out;
}

// Says where two long texts begin to differ.
inline void expect_same(const std::string& found, const std::string& expected) {
    if (found == expected) return;
    const auto [at, other] =
        std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
    const auto offset = static_cast<size_t>(at - found.begin());
    const size_t from = offset < 80 ? 0 : offset - 80;
    ADD_FAILURE() << "at " << offset << "\n   found: " << found.substr(from, 200)
                  << "\nexpected: " << expected.substr(from, 200);
}

// Points with ids first, first + 1, ... and vectors of two dimensions.
inline UpsertPoints pairs(const std::string& collection, uint64_t first, uint64_t count,
                          const std::string& payload = "") {
    UpsertPoints out;
    out.collection = collection;
    for (uint64_t id = first; id < first + count; ++id) {
        auto values = std::make_shared<std::vector<float>>(
            std::vector<float>{static_cast<float>(id % 1000), static_cast<float>(id / 1000)});
        PointInput& point = out.points.emplace_back();
        point.id = base::PointId::number(id);
        point.payload = payload;
        point.vectors.push_back({"", {values->data(), vector::Datatype::f32, 2, values}});
    }
    return out;
}
inline DeletePoints deletion(const std::string& collection, uint64_t first, uint64_t count) {
    DeletePoints out;
    out.collection = collection;
    for (uint64_t id = first; id < first + count; ++id) {
        out.selection.ids.push_back(base::PointId::number(id));
    }
    return out;
}
inline std::string make_pairs_collection(TestDatabase& database, const std::string& name) {
    return database.run(base::cat(R"({"create_collection": {"collection_name": ")", name,
                                  R"(", "vectors": {"size": 2, "distance": "Euclid"}}})"));
}
inline bool is_error(const std::string& reply, std::string_view code) {
    return reply.starts_with(code);
}

// The store of a database that is not open.
template <typename Change>
void change_store(const std::string& database, const Change& change) {
    auto opened = storage::open_at(database + "/store");
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    storage::WriteBatch batch;
    change(*opened->store, batch);
    ASSERT_TRUE(opened->store->write(batch, storage::Sync::yes).ok());
}

}  // namespace grape::engine
