#include "core/query/executor.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/index/graph/outside_search.h"
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
// So few rows are not worth a look at their codes first.
constexpr uint64_t kCodesRowsMin = 128;
// A walk under a filter that leaves m rows of n visits some kVisitsPerKept * n / m nodes for each
// one that it keeps, and in memory a visit costs as much as kCodesPerVisit codes one after the
// other (57,000 x 384: 100 ns and 26 ns). Where codes are not in memory it costs as much as a row.
constexpr uint64_t kVisitsPerKept = 14, kCodesPerVisit = 4;

// One query on its way: the heap and how it is asked of scans.
class Search {
  public:
    Search(const SearchSpace& space, const Nearest& query, uint64_t current)
        : space_(space), query_(query), current_(current), top_(make_heap()) {}

    // Answers the query if that takes no scan of all runs.
    base::Result<bool> try_alone() {
        if (wanted() == 0) return true;
        const SearchWay first = way();
        if (first == SearchWay::rows) {
            GRAPE_TRY(search_possible());
            return true;
        }
        if (first == SearchWay::scan) return false;
        GRAPE_ASSIGN(bool found, try_graph(first));
        if (!found && first == SearchWay::walk && query_.filter != nullptr && has_codes()) {
            GRAPE_ASSIGN(found, try_graph(SearchWay::codes));
        }
        if (found) return true;
        if (!few_rows(kScanPerRow)) return false;
        GRAPE_TRY(search_possible());
        return true;
    }
    SearchWay way() const {
        const bool walks =
            space_.graph != nullptr && !query_.exact && wanted() * 4 <= space_.graph->count();
        if (!walks) return few_rows(kScanPerRow) ? SearchWay::rows : SearchWay::scan;
        if (query_.filter == nullptr) return SearchWay::walk;
        const uint64_t rows = query_.filter->count_max();
        if (rows <= kCodesRowsMin) return SearchWay::rows;
        const uint64_t kept = std::max<uint64_t>(effort(), wanted());
        const uint64_t visits = kept * kVisitsPerKept * space_.graph->count();  // times rows
        if (rows * rows >= visits * rows_per_visit()) return SearchWay::walk;
        if (has_codes()) return SearchWay::codes;
        return few_rows(kScanPerRow) ? SearchWay::rows : SearchWay::scan;
    }
    index::FlatQuery flat() { return {query_.vector.data(), &top_, query_.filter}; }
    std::vector<Hit> hits() { return page(query_, top_.take(), space_.shape.distance); }

  private:
    index::TopK make_heap() const {
        index::TopK top(candidates_wanted(query_, current_), space_.order);
        if (query_.score_threshold) {
            const float key = index::key_of_score(*query_.score_threshold, space_.shape.distance);
            top.limit_bound(std::nextafter(key, -std::numeric_limits<float>::infinity()));
        }
        return top;
    }
    uint64_t effort() const {
        return query_.effort == 0 ? index::kDefaultGraphEffort : query_.effort;
    }
    bool has_codes() const { return space_.graph->memory() != nullptr; }
    uint64_t rows_per_visit() const { return has_codes() ? kCodesPerVisit : 1; }
    uint64_t wanted() const { return candidates_wanted(query_, current_); }
    // How many rows can be answers at most.
    uint64_t matching() const {
        return query_.filter == nullptr ? current_ : std::min(current_, query_.filter->count_max());
    }
    bool few_rows(uint64_t part) const {
        return query_.filter != nullptr && query_.filter->count_max() * part < current_;
    }
    std::vector<uint32_t> possible_rows() const {
        std::vector<uint32_t> rows;
        rows.reserve(static_cast<size_t>(query_.filter->count_max()));
        query_.filter->possible().for_each([&](uint32_t row) { rows.push_back(row); });
        return rows;
    }
    base::Status search_possible() {
        return index::search_rows(possible_rows(), space_.vectors, space_.shape, flat());
    }
    base::Result<bool> try_graph(SearchWay way);
    base::Result<bool> search_graph(bool by_rows);
    base::Status search_outside();
    base::Status exact_keys(std::span<const index::GraphCandidate> candidates,
                            std::span<float> keys) const;

