// What reads must answer: every point is looked at, scored and sorted. Threads: pure functions.
#include <algorithm>

#include "core/index/flat_search.h"
#include "core/vector/convert.h"
#include "core/vector/distance.h"
#include "tests/integration/model/world.h"

namespace grape::model {

using base::PointId;
using base::Result;
using base::Status;

namespace {

Status check(const ModelCollection& collection, const engine::WithVectors& with_vectors) {
    for (const std::string& name : with_vectors.names) {
        if (collection.vector(name) == nullptr) return Status::make_invalid("no such vector");
    }
    return {};
}

std::string chosen(const base::JsonValue& payload, const engine::WithPayload& with) {
    std::string encoded = base::encode_payload_value(payload);
    if (with.kind == engine::WithPayload::Kind::all) return encoded;
    const bool include = with.kind == engine::WithPayload::Kind::include;
    const std::vector<base::JsonPath> none;
    return base::encode_payload_value(base::select_payload(
        base::PayloadView(encoded), include ? with.paths : none, include ? none : with.paths));
}

engine::ReplyPoint reply_point(const ModelCollection& collection, const PointId& id,
                               const engine::WithPayload& with_payload,
                               const engine::WithVectors& with_vectors) {
    const ModelPoint& point = *collection.points.at(id);
    engine::ReplyPoint out;
    out.id = id;
    out.version = point.version;
    if (with_payload.kind != engine::WithPayload::Kind::none) {
        out.payload = chosen(point.payload, with_payload);
    }
    if (with_vectors.kind == engine::WithVectors::Kind::none) return out;
    out.vectors.emplace();
    for (const engine::VectorParams& vector : collection.config.vectors) {
        const bool wanted =
            with_vectors.kind == engine::WithVectors::Kind::all ||
            std::count(with_vectors.names.begin(), with_vectors.names.end(), vector.name) != 0;
        const auto stored = point.vectors.find(vector.name);
        if (!wanted || stored == point.vectors.end()) continue;
        engine::ReplyVector& reply = out.vectors->emplace_back();
        reply.name = vector.name;
        reply.datatype = vector.datatype;
        reply.values.resize(vector.size);
        vector::decode(stored->second.data(), vector.datatype, reply.values);
    }
    return out;
}

}  // namespace

Result<engine::ReplyBody> read(const ModelCollection& collection,
                               const engine::GetPoints& request) {
    GRAPE_TRY(check(collection, request.with_vectors));
    engine::PointsReply out;
    for (const PointId& id : request.ids) {
        if (!collection.points.contains(id)) continue;
        out.points.push_back(
            reply_point(collection, id, request.with_payload, request.with_vectors));
    }
    return engine::ReplyBody(std::move(out));
}

Result<engine::ReplyBody> read(const ModelCollection& collection,
                               const engine::ScrollPoints& request) {
    GRAPE_TRY(check(collection, request.with_vectors));
    engine::ScrollReply out;
    if (request.order_by) {
        GRAPE_ASSIGN(const Ordered entries, ordered(collection, request));
        for (const auto& [value, id] : entries) {
            out.points.push_back(
                reply_point(collection, id, request.with_payload, request.with_vectors));
            out.points.back().order_value = value;
        }
        return engine::ReplyBody(std::move(out));
    }
    for (const auto& [id, point] : collection.points) {
        if (request.offset && id < *request.offset) continue;
        if (!matches(id, *point, request.filter)) continue;
        if (out.points.size() == request.limit) {
            out.next_page_offset = id;
            break;
        }
        out.points.push_back(
            reply_point(collection, id, request.with_payload, request.with_vectors));
    }
    return engine::ReplyBody(std::move(out));
}

std::vector<Scored> ranking(const ModelCollection& collection, const engine::VectorParams& vector,
                            const std::vector<float>& query) {
    std::vector<uint8_t> encoded(vector.size * vector::query_element_bytes(vector.datatype));
    vector::encode_query(query, vector.datatype, vector.distance, encoded.data());
    const vector::ScoreBlock score =
        vector::score_block_for(vector::Target::scalar, vector.datatype, vector.distance);
    std::vector<std::pair<float, PointId>> keys;
    for (const auto& [id, point] : collection.points) {
        const auto stored = point->vectors.find(vector.name);
        if (stored == point->vectors.end()) continue;
        float value = 0;
        score(encoded.data(), stored->second.data(), stored->second.size(), 1, vector.size, &value);
        keys.emplace_back(index::key_of_score(value, vector.distance), id);
    }
    std::sort(keys.begin(), keys.end());
    std::vector<Scored> out;
    for (const auto& [key, id] : keys) {
        out.push_back({id, index::score_of_key(key, vector.distance)});
    }
    return out;
}

Result<engine::QueryReply> query(const ModelCollection& collection,
                                 const engine::QueryPoints& request) {
    const engine::VectorParams* vector = collection.vector(request.using_vector);
    if (vector == nullptr) return Status::make_invalid("no such vector");
    GRAPE_TRY(check(collection, request.with_vectors));
    std::vector<float> values;
    const auto* id = std::get_if<PointId>(&request.query);
    if (id != nullptr) {
        const auto point = collection.points.find(*id);
        if (point == collection.points.end() || !point->second->vectors.contains(vector->name)) {
            return Status::make_not_found("no such point, or it lacks the vector");
        }
        values.resize(vector->size);
        vector::decode(point->second->vectors.at(vector->name).data(), vector->datatype, values);
    } else {
        const auto& data = std::get<engine::VectorData>(request.query);
        size_t position = 0;
        if (data.dim != vector->size ||
            vector::check(floats_of(data), vector->datatype, vector->distance, &position) !=
                vector::Check::ok) {
            return Status::make_invalid("not a vector for this collection");
        }
        values = floats_of(data);
    }
    const bool higher = vector::higher_is_better(vector->distance);
    engine::QueryReply out;
    uint64_t skipped = 0;
    for (const Scored& each : ranking(collection, *vector, values)) {
        if (id != nullptr && each.id == *id) continue;
        if (!matches(each.id, *collection.points.at(each.id), request.filter)) continue;
        if (request.score_threshold && !(higher ? each.score > *request.score_threshold
                                                : each.score < *request.score_threshold)) {
            continue;
        }
        if (skipped < request.offset) {
            ++skipped;
            continue;
        }
        if (out.points.size() == request.limit) break;
        out.points.push_back(
            {reply_point(collection, each.id, request.with_payload, request.with_vectors),
             each.score});
    }
    return out;
}

}  // namespace grape::model
