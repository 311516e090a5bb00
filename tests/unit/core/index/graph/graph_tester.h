// GraphTester: searches in graphs of test vectors, and the true answers. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "core/index/flat_search.h"
#include "core/index/graph/graph_search.h"
#include "tests/unit/core/index/graph/graph_fixture.h"

namespace grape::index {

// Searches with exact keys of the test's vectors.
class GraphTester {
  public:
    explicit GraphTester(const TestVectors& vectors) : vectors_(vectors) {
        kernel_ = vector::score_block(vectors.shape.datatype, vectors.shape.distance);
    }

    struct Answer {
        std::vector<Candidate> found;
        GraphReply reply;
        base::Status status;
    };
    // `change` may set more of the query.
    Answer search(const GraphRun& run, size_t query, uint32_t k,
                  const std::function<void(GraphQuery&)>& change = {}) {
        const std::vector<uint8_t> encoded = encode(vectors_.queries[query]);
        TopK top(k, order_);
        GraphQuery asked;
        asked.query = encoded.data();
        asked.k = k;
        asked.top = &top;
        asked.exact_keys = [&](std::span<const GraphCandidate> all, std::span<float> keys) {
            for (size_t i = 0; i < all.size(); ++i) keys[i] = key(encoded, all[i].row);
            return base::Status();
        };
        if (change) change(asked);
        const auto reply = graph_search(run, asked, scratch_);
        Answer out;
        out.status = reply.status();
        if (reply.ok()) out.reply = *reply;
        out.found = top.take();
        return out;
    }
    // The k true answers among the rows that `matches` allows.
    std::vector<Candidate> exact(size_t query, uint32_t k,
                                 const std::function<bool(uint32_t)>& matches = {}) {
        const std::vector<uint8_t> encoded = encode(vectors_.queries[query]);
        TopK top(k, order_);
        for (uint32_t i = 0; i < vectors_.count(); ++i) {
            const uint32_t row = TestVectors::row(i);
            if (!matches || matches(row)) top.offer({key(encoded, row), row});
        }
        return top.take();
    }
    // The share of true answers that searches find.
    double recall(const GraphRun& run, uint32_t k,
                  const std::function<void(GraphQuery&)>& change = {},
                  const std::function<bool(uint32_t)>& matches = {}) {
        size_t right = 0, wanted = 0;
        for (size_t query = 0; query < vectors_.queries.size(); ++query) {
            const auto truth = exact(query, k, matches);
            const Answer answer = search(run, query, k, change);
            EXPECT_TRUE(answer.status.ok()) << answer.status.to_string();
            wanted += truth.size();
            for (const Candidate& each : answer.found) {
                EXPECT_TRUE(!matches || matches(each.row));
                right += !truth.empty() && each.key <= truth.back().key ? 1 : 0;
            }
        }
        return wanted == 0 ? 1 : static_cast<double>(right) / static_cast<double>(wanted);
    }

  private:
    std::vector<uint8_t> encode(const std::vector<float>& values) const {
        const GraphShape& shape = vectors_.shape;
        std::vector<uint8_t> out(shape.dim * vector::query_element_bytes(shape.datatype));
        vector::encode_query(values, shape.datatype, shape.distance, out.data());
        return out;
    }
    float key(const std::vector<uint8_t>& encoded, uint32_t row) const {
        float score = 0;
        // Rows of damaged graphs may be any.
        if (TestVectors::index(row) >= vectors_.count()) return 0;
        kernel_(encoded.data(), vectors_.at(TestVectors::index(row)), 0, 1, vectors_.shape.dim,
                &score);
        return key_of_score(score, vectors_.shape.distance);
    }

    const TestVectors& vectors_;
    const RowNumbers order_;
    vector::ScoreBlock kernel_ = nullptr;
    GraphScratchPool scratch_;
};

}  // namespace grape::index
