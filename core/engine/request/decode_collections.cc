// Creating, changing and asking about collections.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;
using storage::Placement;

namespace {

Result<vector::Distance> read_distance(const JsonValue& params, const Place& at) {
    GRAPE_ASSIGN(const JsonValue* value, require_member(params, "distance", at));
    GRAPE_ASSIGN(const size_t index, read_word(*value, Place(at, "distance"),
                                               {"Cosine", "Dot", "Euclid", "Manhattan"}));
    constexpr vector::Distance distances[] = {vector::Distance::cosine, vector::Distance::dot,
                                              vector::Distance::euclid,
                                              vector::Distance::manhattan};
    return distances[index];
}

Result<vector::Datatype> read_datatype(const JsonValue& params, const Place& at) {
    const JsonValue* value = find_member(params, "datatype");
    if (value == nullptr) return vector::Datatype::f32;
    const Place here(at, "datatype");
    GRAPE_ASSIGN(const size_t index,
                 read_word(*value, here, {"float32", "float16", "uint8", "turbo4"}));
    if (index == 3) return unsupported(here, "turbo4");
    constexpr vector::Datatype types[] = {vector::Datatype::f32, vector::Datatype::f16,
                                          vector::Datatype::u8};
    return types[index];
}

// `memory`, or the older `on_disk`, where true means cold.
Result<std::optional<Placement>> read_placement(const JsonValue& params, const Place& at) {
    GRAPE_ASSIGN(const bool on_disk, read_bool_or(params, "on_disk", at, false));
    const JsonValue* value = find_member(params, "memory");
    if (value != nullptr) {
        GRAPE_ASSIGN(const size_t index,
                     read_word(*value, Place(at, "memory"), {"cached", "pinned", "cold"}));
        constexpr Placement placements[] = {Placement::cached, Placement::pinned, Placement::cold};
        return std::optional<Placement>(placements[index]);
    }
    if (find_member(params, "on_disk") == nullptr) return std::optional<Placement>();
    return std::optional<Placement>(on_disk ? Placement::cold : Placement::cached);
}

Result<VectorParams> read_vector_params(std::string_view name, const JsonValue& value,
                                        const Place& at) {
    GRAPE_TRY(check_vector_name(name, at.text()));
    GRAPE_TRY(check_members(value, at, {"size", "distance", "datatype", "memory", "on_disk"},
                            {"hnsw_config", "quantization_config", "multivector_config"}));
    VectorParams params;
    params.name = name;
    const Place size_at(at, "size");
    GRAPE_ASSIGN(const JsonValue* size, require_member(value, "size", at));
    GRAPE_ASSIGN(const uint64_t dim, read_integer(*size, size_at));
    GRAPE_TRY(check_dim(dim, size_at.text()));
    params.size = static_cast<uint32_t>(dim);
    GRAPE_ASSIGN(params.distance, read_distance(value, at));
    GRAPE_ASSIGN(params.datatype, read_datatype(value, at));
    GRAPE_ASSIGN(const std::optional<Placement> memory, read_placement(value, at));
    params.memory = memory.value_or(Placement::cached);
    return params;
}

// One unnamed vector, or a map of names; {"size": 4, ...} is the former.
bool is_single(const JsonValue& vectors) {
    const JsonValue* size = vectors.find("size");
    const JsonValue* distance = vectors.find("distance");
    return (size != nullptr && !size->is(JsonKind::object)) ||
           (distance != nullptr && !distance->is(JsonKind::object));
}

Result<std::vector<VectorParams>> read_vectors(const JsonValue& body, const Place& at) {
    std::vector<VectorParams> out;
    const JsonValue* vectors = find_member(body, "vectors");
    if (vectors == nullptr) return out;
    const Place here(at, "vectors");
    GRAPE_TRY(expect_kind(*vectors, JsonKind::object, here));
    if (is_single(*vectors)) {
        GRAPE_ASSIGN(VectorParams params, read_vector_params("", *vectors, here));
        out.push_back(std::move(params));
        return out;
    }
    GRAPE_TRY(check_count(vectors->members().size(), base::limits::vectors_per_collection_max,
                          here.text()));
    for (const auto& [name, value] : vectors->members()) {
        GRAPE_ASSIGN(VectorParams params, read_vector_params(name, value, Place(here, name)));
        out.push_back(std::move(params));
    }
    return out;
}

Result<std::optional<JsonValue>> read_metadata(const JsonValue& body, const Place& at) {
    const JsonValue* metadata = find_member(body, "metadata");
    if (metadata == nullptr) return std::optional<JsonValue>();
    // The same limits as for a payload.
    GRAPE_TRY(base::encode_payload(*metadata, Place(at, "metadata").text()).status());
    return std::optional<JsonValue>(*metadata);
}

// Settings of Qdrant that have one possible value here.
Status check_fixed_settings(const JsonValue& body, const Place& at) {
    for (const std::string_view name :
         {"shard_number", "replication_factor", "write_consistency_factor"}) {
        const Place here(at, name);
        GRAPE_ASSIGN(const uint64_t value, read_integer_or(body, name, at, 1, 1));
        if (value != 1) return unsupported(here, base::cat("any other number than 1"));
    }
    GRAPE_ASSIGN(const bool on_disk, read_bool_or(body, "on_disk_payload", at, true));
    if (!on_disk) return unsupported(Place(at, "on_disk_payload"), "payloads in memory");
    if (const JsonValue* method = find_member(body, "sharding_method")) {
        const Place here(at, "sharding_method");
        GRAPE_ASSIGN(const size_t index, read_word(*method, here, {"auto", "custom"}));
        if (index == 1) return unsupported(here, "custom");
    }
    return {};
}

Result<UpdateCollection::VectorDiff> read_vector_diff(std::string_view name, const JsonValue& value,
                                                      const Place& at) {
    GRAPE_TRY(check_vector_name(name, at.text()));
    GRAPE_TRY(
        check_members(value, at, {"memory", "on_disk"}, {"hnsw_config", "quantization_config"}));
    UpdateCollection::VectorDiff diff;
    diff.name = name;
    GRAPE_ASSIGN(diff.memory, read_placement(value, at));
    return diff;
}

}  // namespace

