#include "core/engine/read_points.h"

#include "core/engine/point_reader.h"
#include "core/engine/vector_input.h"
#include "core/query/executor.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// A shard that is held while it is read.
struct Held {
    const Collection* collection = nullptr;
    std::shared_ptr<const ShardView> shard;
};

Result<Held> hold(const View& view, const std::string& name) {
    GRAPE_ASSIGN(const CollectionView* found, view.find(name));
    GRAPE_ASSIGN(std::shared_ptr<const ShardView> shard, found->shard->get());
    return Held{found->collection.get(), std::move(shard)};
}

// A vector to search for, and the row that it came from if it is a point's.
Result<query::Nearest> make_plan(const PointReader& reader, uint32_t number,
                                 const QueryPoints& request) {
    const Collection& collection = reader.collection();
    const storage::VectorRecord& record = collection.vector(number);
    query::Nearest plan;
    plan.limit = request.limit;
    plan.offset = request.offset;
    plan.score_threshold = request.score_threshold;
    plan.vector.resize(record.size * vector::query_element_bytes(record.datatype));
    if (const auto* data = std::get_if<VectorData>(&request.query)) {
        VectorReader values;
        const std::span<const float> query = values.floats(*data);
        GRAPE_TRY(check_vector(collection, number, query, "query"));
        vector::encode_query(query, record.datatype, record.distance, plan.vector.data());
        return plan;
    }
    const auto& id = std::get<base::PointId>(request.query);
    GRAPE_ASSIGN(plan.exclude_row, reader.find_row(id));
    if (!plan.exclude_row) {
        return Status::make_not_found("query: there is no point ", id.to_string());
    }
    const Place place = reader.shard().rows.place(*plan.exclude_row, number);
    if (place.none()) {
        return Status::make_not_found("query: point ", id.to_string(), " has no vector '",
                                      record.name, "'");
    }
    GRAPE_ASSIGN(const index::DenseBlock block, reader.shard().vector_at(number, place));
    std::vector<float> values(record.size);
    vector::decode(block.vectors, record.datatype, values);
    vector::encode_query(values, record.datatype, record.distance, plan.vector.data());
    return plan;
}

bool same_runs(const QueryPoints& a, const QueryPoints& b) {
    return a.collection == b.collection && a.using_vector == b.using_vector;
}

// Requests for one collection and vector. `failed` is the request that an error is about.
Status query_group(const Services& services, const View& view,
                   std::span<const QueryPoints> requests, QueryBatchReply& out, size_t* failed) {
    *failed = 0;
    const QueryPoints& first = requests.front();
    GRAPE_ASSIGN(const Held held, hold(view, first.collection));
    const PointReader reader(services, *held.collection, *held.shard);
    GRAPE_ASSIGN(const uint32_t number,
                 held.collection->require_vector(first.using_vector, "using"));
    std::vector<query::Nearest> plans;
    for (size_t i = 0; i < requests.size(); ++i) {
        *failed = i;
        GRAPE_TRY(reader.check(requests[i].with_vectors));
        GRAPE_ASSIGN(query::Nearest plan, make_plan(reader, number, requests[i]));
        plans.push_back(std::move(plan));
    }
    GRAPE_ASSIGN(const std::vector<std::vector<query::Hit>> hits,
                 query::run_nearest(held.shard->vectors[number].runs,
                                    held.collection->flat_shape(number), plans, reader));
    for (size_t i = 0; i < requests.size(); ++i) {
        QueryReply& reply = out.results.emplace_back();
        for (const query::Hit& hit : hits[i]) {
            GRAPE_ASSIGN(ReplyPoint point,
                         reader.read(hit.row, requests[i].with_payload, requests[i].with_vectors));
            reply.points.push_back({std::move(point), hit.score});
        }
    }
    return {};
}

}  // namespace

Result<PointsReply> get_points(const Services& services, const View& view,
                               const GetPoints& request) {
    GRAPE_ASSIGN(const Held held, hold(view, request.collection));
    const PointReader reader(services, *held.collection, *held.shard);
    GRAPE_TRY(reader.check(request.with_vectors));
    PointsReply out;
    for (const base::PointId& id : request.ids) {
        GRAPE_ASSIGN(const std::optional<uint32_t> row, reader.find_row(id));
        if (!row) continue;
        GRAPE_ASSIGN(ReplyPoint point,
                     reader.read(*row, request.with_payload, request.with_vectors));
        out.points.push_back(std::move(point));
    }
    return out;
}

Result<ScrollReply> scroll_points(const Services& services, const View& view,
                                  const ScrollPoints& request) {
    GRAPE_ASSIGN(const Held held, hold(view, request.collection));
    const PointReader reader(services, *held.collection, *held.shard);
    GRAPE_TRY(reader.check(request.with_vectors));
    const storage::ShardKey shard = held.collection->shard();
    // Made after the view was taken: it sees all of the view's ids and maybe newer ones.
    const auto iterator = services.store->iterate(storage::shard_prefix(storage::Tree::ids, shard));
    if (request.offset) iterator->seek(storage::id_key(shard, *request.offset));
    ScrollReply out;
    for (; iterator->valid(); iterator->next()) {
        GRAPE_ASSIGN(const base::PointId id,
                     base::PointId::from_key(storage::id_of_key(iterator->key())));
        GRAPE_ASSIGN(const std::vector<storage::IdEntry> entries,
                     storage::decode_id_entries(iterator->value()));
        for (const storage::IdEntry& entry : entries) {
            const RowTable& rows = held.shard->rows;
            if (!rows.alive(entry.row) || rows.id(entry.row) != id) continue;
            if (out.points.size() == request.limit) {
                out.next_page_offset = id;
                return out;
            }
            GRAPE_ASSIGN(ReplyPoint point,
                         reader.read(entry.row, request.with_payload, request.with_vectors));
            out.points.push_back(std::move(point));
            break;
        }
    }
    GRAPE_TRY(iterator->status());
    return out;
}

Result<CountReply> count_points(const View& view, const CountPoints& request) {
    GRAPE_ASSIGN(const Held held, hold(view, request.collection));
    return CountReply{held.shard->rows.live()};
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
