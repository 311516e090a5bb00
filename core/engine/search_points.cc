#include "core/engine/search_points.h"

#include "core/engine/shard_reader.h"
#include "core/engine/vector_input.h"
#include "core/query/executor.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// The stored vector of a point, as floats.
Result<std::vector<float>> vector_of_point(const ShardReader& reader, uint32_t number,
                                           const base::PointId& id, uint32_t row) {
    const storage::VectorRecord& record = reader.collection().vector(number);
    const Place place = reader.shard().rows.place(row, number);
    if (place.none()) {
        return Status::make_not_found("query: point ", id.to_string(), " has no vector '",
                                      record.name, "'");
    }
    GRAPE_ASSIGN(const index::DenseBlock block, reader.shard().vector_at(number, place));
    std::vector<float> values(record.size);
    vector::decode(block.vectors, record.datatype, values);
    return values;
}

// A vector to search for, and the row that it came from if it is a point's.
Result<query::Nearest> make_plan(const ShardReader& reader, uint32_t number,
                                 const QueryPoints& request) {
    const Collection& collection = reader.collection();
    const storage::VectorRecord& record = collection.vector(number);
    query::Nearest plan;
    plan.limit = request.limit;
    plan.offset = request.offset;
    plan.score_threshold = request.score_threshold;
    plan.exact = request.exact;
    plan.effort = request.hnsw_ef.value_or(0);
    plan.vector.resize(record.size * vector::query_element_bytes(record.datatype));
    if (const auto* data = std::get_if<VectorData>(&request.query)) {
        VectorReader values;
        const std::span<const float> query = values.floats(*data);
        GRAPE_TRY(check_vector(collection, number, query, "query"));
        vector::encode_query(query, record.datatype, record.distance, plan.vector.data());
        return plan;
    }
    const auto& id = std::get<base::PointId>(request.query);
    GRAPE_ASSIGN(plan.exclude_row, reader.points().find_row(id));
    if (!plan.exclude_row) {
        return Status::make_not_found("query: there is no point ", id.to_string());
    }
    GRAPE_ASSIGN(const std::vector<float> values,
                 vector_of_point(reader, number, id, *plan.exclude_row));
    vector::encode_query(values, record.datatype, record.distance, plan.vector.data());
    return plan;
}

bool same_runs(const QueryPoints& a, const QueryPoints& b) {
    return a.collection == b.collection && a.using_vector == b.using_vector;
}

Result<QueryReply> make_reply(const ShardReader& reader, const QueryPoints& request,
                              const std::vector<query::Hit>& hits, const query::RowFilter* filter) {
    QueryReply reply;
    if (filter != nullptr) reply.payload_reads = filter->payload_reads();
    for (const query::Hit& hit : hits) {
        GRAPE_ASSIGN(ReplyPoint point,
                     reader.points().read(hit.row, request.with_payload, request.with_vectors));
        reply.points.push_back({std::move(point), hit.score});
    }
    reply.memory = reader.points().memory();
    return reply;
}

// Requests for one collection and vector. `failed` is the request that an error is about.
Status query_group(const Services& services, const View& view,
                   std::span<const QueryPoints> requests, QueryBatchReply& out, size_t* failed) {
    *failed = 0;
    const QueryPoints& first = requests.front();
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, first.collection));
    const Collection& collection = reader->collection();
    GRAPE_ASSIGN(const uint32_t number, collection.require_vector(first.using_vector, "using"));
    std::vector<query::Nearest> plans;
    std::vector<std::unique_ptr<query::RowFilter>> filters;
    for (size_t i = 0; i < requests.size(); ++i) {
        *failed = i;
        GRAPE_TRY(reader->points().check(requests[i].with_vectors));
        GRAPE_ASSIGN(query::Nearest plan, make_plan(*reader, number, requests[i]));
        GRAPE_ASSIGN(std::unique_ptr<query::RowFilter> filter, reader->filter(requests[i].filter));
        plan.filter = filter.get();
        const uint64_t hits =
            std::min<uint64_t>(plan.offset + plan.limit, reader->shard().rows.live());
        GRAPE_TRY(reader->points().take_memory(hits * 4 * sizeof(query::Hit)));
        plans.push_back(std::move(plan));
        filters.push_back(std::move(filter));
    }
    const ShardVectors vectors(reader->shard(), number);
    const query::SearchSpace space = search_space(*reader, number, vectors);
    GRAPE_ASSIGN(const std::vector<std::vector<query::Hit>> hits, query::run_nearest(space, plans));
    for (size_t i = 0; i < requests.size(); ++i) {
        GRAPE_ASSIGN(QueryReply reply, make_reply(*reader, requests[i], hits[i], plans[i].filter));
        out.results.push_back(std::move(reply));
    }
    return {};
}

}  // namespace

query::SearchSpace search_space(const ShardReader& reader, uint32_t number,
                                const ShardVectors& vectors) {
    const VectorRuns& runs = reader.shard().vectors[number];
    query::SearchSpace space{runs.runs, vectors, reader.collection().flat_shape(number),
                             reader.points()};
    if (runs.graph) {
        space.graph = runs.graph->run.get();
        space.hidden_nodes = &runs.graph->hidden;
        space.scratch = runs.graph->scratch.get();
        // Positions of a transaction's own tail may be given again.
        if (reader.rows().published()) space.outside = runs.graph->outside.get();
    }
    return space;
}

Result<QueryReply> query_points(const Services& services, const View& view,
                                const QueryPoints& request) {
    QueryBatchReply out;
    size_t failed = 0;
    GRAPE_TRY(query_group(services, view, std::span(&request, 1), out, &failed));
    return std::move(out.results.front());
}

Result<QueryBatchReply> query_batch(const Services& services, const View& view,
                                    std::span<const QueryPoints> requests) {
    uint64_t wanted = 0;
    for (const QueryPoints& request : requests) wanted += request.offset + request.limit;
    if (wanted > base::limits::batch_result_count_max) {
        return Status::make_limit("searches: offset + limit of all together is ", wanted,
                                  ", the limit is ", base::limits::batch_result_count_max);
    }
    QueryBatchReply out;
    for (size_t first = 0; first < requests.size();) {
        size_t end = first + 1;
        while (end < requests.size() && same_runs(requests[first], requests[end])) ++end;
        size_t failed = 0;
        const Status status =
            query_group(services, view, requests.subspan(first, end - first), out, &failed);
        if (!status.ok()) return status.with_context(base::cat("searches[", first + failed, "]"));
        first = end;
    }
    return out;
}

}  // namespace grape::engine
