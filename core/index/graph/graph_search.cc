#include "core/index/graph/graph_search.h"

#include <algorithm>
#include <limits>

#include "core/index/graph/graph_nodes.h"
#include "core/index/graph/search_scratch.h"

namespace grape::index {

using base::Result;
using base::Status;

// put() must not need memory: searches call it whatever happens to them.
GraphScratchPool::GraphScratchPool(size_t kept_max) : kept_max_(kept_max) {
    kept_.reserve(kept_max);
}

GraphScratchPool::~GraphScratchPool() = default;

std::unique_ptr<SearchScratch> GraphScratchPool::take() {
    {
        const base::MutexLock lock(mutex_);
        if (!kept_.empty()) {
            std::unique_ptr<SearchScratch> out = std::move(kept_.back());
            kept_.pop_back();
            return out;
        }
    }
    return std::make_unique<SearchScratch>();
}

void GraphScratchPool::put(std::unique_ptr<SearchScratch> scratch) {
    const base::MutexLock lock(mutex_);
    if (kept_.size() < kept_max_) kept_.push_back(std::move(scratch));
}

size_t GraphScratchPool::heap_bytes() const {
    const base::MutexLock lock(mutex_);
    size_t sum = 0;
    for (const auto& each : kept_) sum += sizeof(SearchScratch) + each->heap_bytes();
    return sum;
}

namespace {

// Exact scores come in pieces: the first one fills the k best, whose bound tells how many more
// candidates are worth one.
constexpr size_t kScoredAtOnce = 8;

// Which nodes may be answers.
class Selection {
  public:
    Selection(const GraphRun& run, const GraphQuery& query) : run_(run), query_(query) {}

    // False when a row could not be read; status() says why.
    bool operator()(uint32_t node) {
        if (query_.hidden != nullptr && query_.hidden->test(node)) return false;
        if (query_.test == nullptr) return true;
        uint32_t row = 0;
        if (Status read = run_.rows(node, std::span(&row, 1)); !read.ok()) {
            status_ = std::move(read);
            return false;
        }
        return query_.test->may_match(row);
    }
    const Status& status() const { return status_; }

  private:
    const GraphRun& run_;
    const GraphQuery& query_;
    Status status_;
};

template <typename Nodes>
Status run_walk(const GraphRun& run, const GraphQuery& query, const WalkQuery& walked, Nodes& nodes,
                WalkScratch& scratch, GraphReply* reply) {
    bool done = false;
    if (query.test == nullptr && (query.hidden == nullptr || query.hidden->empty())) {
        done = walk(
            nodes, walked, run.entry_points(), scratch, [](uint32_t) { return true; },
            &reply->visits, query.visits_max);
    } else {
        Selection selection(run, query);
        done = walk(
            nodes, walked, run.entry_points(), scratch,
            [&](uint32_t node) { return selection(node); }, &reply->visits, query.visits_max);
        GRAPE_TRY(selection.status());
    }
    if (!done) return nodes.status().ok() ? run.bad_link() : nodes.status();
    reply->complete = reply->visits <= query.visits_max;
    return {};
}

// A graph in memory cannot fail to be read.
class PinnedNodes : public MemoryNodes {
  public:
    explicit PinnedNodes(const GraphRun& run) : MemoryNodes(run.memory(), run.block_shape()) {}
    const Status& status() const { return status_; }

