// Readers beside a writer: every commit rewrites all points of a collection, and a reader that sees
// two of them of different commits has seen half a commit. Meanwhile the engine flushes, merges,
// purges and trims all the time, and verify is run again and again.
//
// What must hold: all that one request reads is of one commit; what a reader sees never goes back;
// what was acknowledged before a read began is seen by it. Threads: one writer, several readers.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "core/engine/database.h"
#include "tests/support/temporary_directory.h"

namespace {

using grape::base::JsonValue;
using grape::base::PointId;
using grape::base::Result;
namespace engine = grape::engine;

constexpr uint64_t kPoints = 150;
constexpr uint32_t kDim = 6;
constexpr int kReaders = 3;

engine::OpenOptions options_of(const std::string& path) {
    engine::OpenOptions out;
    out.path = path;
    out.durability = engine::Durability::none;
    out.sizes.pending_bytes_max = 2000;
    out.sizes.flush_tail_bytes = 12000;
    out.sizes.small_shard_bytes = 500;
    out.sizes.log_file_bytes = 20000;
    out.sizes.vector_file_bytes = 50000;
    out.sizes.kept_commits_max = 8;
    out.sizes.dead_rows_min = 1;
    return out;
}

class Readers {
  public:
    Readers(const std::string& path, uint64_t rounds) : rounds_(rounds) {
        auto opened = engine::Database::open(options_of(path));
        if (opened.ok()) db_ = std::move(opened).value();
        say(opened.ok() ? "" : opened.status().to_string());
    }

    void run() {
        if (db_ == nullptr) return;
        engine::CreateCollection create{"points", {}};
        create.config.vectors.push_back({"", kDim, grape::vector::Distance::euclid,
                                         grape::vector::Datatype::f32,
                                         grape::storage::Placement::cached});
        if (!ask(create).ok()) return;
        write(0);
        std::vector<std::thread> threads;
        for (int i = 0; i < kReaders; ++i) threads.emplace_back([this, i] { read_all(i); });
        for (uint64_t round = 1; round <= rounds_ && !failed_; ++round) write(round);
        stopping_ = true;
        for (std::thread& thread : threads) thread.join();
        const auto closed = db_->close();
        say(closed.ok() ? "" : closed.to_string());
    }
    bool failed() const { return failed_; }
    uint64_t reads() const { return reads_; }

  private:
    void say(const std::string& what) {
        if (what.empty()) return;
        failed_ = true;
        std::printf("%s\n", what.c_str());
    }
    Result<engine::ReplyBody> ask(const engine::RequestBody& body) {
        Result<engine::Reply> reply = db_->execute({body, {}});
        if (reply.ok()) return std::move(reply->body);
        say(reply.status().to_string());
        return reply.status();
    }

    // All points say the same round, in payload and vector. Some are deleted and inserted again.
    void write(uint64_t round) {
        engine::BatchUpdate batch;
        engine::DeletePoints remove{"points", {}};
        for (uint64_t id = round % 5; id < kPoints; id += 5) {
            remove.selection.ids.push_back(PointId::number(id));
        }
        JsonValue payload = JsonValue::make_object();
        payload.members().emplace_back("round", JsonValue::of_unsigned(round));
        engine::UpsertPoints upsert;
        upsert.collection = "points";
        const auto values =
            std::make_shared<const std::vector<float>>(kDim, static_cast<float>(round));
        for (uint64_t id = 0; id < kPoints; ++id) {
            engine::PointInput& point = upsert.points.emplace_back();
            point.id = PointId::number(id);
            point.payload = grape::base::encode_payload_value(payload);
            point.vectors.push_back(
                {"", {values->data(), grape::vector::Datatype::f32, kDim, values}});
        }
        batch.operations.emplace_back(remove);
        batch.operations.emplace_back(upsert);
        if (ask(batch).ok()) acknowledged_ = round;
    }