    const SearchSpace& space_;
    const Nearest& query_;
    const uint64_t current_;
    index::TopK top_;
};

base::Status Search::exact_keys(std::span<const index::GraphCandidate> candidates,
                                std::span<float> keys) const {
    const vector::ScoreBlock kernel =
        vector::score_block(space_.shape.datatype, space_.shape.distance);
    for (size_t i = 0; i < candidates.size(); ++i) {
        GRAPE_ASSIGN(const index::DenseBlock block, space_.vectors.vector_of(candidates[i].row));
        if (block.vectors == nullptr) {
            return base::Status::make_corrupt("a node of a graph has a row without a vector");
        }
        float score = 0;
        kernel(query_.vector.data(), block.vectors, 0, 1, space_.shape.dim, &score);
        keys[i] = index::key_of_score(score, space_.shape.distance);
    }
    return {};
}

// What the graph does not have.
base::Status Search::search_outside() {
    const index::FlatQuery outside = flat();
    if (space_.outside != nullptr) {
        return index::outside_search(*space_.graph, *space_.outside, space_.runs, space_.shape,
                                     outside, *space_.scratch);
    }
    return index::flat_search(space_.runs, space_.shape, std::span(&outside, 1),
                              index::FlatScope::outside_graph);
}

// False when it may have missed answers, which are none then. A damaged graph makes searches slow
// and nothing else; `verify` tells of it.
base::Result<bool> Search::try_graph(SearchWay way) {
    const base::Result<bool> found = search_graph(way == SearchWay::codes);
    if (!found.ok() && found.status().code() != base::Code::corrupt) return found.status();
    if (found.ok() && *found) return true;
    top_ = make_heap();
    return false;
}

// False when it may have missed answers.
base::Result<bool> Search::search_graph(bool by_rows) {
    index::GraphQuery query;
    std::vector<uint32_t> rows;
    if (by_rows) {
        rows = possible_rows();
        query.rows = &rows;
    }
    query.query = query_.vector.data();
    query.k = static_cast<uint32_t>(wanted());
    query.effort = query_.effort;
    query.hidden = space_.hidden_nodes;
    query.test = query_.filter;
    // A walk that visits so many nodes costs more than looking at all rows would have.
    if (query_.filter != nullptr && !by_rows) {
        query.visits_max = query_.filter->count_max() * 2 / rows_per_visit();
    }
    query.exact_keys = [this](std::span<const index::GraphCandidate> candidates,
                              std::span<float> keys) { return exact_keys(candidates, keys); };
    query.top = &top_;
    GRAPE_ASSIGN(const index::GraphReply reply,
                 index::graph_search(*space_.graph, query, *space_.scratch));
    if (!reply.complete) return false;
    const uint64_t needed = std::min(wanted(), matching());
    // Too many did not match after all, and others that do may have been left out for them: answers
    // from outside of the graph must not hide that.
    if (reply.full && reply.candidates < needed) return false;
    GRAPE_TRY(search_outside());
    // With a threshold answers may be few because the others are too far away.
    return query_.score_threshold.has_value() || top_.size() >= needed;
}

uint64_t current_of(const SearchSpace& space) {
    uint64_t current = 0;
    for (const index::RunView& run : space.runs) current += run.current();
    return current;
}

}  // namespace

SearchWay way_of(const SearchSpace& space, const Nearest& query) {
    return Search(space, query, current_of(space)).way();
}

base::Result<std::vector<std::vector<Hit>>> run_nearest(const SearchSpace& space,
                                                        std::span<const Nearest> queries) {
    const uint64_t current = current_of(space);
    std::vector<Search> searches;
    searches.reserve(queries.size());
    std::vector<index::FlatQuery> scans;
    for (const Nearest& query : queries) {
        Search& search = searches.emplace_back(space, query, current);
        GRAPE_ASSIGN(const bool answered, search.try_alone());
        if (!answered) scans.push_back(search.flat());
    }
    if (!scans.empty()) GRAPE_TRY(index::flat_search(space.runs, space.shape, scans));
    std::vector<std::vector<Hit>> out;
    out.reserve(searches.size());
    for (Search& search : searches) out.push_back(search.hits());
    return out;
}

}  // namespace grape::query
