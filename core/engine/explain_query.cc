#include "core/engine/explain_query.h"

#include "core/engine/search_points.h"
#include "core/engine/shard_reader.h"
#include "core/query/executor.h"
#include "core/query/filter_plan.h"

namespace grape::engine {

using base::Result;

namespace {

std::string_view name_of(query::SearchWay way) {
    switch (way) {
        case query::SearchWay::rows:
            return "rows";
        case query::SearchWay::codes:
            return "codes";
        case query::SearchWay::walk:
            return "graph";
        default:
            return "scan";
    }
}

// Which way a search for the nearest points would go.
Result<std::string> search_way(const ShardReader& reader, const ExplainQuery& request,
                               query::RowFilter* filter) {
    GRAPE_ASSIGN(const uint32_t number,
                 reader.collection().require_vector(request.using_vector, "using"));
    const ShardVectors vectors(reader.shard(), number);
    query::Nearest plan;
    plan.limit = request.limit;
    plan.exact = request.exact;
    plan.filter = filter;
    return std::string(name_of(query::way_of(search_space(reader, number, vectors), plan)));
}

}  // namespace

Result<ExplainReply> explain_query(const Services& services, const View& view,
                                   const ExplainQuery& request) {
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    ExplainReply out;
    out.points = reader->rows().live();
    out.surely = out.possibly = out.points;
    GRAPE_ASSIGN(const std::unique_ptr<query::RowFilter> filter, reader->filter(request.filter));
    if (filter != nullptr) {
        out.surely = filter->sure().count();
        out.possibly = filter->count_max();
        using Plans = std::vector<query::ConditionPlan>;
        GRAPE_ASSIGN(const Plans plans, query::plan_conditions(*request.filter, reader->rows()));
        for (const query::ConditionPlan& each : plans) {
            out.conditions.push_back({each.place, each.about, each.index, each.estimate.min,
                                      each.estimate.expected, each.estimate.max, each.surely,
                                      each.possibly});
        }
    }
    GRAPE_ASSIGN(out.search, search_way(*reader, request, filter.get()));
    return out;
}

}  // namespace grape::engine