  private:
    Status status_;
};

// Compares the codes of the nodes of query.rows.
template <typename Nodes>
Status compare_rows(const GraphRun& run, const GraphQuery& query, const WalkQuery& walked,
                    Nodes& nodes, WalkScratch& scratch, GraphReply* reply) {
    std::vector<uint32_t> fresh;
    fresh.reserve(kDegreeMax);
    bool good = true;
    const auto all = [](uint32_t) { return true; };
    const auto compare = [&] {
        reply->visits += fresh.size();
        good = good && score_into_pool(nodes, walked, fresh, scratch.pool, all);
        fresh.clear();
    };
    GRAPE_TRY(run.find_all(*query.rows, [&](uint32_t node) {
        if (query.hidden != nullptr && query.hidden->test(node)) return;
        fresh.push_back(node);
        if (fresh.size() == kDegreeMax) compare();
    }));
    compare();
    reply->complete = good;
    return nodes.status();
}

// By a walk, or of rows that are known.
template <typename Nodes>
Status run_on(const GraphRun& run, const GraphQuery& query, const WalkQuery& walked, Nodes& nodes,
              WalkScratch& scratch, GraphReply* reply) {
    return query.rows != nullptr ? compare_rows(run, query, walked, nodes, scratch, reply)
                                 : run_walk(run, query, walked, nodes, scratch, reply);
}

Status find_candidates(const GraphRun& run, const GraphQuery& query, const WalkQuery& walked,
                       WalkScratch& scratch, GraphReply* reply) {
    if (run.memory() == nullptr) {
        ColdNodes nodes(run);
        return run_on(run, query, walked, nodes, scratch, reply);
    }
    if (run.all_checked()) {
        PinnedNodes nodes(run);
        return run_on(run, query, walked, nodes, scratch, reply);
    }
    CachedNodes nodes(run);
    return run_on(run, query, walked, nodes, scratch, reply);
}

Status score_piece(const GraphQuery& query, std::span<const GraphCandidate> piece,
                   SearchScratch& scratch, GraphReply* reply) {
    scratch.keys.resize(piece.size());
    GRAPE_TRY(query.exact_keys(piece, scratch.keys));
    for (size_t i = 0; i < piece.size(); ++i) {
        const Candidate candidate{scratch.keys[i], piece[i].row};
        if (candidate.key > query.top->bound()) continue;
        if (query.test != nullptr) {
            GRAPE_ASSIGN(const bool matches, query.test->matches(candidate.row));
            if (!matches) {
                reply->candidates -= 1;
                continue;
            }
        }
        query.top->offer(candidate);
    }
    return {};
}

Status score_candidates(const GraphRun& run, const GraphQuery& query,
                        const CodeScale::QueryFacts& facts, SearchScratch& scratch,
                        GraphReply* reply) {
    scratch.candidates.clear();
    scratch.distances.clear();
    scratch.walk.pool.each_answer([&](uint32_t distance, uint32_t node) {
        scratch.candidates.push_back({node, 0});
        scratch.distances.push_back(distance);
        return true;
    });
    const std::span<GraphCandidate> all(scratch.candidates);
    reply->candidates = static_cast<uint32_t>(all.size());
    for (size_t first = 0; first < all.size();) {
        const float bound = query.top->bound();
        const bool bounded = bound < std::numeric_limits<float>::max();
        const double reach = bounded ? run.scale().reach(bound, facts) : 0;
        const size_t size_max =
            first == 0 ? std::max<size_t>(query.k, kScoredAtOnce) : kScoredAtOnce;
        size_t end = first;
        for (; end < all.size() && end - first < size_max; ++end) {
            if (bounded && scratch.distances[end] > reach) break;
            GRAPE_TRY(run.rows(all[end].node, std::span(&all[end].row, 1)));
        }
        if (end == first) break;
        GRAPE_TRY(score_piece(query, all.subspan(first, end - first), scratch, reply));
        reply->scored += static_cast<uint32_t>(end - first);
        first = end;
    }
    return {};
}

Status search_with(const GraphRun& run, const GraphQuery& query, SearchScratch& scratch,
                   GraphReply* reply) {
    const GraphShape& shape = run.shape();
    WalkQuery walked;
    uint8_t* code = scratch.walk.query(shape.code_bytes());
    const CodeScale::QueryFacts facts =
        run.scale().encode_query(query.query, code, scratch.walk.floats);
    walked.code = code;
    walked.code_bytes = shape.code_bytes();
    walked.kernel = vector::code_distances(shape.measure());
    const uint32_t effort = query.effort == 0 ? kDefaultGraphEffort : query.effort;
    // Where all codes are compared, only their rounding loses answers: some more make up for it.
    const uint32_t wanted = query.rows != nullptr ? query.k + query.k / 2 : query.k;
    const size_t kept = std::max({effort, wanted, 1u});
    scratch.walk.pool.reset(kept);
    scratch.walk.visited.reset(run.count());
    GRAPE_TRY(find_candidates(run, query, walked, scratch.walk, reply));
    reply->full = scratch.walk.pool.answers() == kept;
    return score_candidates(run, query, facts, scratch, reply);
}

}  // namespace

Result<GraphReply> graph_search(const GraphRun& run, const GraphQuery& query,
                                GraphScratchPool& pool) {
    std::unique_ptr<SearchScratch> scratch = pool.take();
    GraphReply reply;
    const Status searched = search_with(run, query, *scratch, &reply);
    pool.put(std::move(scratch));
    if (!searched.ok()) return searched;
    return reply;
}

}  // namespace grape::index
