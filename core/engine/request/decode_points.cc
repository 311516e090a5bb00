// Operations that bring vectors: upserts, and updates of vectors.
#include <unordered_map>

#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::PointId;
using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

// `vector` of a point: one unnamed vector, or a map of names.
Result<std::vector<NamedVector>> read_point_vectors(const JsonValue& value, const Place& at,
                                                    const Context& context) {
    std::vector<NamedVector> out;
    const bool is_map = value.is(JsonKind::object) && !is_blob(value) && !is_document(value);
    if (!is_map) {
        NamedVector unnamed;
        GRAPE_ASSIGN(unnamed.data, read_vector(value, at, context));
        out.push_back(std::move(unnamed));
        return out;
    }
    for (const auto& [name, item] : value.members()) {
        const Place here(at, name);
        GRAPE_TRY(check_vector_name(name, here.text()));
        NamedVector named;
        named.name = name;
        GRAPE_ASSIGN(named.data, read_vector(item, here, context));
        out.push_back(std::move(named));
    }
    GRAPE_TRY(check_count(out.size(), limits::vectors_per_collection_max, at.text()));
    GRAPE_TRY(finish_vectors(out, at.text()));
    return out;
}

Result<PointInput> read_point(const JsonValue& value, const Place& at, const Context& context,
                              bool with_payload) {
    GRAPE_TRY(with_payload ? check_members(value, at, {"id", "vector", "payload", "if_version"})
                           : check_members(value, at, {"id", "vector", "if_version"}));
    PointInput point;
    GRAPE_ASSIGN(const JsonValue* id, require_member(value, "id", at));
    GRAPE_ASSIGN(point.id, read_id(*id, Place(at, "id")));
    if (const JsonValue* vector = find_member(value, "vector")) {
        GRAPE_ASSIGN(point.vectors, read_point_vectors(*vector, Place(at, "vector"), context));
    }
    GRAPE_ASSIGN(point.payload,
                 decode_point_payload(find_member(value, "payload"), Place(at, "payload")));
    GRAPE_ASSIGN(point.if_version, read_version(value, at));
    return point;
}

Result<std::vector<PointInput>> read_points(const JsonValue& value, const Place& at,
                                            const Context& context, bool with_payload) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    const std::vector<JsonValue>& items = value.items();
    GRAPE_TRY(check_count(items.size(), limits::points_per_request_max, at.text()));
    std::vector<PointInput> points;
    points.reserve(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
        GRAPE_ASSIGN(PointInput point, read_point(items[i], Place(at, i), context, with_payload));
        points.push_back(std::move(point));
    }
    return points;
}

struct HashId {
    size_t operator()(const PointId& id) const { return static_cast<size_t>(id.hash()); }
};

// A point may stand in a request twice (the later one wins), but not when either depends on a
// version: it would be unclear which version is meant.
Status check_conditions(const std::vector<PointInput>& points, const Place& at) {
    bool conditional = false;
    for (const PointInput& point : points) conditional = conditional || point.if_version;
    if (!conditional) return {};
    std::unordered_map<PointId, size_t, HashId> seen;
    for (size_t i = 0; i < points.size(); ++i) {
        const auto [place, is_new] = seen.emplace(points[i].id, i);
        if (is_new) continue;
        if (!points[i].if_version && !points[place->second].if_version) continue;
        return Status::make_invalid(Place(at, i).say("point ", quoted(points[i].id.to_string()),
                                                     " is also number ", place->second,
                                                     ", and if_version needs it only once"));
    }
    return {};
}

}  // namespace

Result<std::string> decode_point_payload(const JsonValue* payload, const Place& at) {
    if (payload == nullptr || payload->is(JsonKind::null)) return std::string();
    return base::encode_payload(*payload, at.text());
}

Result<UpsertPoints> decode_upsert_points(const JsonValue& body, const Place& at,
                                          const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "points", "batch", "update_mode"},
                            {"shard_key", "update_filter"}, Options::write));
    UpsertPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    const JsonValue* points = find_member(body, "points");
    const JsonValue* batch = find_member(body, "batch");
    if ((points == nullptr) == (batch == nullptr)) {
        return Status::make_invalid(at.say("one of points and batch is required"));
    }
    const Place here(at, points != nullptr ? "points" : "batch");
    if (points != nullptr) {
        GRAPE_ASSIGN(out.points, read_points(*points, here, context, true));
    } else {
        GRAPE_ASSIGN(out.points, decode_columns(*batch, here, context));
    }
    GRAPE_TRY(check_conditions(out.points, here));
    if (const JsonValue* mode = find_member(body, "update_mode")) {
        GRAPE_ASSIGN(const size_t index, read_word(*mode, Place(at, "update_mode"),
                                                   {"upsert", "insert_only", "update_only"}));
        out.mode = static_cast<UpdateMode>(index);
    }
    return out;
}

Result<UpdateVectors> decode_update_vectors(const JsonValue& body, const Place& at,
                                            const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "points"}, {"shard_key", "update_filter"},
                            Options::write));
    UpdateVectors out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(const JsonValue* points, require_member(body, "points", at));
    const Place here(at, "points");
    GRAPE_ASSIGN(out.points, read_points(*points, here, context, false));
    GRAPE_TRY(check_conditions(out.points, here));
    return out;
}

}  // namespace grape::engine
