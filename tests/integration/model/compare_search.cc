#include "tests/integration/model/compare_search.h"

#include <algorithm>

#include "tests/integration/model/session.h"

namespace grape::model {

using base::Result;

namespace {

std::string describe_query(const Result<engine::QueryReply>& reply) {
    if (!reply.ok()) return describe(Result<engine::ReplyBody>(reply.status()));
    return describe(engine::ReplyBody(*reply));
}

std::string describe_point(const engine::ScoredPoint& point) {
    engine::QueryReply out;
    out.points.push_back(point);
    return describe(engine::ReplyBody(std::move(out)));
}

// Every point that the search could give, best first.
std::vector<engine::ScoredPoint> candidates(const World& world, engine::QueryPoints request) {
    request.offset = 0;
    request.limit = UINT64_MAX;
    Result<engine::QueryReply> all = query(*world.find(request.collection), request);
    return std::move(all->points);
}

// The ranks of the answer grow, and each of its points is as the oracle has it.
Mismatch compare_ranks(const std::vector<engine::ScoredPoint>& all,
                       const engine::QueryPoints& request, const engine::QueryReply& got,
                       uint64_t* found) {
    std::map<base::PointId, size_t> ranks;
    for (size_t i = 0; i < all.size(); ++i) ranks.emplace(all[i].point.id, i);
    size_t next = request.offset;
    for (const engine::ScoredPoint& each : got.points) {
        const auto rank = ranks.find(each.point.id);
        if (rank == ranks.end()) {
            return "a point that is not there or does not match: " + describe_point(each);
        }
        if (rank->second < next) return "out of order, or twice: " + describe_point(each);
        const Mismatch mismatch = compare_text(
            "a point of a walk", describe_point(all[rank->second]), describe_point(each));
        if (!mismatch.empty()) return mismatch;
        // What lies as near as the last of the oracle's is as good.
        const size_t last = std::min(all.size(), request.offset + request.limit) - 1;
        *found += rank->second <= last || each.score == all[last].score ? 1 : 0;
        next = rank->second + 1;
    }
    return "";
}

}  // namespace

bool is_search(const engine::RequestBody& body) {
    return std::holds_alternative<engine::QueryPoints>(body) ||
           std::holds_alternative<engine::QueryBatch>(body);
}

Mismatch compare_search(const World& world, const engine::QueryPoints& request,
                        const Result<engine::QueryReply>& wanted,
                        const Result<engine::QueryReply>& got, const UsesGraph& uses_graph,
                        Recall* recall) {
    const std::string why = got.ok() ? "" : got.status().to_string();
    Mismatch different =
        compare_text("answer (" + why + ")", describe_query(wanted), describe_query(got));
    if (!wanted.ok() || !got.ok()) return different;
    const bool counts = !request.exact && !request.hnsw_ef && !request.score_threshold;
    uint64_t found = wanted->points.size();
    if (!different.empty()) {
        if (request.exact) return "exact: " + different;
        if (!uses_graph(request)) return "without a graph: " + different;
        found = 0;
        const Mismatch mismatch = compare_ranks(candidates(world, request), request, *got, &found);
        if (!mismatch.empty()) return mismatch;
        // A point that was missed may have been the only one within the threshold.
        const size_t size = got->points.size();
        const bool is_short =
            request.score_threshold ? size > wanted->points.size() : size != wanted->points.size();
        if (is_short) return base::cat("it gave ", size, " points: ", different);
        recall->inexact += 1;
    }
    if (!counts || !uses_graph(request)) return "";
    recall->searches += 1;
    recall->wanted += wanted->points.size();
    recall->found += found;
    return "";
}

}  // namespace grape::model