    static std::string check_point(const engine::ReplyPoint& point, uint64_t* round) {
        const grape::base::PayloadView payload(*point.payload);
        const auto said = payload.find("round");
        const uint64_t in_payload = said ? said->as_unsigned() : UINT64_MAX;
        const float in_vector =
            point.vectors && !point.vectors->empty() ? point.vectors->front().values.front() : -1;
        if (*round == UINT64_MAX) *round = in_payload;
        if (in_payload == *round && in_vector == static_cast<float>(*round)) return "";
        return grape::base::cat("point ", point.id.to_string(), " is of round ", in_payload,
                                ", others of ", *round);
    }

    void check(const std::vector<const engine::ReplyPoint*>& points, uint64_t* seen,
               uint64_t acknowledged) {
        uint64_t round = UINT64_MAX;
        for (const engine::ReplyPoint* point : points) say(check_point(*point, &round));
        if (points.size() != kPoints) say(grape::base::cat("saw ", points.size(), " points"));
        if (round < *seen) say(grape::base::cat("saw round ", round, " after ", *seen));
        if (round < acknowledged) {
            say(grape::base::cat("saw round ", round, ", acknowledged was ", acknowledged));
        }
        *seen = round;
        ++reads_;
    }

    void read_all(int kind) {
        uint64_t seen = 0;
        while (!stopping_ && !failed_) {
            const uint64_t acknowledged = acknowledged_;
            std::vector<const engine::ReplyPoint*> points;
            if (kind == 0) {
                engine::QueryPoints query;
                query.collection = "points";
                const auto zeros = std::make_shared<const std::vector<float>>(kDim, 0.0f);
                query.query =
                    engine::VectorData{zeros->data(), grape::vector::Datatype::f32, kDim, zeros};
                query.limit = 2 * kPoints;
                query.with_payload.kind = engine::WithPayload::Kind::all;
                query.with_vectors.kind = engine::WithVectors::Kind::all;
                const auto reply = ask(query);
                if (!reply.ok()) return;
                for (const auto& each : std::get<engine::QueryReply>(*reply).points) {
                    points.push_back(&each.point);
                }
                check(points, &seen, acknowledged);
            } else if (kind == 1) {
                engine::ScrollPoints scroll;
                scroll.collection = "points";
                scroll.limit = 2 * kPoints;
                scroll.with_vectors.kind = engine::WithVectors::Kind::all;
                const auto reply = ask(scroll);
                if (!reply.ok()) return;
                for (const auto& each : std::get<engine::ScrollReply>(*reply).points) {
                    points.push_back(&each);
                }
                check(points, &seen, acknowledged);
            } else {
                const auto reply = ask(engine::Verify{});
                if (!reply.ok()) return;
                const auto& problems = std::get<engine::VerifyReply>(*reply).problems;
                say(problems.empty() ? "" : "verify: " + problems.front());
            }
        }
    }

    const uint64_t rounds_;
    std::unique_ptr<engine::Database> db_;
    std::atomic<uint64_t> acknowledged_{0}, reads_{0};
    std::atomic<bool> stopping_{false}, failed_{false};
};

}  // namespace

int main() {
    const char* const quick = std::getenv("GRAPE_TEST_QUICK");
    const uint64_t rounds = quick != nullptr && std::strcmp(quick, "1") == 0 ? 200 : 600;
    int passed = 0;
    for (const bool on_disk : {true, false}) {
        grape::test::TemporaryDirectory directory(true);
        Readers readers(on_disk ? directory.path() + "/database" : "", rounds);
        readers.run();
        const bool held = !readers.failed() && readers.reads() != 0;
        std::printf("%s: %llu commits, %llu reads\n", on_disk ? "on disk" : "in memory",
                    static_cast<unsigned long long>(rounds),
                    static_cast<unsigned long long>(readers.reads()));
        passed += held ? 1 : 0;
    }
    std::printf("%d passed, %d failed, 0 skipped\n", passed, 2 - passed);
    return passed == 2 ? 0 : 1;
}
