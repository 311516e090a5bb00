// The column form of an upsert: {"ids": [...], "vectors": [...], "payloads": [...]}.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::PointId;
using base::Result;
using base::Status;

namespace {

Status check_length(uint64_t length, size_t points, std::string_view what, const Place& at) {
    if (length == points) return {};
    return Status::make_invalid(at.say(length, " ", what, " for ", points, " ids"));
}

void add_vector(PointInput& point, std::string_view name, VectorData&& data) {
    NamedVector& vector = point.vectors.emplace_back();
    vector.name = name;
    vector.data = std::move(data);
}

Status read_blob_column(const JsonValue& value, std::string_view name, const Place& at,
                        const Context& context, std::vector<PointInput>& points) {
    GRAPE_ASSIGN(const BlobPlace place, read_blob(value, at));
    if (place.row) return Status::make_invalid(Place(at, "row").say("a column has no row"));
    const std::string field = at.text();
    GRAPE_ASSIGN(const uint64_t rows, rows_of_blob(context.blobs, place.blob, field));
    GRAPE_TRY(check_length(rows, points.size(), "rows", at));
    for (size_t i = 0; i < points.size(); ++i) {
        GRAPE_ASSIGN(VectorData data, vector_of_blob(context.blobs, place.blob, i, field));
        add_vector(points[i], name, std::move(data));
    }
    return {};
}

Status read_column(const JsonValue& value, std::string_view name, const Place& at,
                   const Context& context, std::vector<PointInput>& points) {
    GRAPE_TRY(check_vector_name(name, at.text()));
    if (is_blob(value)) return read_blob_column(value, name, at, context, points);
    if (!value.is(JsonKind::array)) return wrong_kind(value, "an array of vectors or a blob", at);
    GRAPE_TRY(check_length(value.items().size(), points.size(), "vectors", at));
    for (size_t i = 0; i < points.size(); ++i) {
        GRAPE_ASSIGN(VectorData data, read_vector(value.items()[i], Place(at, i), context));
        add_vector(points[i], name, std::move(data));
    }
    return {};
}

// One unnamed column, or a map of names.
Status read_vector_columns(const JsonValue& value, const Place& at, const Context& context,
                           std::vector<PointInput>& points) {
    if (!value.is(JsonKind::object) || is_blob(value)) {
        return read_column(value, "", at, context, points);
    }
    GRAPE_TRY(
        check_count(value.members().size(), base::limits::vectors_per_collection_max, at.text()));
    for (const auto& [name, column] : value.members()) {
        GRAPE_TRY(read_column(column, name, Place(at, name), context, points));
    }
    if (value.members().size() < 2) return {};
    for (PointInput& point : points) GRAPE_TRY(finish_vectors(point.vectors, at.text()));
    return {};
}

Status read_payloads(const JsonValue& value, const Place& at, std::vector<PointInput>& points) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    GRAPE_TRY(check_length(value.items().size(), points.size(), "payloads", at));
    for (size_t i = 0; i < points.size(); ++i) {
        GRAPE_ASSIGN(points[i].payload, decode_point_payload(&value.items()[i], Place(at, i)));
    }
    return {};
}

Status read_versions(const JsonValue& value, const Place& at, std::vector<PointInput>& points) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    GRAPE_TRY(check_length(value.items().size(), points.size(), "versions", at));
    for (size_t i = 0; i < points.size(); ++i) {
        const JsonValue& version = value.items()[i];
        if (version.is(JsonKind::null)) continue;
        GRAPE_ASSIGN(points[i].if_version, read_integer(version, Place(at, i)));
    }
    return {};
}

}  // namespace

Result<std::vector<PointInput>> decode_columns(const JsonValue& batch, const Place& at,
                                               const Context& context) {
    GRAPE_TRY(check_members(batch, at, {"ids", "vectors", "payloads", "if_versions"}));
    GRAPE_ASSIGN(const JsonValue* id_column, require_member(batch, "ids", at));
    GRAPE_ASSIGN(std::vector<PointId> ids, read_ids(*id_column, Place(at, "ids"), context));
    std::vector<PointInput> points(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) points[i].id = std::move(ids[i]);
    if (const JsonValue* vectors = find_member(batch, "vectors")) {
        GRAPE_TRY(read_vector_columns(*vectors, Place(at, "vectors"), context, points));
    }
    if (const JsonValue* payloads = find_member(batch, "payloads")) {
        GRAPE_TRY(read_payloads(*payloads, Place(at, "payloads"), points));
    }
    if (const JsonValue* versions = find_member(batch, "if_versions")) {
        GRAPE_TRY(read_versions(*versions, Place(at, "if_versions"), points));
    }
    return points;
}

}  // namespace grape::engine