Result<CreateCollection> decode_create_collection(const JsonValue& body, const Place& at,
                                                  const Context& context) {
    GRAPE_TRY(check_members(
        body, at,
        {"collection_name", "vectors", "metadata", "shard_number", "replication_factor",
         "write_consistency_factor", "on_disk_payload", "sharding_method"},
        {"sparse_vectors", "hnsw_config", "optimizers_config", "wal_config", "quantization_config",
         "strict_mode_config", "payload"},
        Options::catalogue));
    CreateCollection out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.config.vectors, read_vectors(body, at));
    GRAPE_TRY(finish_config(out.config));
    GRAPE_ASSIGN(std::optional<JsonValue> metadata, read_metadata(body, at));
    if (metadata) out.config.metadata = std::move(*metadata);
    GRAPE_TRY(check_fixed_settings(body, at));
    return out;
}

Result<UpdateCollection> decode_update_collection(const JsonValue& body, const Place& at,
                                                  const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "vectors", "metadata"},
                            {"optimizers_config", "params", "hnsw_config", "quantization_config",
                             "sparse_vectors", "strict_mode_config"},
                            Options::catalogue));
    UpdateCollection out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.metadata, read_metadata(body, at));
    const JsonValue* vectors = find_member(body, "vectors");
    if (vectors == nullptr) return out;
    const Place here(at, "vectors");
    GRAPE_TRY(expect_kind(*vectors, JsonKind::object, here));
    for (const auto& [name, value] : vectors->members()) {
        GRAPE_ASSIGN(auto diff, read_vector_diff(name, value, Place(here, name)));
        out.vectors.push_back(std::move(diff));
    }
    return out;
}

Result<DeleteCollection> decode_delete_collection(const JsonValue& body, const Place& at,
                                                  const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name"}, {}, Options::catalogue));
    DeleteCollection out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    return out;
}

Result<GetCollection> decode_get_collection(const JsonValue& body, const Place& at,
                                            const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name"}));
    GetCollection out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    return out;
}

Result<GetCollections> decode_get_collections(const JsonValue& body, const Place& at,
                                              const Context&) {
    GRAPE_TRY(check_members(body, at, {}));
    return GetCollections{};
}

Result<CollectionExists> decode_collection_exists(const JsonValue& body, const Place& at,
                                                  const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name"}));
    CollectionExists out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    return out;
}

}  // namespace grape::engine
