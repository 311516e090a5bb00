#include "core/query/executor.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/query/row_filter.h"

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

// Looking at single rows costs some times as much for each as a scan does.
constexpr uint64_t kScanPerRow = 8;

bool few_rows(const Nearest& query, uint64_t current) {
    return query.filter != nullptr && query.filter->count_max() * kScanPerRow < current;
}

base::Status search_possible(const SearchSpace& space, const index::FlatQuery& flat,
                             const RowFilter& filter) {
    std::vector<uint32_t> rows;
    rows.reserve(filter.count_max());
    filter.possible().for_each([&](uint32_t row) { rows.push_back(row); });
    return index::search_rows(rows, space.vectors, space.shape, flat);
}

}  // namespace

base::Result<std::vector<std::vector<Hit>>> run_nearest(const SearchSpace& space,
                                                        std::span<const Nearest> queries) {
    uint64_t current = 0;
    for (const index::RunView& run : space.runs) current += run.current();
    std::vector<index::TopK> heaps;
    heaps.reserve(queries.size());
    std::vector<index::FlatQuery> scans;
    for (const Nearest& query : queries) {
        index::TopK& top = heaps.emplace_back(candidates_wanted(query, current), space.order);
        if (query.score_threshold) {
            const float key = index::key_of_score(*query.score_threshold, space.shape.distance);
            top.limit_bound(std::nextafter(key, -std::numeric_limits<float>::infinity()));
        }
        const index::FlatQuery flat{query.vector.data(), &top, query.filter};
        if (few_rows(query, current)) {
            GRAPE_TRY(search_possible(space, flat, *query.filter));
        } else {
            scans.push_back(flat);
        }
    }
    if (!scans.empty()) GRAPE_TRY(index::flat_search(space.runs, space.shape, scans));
    std::vector<std::vector<Hit>> out;
    for (size_t i = 0; i < queries.size(); ++i) {
        out.push_back(page(queries[i], heaps[i].take(), space.shape.distance));
    }
    return out;
}

}  // namespace grape::query
