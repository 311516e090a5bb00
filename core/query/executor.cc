#include "core/query/executor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace grape::query {
namespace {

// How many candidates a query has to keep: never more than there are vectors, so that a huge limit
// costs no memory.
size_t candidates_wanted(const Nearest& query, uint64_t current) {
    const uint64_t wanted = query.limit + query.offset + (query.exclude_row.has_value() ? 1 : 0);
    return static_cast<size_t>(std::min(wanted, current));
}

std::vector<Hit> page(const Nearest& query, std::vector<index::Candidate> candidates,
                      vector::Distance distance) {
    if (query.exclude_row) {
        std::erase_if(candidates, [&](const index::Candidate& candidate) {
            return candidate.row == *query.exclude_row;
        });
    }
    std::vector<Hit> hits;
    const size_t end =
        static_cast<size_t>(std::min<uint64_t>(query.offset + query.limit, candidates.size()));
    for (size_t i = static_cast<size_t>(query.offset); i < end; ++i) {
        hits.push_back({candidates[i].row, index::score_of_key(candidates[i].key, distance)});
    }
    return hits;
}

}  // namespace

base::Result<std::vector<std::vector<Hit>>> run_nearest(std::span<const index::RunView> runs,
                                                        const index::FlatShape& shape,
                                                        std::span<const Nearest> queries,
                                                        const index::RowOrder& order) {
    uint64_t current = 0;
    for (const index::RunView& run : runs) current += run.current();
    std::vector<index::TopK> heaps;
    heaps.reserve(queries.size());
    for (const Nearest& query : queries) {
        index::TopK& top = heaps.emplace_back(candidates_wanted(query, current), order);
        if (query.score_threshold) {
            const float key = index::key_of_score(*query.score_threshold, shape.distance);
            top.limit_bound(std::nextafter(key, -std::numeric_limits<float>::infinity()));
        }
    }
    std::vector<index::FlatQuery> flat;
    for (size_t i = 0; i < queries.size(); ++i) {
        flat.push_back({queries[i].vector.data(), &heaps[i]});
    }
    GRAPE_TRY(index::flat_search(runs, shape, flat));
    std::vector<std::vector<Hit>> out;
    for (size_t i = 0; i < queries.size(); ++i) {
        out.push_back(page(queries[i], heaps[i].take(), shape.distance));
    }
    return out;
}

}  // namespace grape::query
