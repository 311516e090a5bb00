#include "core/index/flat_search.h"

#include <algorithm>
#include <cmath>

namespace grape::index {
namespace {

using base::Status;

constexpr float kWorst = std::numeric_limits<float>::max();
constexpr uint32_t kBlockBytes = 128u << 10;
constexpr uint32_t kBlockPositionsMax = 2048;

struct Scan {
    const FlatShape& shape;
    vector::ScoreBlock kernel;
    FlatScope scope;
    std::vector<float> scores;

    bool skips(const RunView& run, uint32_t position) const {
        return run.hidden.test(position) ||
               (scope == FlatScope::outside_graph && run.graphed.test(position));
    }
};

Status offer(const FlatQuery& query, Candidate candidate) {
    if (query.test != nullptr) {
        if (!query.test->may_match(candidate.row)) return {};
        GRAPE_ASSIGN(const bool matches, query.test->matches(candidate.row));
        if (!matches) return {};
    }
    query.top->offer(candidate);
    return {};
}

// Positions of the block that may enter the heap: scored within the bound and not hidden.
Status offer_block(const RunView& run, const DenseBlock& block, Scan& scan,
                   const FlatQuery& query) {
    for (uint32_t i = 0; i < block.count; ++i) {
        const float key = key_of_score(scan.scores[i], scan.shape.distance);
        if (key > query.top->bound() || scan.skips(run, block.first + i)) continue;
        uint32_t row = 0;
        GRAPE_TRY(run.run->rows(block.first + i, std::span(&row, 1)));
        GRAPE_TRY(offer(query, {key, row}));
    }
    return {};
}

Status search_run(const RunView& run, uint32_t first, Scan& scan,
                  std::span<const FlatQuery> queries) {
    const uint32_t row_bytes = run.run->row_bytes();
    while (first < run.length) {
        if (scan.skips(run, first)) {
            ++first;
            continue;
        }
        const uint32_t wanted = std::min(block_positions(row_bytes), run.length - first);
        GRAPE_ASSIGN(const DenseBlock block, run.run->block(first, wanted));
        scan.scores.resize(block.count);
        for (const FlatQuery& query : queries) {
            scan.kernel(query.query, block.vectors, row_bytes, block.count, scan.shape.dim,
                        scan.scores.data());
            GRAPE_TRY(offer_block(run, block, scan, query));
        }
        first += block.count;
    }
    return {};
}

}  // namespace

uint32_t block_positions(uint32_t row_bytes) {
    return std::clamp(kBlockBytes / std::max(row_bytes, 1u), 1u, kBlockPositionsMax);
}

float key_of_score(float score, vector::Distance distance) {
    if (std::isnan(score)) return kWorst;
    return std::clamp(higher_is_better(distance) ? -score : score, -kWorst, kWorst);
}

float score_of_key(float key, vector::Distance distance) {
    // Adding zero makes the -0 of a turned 0 a plain 0.
    return higher_is_better(distance) ? -key + 0.0F : key;
}

Status flat_search(std::span<const RunView> runs, const FlatShape& shape,
                   std::span<const FlatQuery> queries, FlatScope scope) {
    Scan scan{shape, vector::score_block(shape.datatype, shape.distance), scope, {}};
    for (const RunView& run : runs) {
        const bool any = scope == FlatScope::all ? run.current() != 0 : run.outside_graph() != 0;
        if (any) GRAPE_TRY(search_run(run, 0, scan, queries));
    }
    return {};
}

Status flat_search_from(const RunView& run, uint32_t first, const FlatShape& shape,
                        const FlatQuery& query, FlatScope scope) {
    if (first >= run.length) return {};
    Scan scan{shape, vector::score_block(shape.datatype, shape.distance), scope, {}};
    return search_run(run, first, scan, std::span(&query, 1));
}

Status search_rows(std::span<const uint32_t> rows, const RowVectors& vectors,
                   const FlatShape& shape, const FlatQuery& query) {
    const vector::ScoreBlock kernel = vector::score_block(shape.datatype, shape.distance);
    for (const uint32_t row : rows) {
        GRAPE_ASSIGN(const DenseBlock block, vectors.vector_of(row));
        if (block.vectors == nullptr) continue;
        float score = 0;
        kernel(query.query, block.vectors, 0, 1, shape.dim, &score);
        const float key = key_of_score(score, shape.distance);
        if (key <= query.top->bound()) GRAPE_TRY(offer(query, {key, row}));
    }
    return {};
}

}  // namespace grape::index
