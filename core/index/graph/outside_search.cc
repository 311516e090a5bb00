#include "core/index/graph/outside_search.h"

#include <algorithm>

#include "core/index/graph/graph_run.h"
#include "core/index/graph/search_scratch.h"

namespace grape::index {

using base::Result;
using base::Status;

namespace {

// Of how many vectors one search makes codes; it scans what is left as it is. Few, so that the
// first search after a commit of many is not late; enough for what an import brings from one search
// to the next, or a heap would gather that each of them scans; and a part of what is left, so that
// many are done after some searches.
uint32_t coded_at_once(uint32_t left, size_t row_bytes) {
    constexpr uint32_t kFew = 128, kPart = 16, kMost = 4096;
    constexpr size_t kFewBytes = 256u << 10, kMostBytes = 4u << 20;
    const auto fit = [&](size_t bytes) { return static_cast<uint32_t>(bytes / row_bytes); };
    const uint32_t few = std::clamp(fit(kFewBytes), kFew, kMost);
    return std::min(std::clamp(left / kPart, few, kMost), std::max(fit(kMostBytes), 1u));
}

class OutsideSearch {
  public:
    OutsideSearch(const GraphRun& graph, const FlatShape& shape, const FlatQuery& query,
                  const CodeOrder& order, SearchScratch& scratch)
        : scale_(graph.scale()),
          code_bytes_(graph.block_shape().code_bytes),
          kernel_(vector::column_distances(graph.shape().measure())),
          exact_(vector::score_block(shape.datatype, shape.distance)),
          shape_(shape),
          query_(query),
          code_(scratch.walk.query(code_bytes_)),
          facts_(scale_.encode_query(query.query, code_, scratch.walk.floats)) {
        scratch.code.assign(code_, code_ + code_bytes_);
        order.arrange(scratch.code.data(), code_, vector::code_column_bytes);
    }

    Status run(const RunView& run, RunCodes& codes) {
        RunCodes::Extent extent = codes.extent();
        const uint32_t left = run.length - std::min(run.length, extent.positions);
        GRAPE_TRY(codes.extend(run, coded_at_once(left, run.run->row_bytes())));
        extent = codes.extent();
        for (uint32_t first = 0; first < extent.codes; first += RunCodes::kGroup) {
            const RunCodes::Group group = codes.group(first / RunCodes::kGroup);
            GRAPE_TRY(search(run, group, std::min(RunCodes::kGroup, extent.codes - first)));
        }
        return flat_search_from(run, extent.positions, shape_, query_, FlatScope::outside_graph);
    }

  private:
    Status search(const RunView& run, const RunCodes::Group& group, uint32_t count);
    Result<bool> look_at(const RunView& run, uint32_t position, uint32_t row);

    const CodeScale& scale_;
    const size_t code_bytes_;
    const vector::ColumnDistances kernel_;
    const vector::ScoreBlock exact_;
    const FlatShape& shape_;
    const FlatQuery& query_;
    uint8_t* const code_;
    const CodeScale::QueryFacts facts_;
    std::array<uint32_t, RunCodes::kGroup> distances_{};  // of a group
};

// What is beyond the view's length was put there for a later one.
Status OutsideSearch::search(const RunView& run, const RunCodes::Group& group, uint32_t count) {
    constexpr uint32_t kColumns = vector::code_columns;
    uint32_t most = scale_.limit(query_.top->bound(), facts_, group.error);
    kernel_(code_, group.codes, (count + kColumns - 1) / kColumns, code_bytes_, most,
            distances_.data());
    for (uint32_t i = 0; i < count; ++i) {
        if (distances_[i] > most) continue;
        if (group.positions[i] >= run.length) break;
        GRAPE_ASSIGN(const bool offered, look_at(run, group.positions[i], group.rows[i]));
        if (offered) most = scale_.limit(query_.top->bound(), facts_, group.error);
    }
    return {};
}

// True when it may be an answer.
Result<bool> OutsideSearch::look_at(const RunView& run, uint32_t position, uint32_t row) {
    if (run.hidden.test(position)) return false;
    if (query_.test != nullptr && !query_.test->may_match(row)) return false;
    GRAPE_ASSIGN(const DenseBlock block, run.run->block(position, 1));
    float score = 0;
    exact_(query_.query, block.vectors, run.run->row_bytes(), 1, shape_.dim, &score);
    const Candidate candidate{key_of_score(score, shape_.distance), row};
    if (candidate.key > query_.top->bound()) return false;
    if (query_.test != nullptr) {
        GRAPE_ASSIGN(const bool matches, query_.test->matches(row));
        if (!matches) return false;
    }
    query_.top->offer(candidate);
    return true;
}

// Gives the scratch back, whatever happens.
class ScratchLease {
  public:
    explicit ScratchLease(GraphScratchPool& pool) : pool_(pool), scratch_(pool.take()) {}
    ~ScratchLease() { pool_.put(std::move(scratch_)); }
    ScratchLease(const ScratchLease&) = delete;
    ScratchLease& operator=(const ScratchLease&) = delete;
    SearchScratch& get() { return *scratch_; }

  private:
    GraphScratchPool& pool_;
    std::unique_ptr<SearchScratch> scratch_;
};

}  // namespace

Status outside_search(const GraphRun& graph, OutsideCodes& codes, std::span<const RunView> runs,
                      const FlatShape& shape, const FlatQuery& query, GraphScratchPool& scratch) {
    if (std::all_of(runs.begin(), runs.end(),
                    [](const RunView& run) { return run.outside_graph() == 0; })) {
        return {};
    }
    ScratchLease lease(scratch);
    GRAPE_ASSIGN(const std::shared_ptr<const CodeOrder> order, codes.order());
    OutsideSearch search(graph, shape, query, *order, lease.get());
    GRAPE_ASSIGN(const auto of_runs, codes.of(runs));
    for (size_t i = 0; i < runs.size(); ++i) {
        if (of_runs[i] != nullptr) GRAPE_TRY(search.run(runs[i], *of_runs[i]));
    }
    return {};
}

}  // namespace grape::index
