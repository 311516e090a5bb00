// Background work that is paused: while 50,000 points come nothing is flushed, merged, purged or
// built, and every answer is right; once it is resumed it does all of it, and the answers stay.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "core/engine/database.h"
#include "tests/support/wait_until.h"

namespace grape::engine {
namespace {

constexpr uint32_t kDim = 4;
constexpr uint64_t kPoints = 50'000, kBatch = 500;
using Vector = std::vector<float>;

OpenOptions small_sizes() {
    OpenOptions out;
    out.durability = Durability::none;
    out.sizes.flush_tail_bytes = 64u << 10;
    out.sizes.small_shard_bytes = 1;
    out.sizes.vector_file_bytes = 4u << 20;
    out.sizes.unflushed_bytes_max = 128u << 10;  // far less than comes during the pause
    out.sizes.graph_vectors_min = 5'000;
    out.sizes.kept_commits_max = 16;
    return out;
}

// What only background work changes.
std::vector<uint64_t> progress(const DatabaseInfoReply& info) {
    return {info.flushes_started, info.flushes_done,   info.merges_started, info.merges_done,
            info.vectors_flushed, info.vectors_merged, info.graphs_started, info.graphs_done,
            info.vectors_linked,  info.points_purged};
}

class Pause : public testing::Test {
  public:
    Pause() {
        auto opened = Database::open(small_sizes());
        EXPECT_TRUE(opened.ok());
        database_ = std::move(opened).value();
        CreateCollection create;
        create.collection = "a";
        create.config.vectors.push_back({"", kDim, vector::Distance::euclid});
        ask<WriteReply>(create);
    }

    template <typename Body>
    Body ask(const RequestBody& body) {
        const auto reply = database_->execute({body, {}});
        EXPECT_TRUE(reply.ok()) << reply.status().to_string();
        return reply.ok() ? std::get<Body>(reply->body) : Body{};
    }
    DatabaseInfoReply info() { return ask<DatabaseInfoReply>(DatabaseInfo{}); }

    // Points that are there get other vectors.
    void put(uint64_t first, uint64_t count) {
        UpsertPoints request;
        request.collection = "a";
        for (uint64_t id = first; id < first + count; ++id) {
            auto values = std::make_shared<Vector>(draw());
            points_[id] = *values;
            PointInput& point = request.points.emplace_back();
            point.id = base::PointId::number(id);
            point.vectors.push_back({"", {values->data(), vector::Datatype::f32, kDim, values}});
        }
        ask<WriteReply>(request);
    }
    void remove(uint64_t first, uint64_t count) {
        DeletePoints request;
        request.collection = "a";
        for (uint64_t id = first; id < first + count; ++id) {
            request.selection.ids.push_back(base::PointId::number(id));
            points_.erase(id);
        }
        ask<WriteReply>(request);
    }
    Vector draw() {
        Vector out(kDim);
        for (float& value : out) value = static_cast<float>(random_() % 2000) - 1000;
        return out;
    }

    // The squared distances of the ten nearest, by looking at all points.
    std::vector<float> nearest(const Vector& near) const {
        std::vector<float> out;
        for (const auto& [id, at] : points_) {
            float sum = 0;
            for (uint32_t i = 0; i < kDim; ++i) sum += (at[i] - near[i]) * (at[i] - near[i]);
            out.push_back(sum);
        }
        const size_t wanted = std::min<size_t>(10, out.size());
        std::partial_sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(wanted),
                          out.end());
        out.resize(wanted);
        return out;
    }
    void expect_right(int searches) {
        EXPECT_EQ(ask<CountReply>(CountPoints{"a"}).count, points_.size());
        size_t same = 0, wanted = 0;
        for (int i = 0; i < searches; ++i) {
            const Vector near = draw();
            const std::vector<float> expected = nearest(near);
            EXPECT_EQ(found(near, true), expected);
            const std::vector<float> walked = found(near, false);
            ASSERT_EQ(walked.size(), expected.size());
            wanted += expected.size();
            for (const float score : walked) same += score <= expected.back() ? 1 : 0;
        }
        // Of a few searches a walk may miss more.
        if (searches < 10) return;
        EXPECT_GE(same * 100, wanted * 95) << same << " of " << wanted;
    }
    void expect_sound() {
        for (const std::string& each : ask<VerifyReply>(Verify{}).problems) ADD_FAILURE() << each;
    }

  private:
    // Each with the vector that it has now.
    std::vector<float> found(const Vector& near, bool exact) {
        QueryPoints request;
        request.collection = "a";
        request.query = VectorData{near.data(), vector::Datatype::f32, kDim, nullptr};
        request.exact = exact;
        std::vector<float> out;
        for (const ScoredPoint& each : ask<QueryReply>(request).points) {
            const auto point = points_.find(each.point.id.as_number());
            EXPECT_NE(point, points_.end());
            if (point == points_.end()) continue;
            float sum = 0;
            for (uint32_t i = 0; i < kDim; ++i) {
                sum += (point->second[i] - near[i]) * (point->second[i] - near[i]);
            }
            EXPECT_NEAR(each.score, std::sqrt(sum), 1e-3);
            out.push_back(sum);
        }
        return out;
    }

    std::unique_ptr<Database> database_;
    std::map<uint64_t, Vector> points_;
    std::mt19937_64 random_{20261121};
};

TEST_F(Pause, holds_all_background_work_until_it_is_resumed) {
    // Some is done before: files, a graph, and something to merge.
    put(0, 6'000);
    ask<WriteReply>(Optimize{});
    ASSERT_EQ(info().graphs_done, 1u);
    ask<WriteReply>(PauseBackground{});
    const DatabaseInfoReply before = info();
    EXPECT_TRUE(before.background_paused);
    for (uint64_t first = 0; first < kPoints; first += kBatch) {
        put(10'000 + first, kBatch);
        put(first % 6'000, 20);                                     // other vectors
        if (first % 5'000 == 0) remove(100 * (first / 5'000), 15);  // and some are gone
        ASSERT_EQ(progress(info()), progress(before)) << "after " << first;
        if (first % 2'500 == 0) expect_right(2);
    }
    expect_right(20);
    EXPECT_EQ(progress(info()), progress(before));

    ask<WriteReply>(ResumeBackground{});
    EXPECT_FALSE(info().background_paused);
    const auto is_done = [this] {
        const CollectionInfo now = ask<CollectionInfo>(GetCollection{"a"});
        return now.status == "green" && now.tail_points * kDim * sizeof(float) < (64u << 10);
    };
    bool done = false;
    for (int i = 0; i < 4 && !done; ++i) {  // a graph takes its time
        done = test::wait_until([&] {
            expect_right(1);
            return is_done();
        });
    }
    ASSERT_TRUE(done) << "it did not go on";
    const DatabaseInfoReply after = info();
    EXPECT_GT(after.flushes_done, before.flushes_done);
    EXPECT_GT(after.vectors_flushed, before.vectors_flushed);
    EXPECT_GT(after.graphs_done, before.graphs_done);
    EXPECT_GE(after.vectors_linked, before.vectors_linked + kPoints);
    EXPECT_EQ(after.background_failures, 0u) << after.background_error;
    expect_right(50);
    expect_sound();
}

}  // namespace
}  // namespace grape::engine
