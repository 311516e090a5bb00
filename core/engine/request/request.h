// The requests of Grape as plain structs: what JSON (request_json) and FlatBuffers (capi) decode
// into, and the only thing that Database::execute() reads.
//
// Every struct is what the user said, after the checks that need no database: names are legal, ids
// are ids, numbers are within limits. Whether a collection exists or a vector fits is the engine's
// business. Vectors may point into the caller's blobs; a Request must not outlive them.
// Field names follow Qdrant's REST bodies where Qdrant has the field.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/json.h"
#include "core/base/payload.h"
#include "core/base/point_id.h"
#include "core/engine/request/request_fields.h"
#include "core/engine/request/request_options.h"
#include "core/vector/datatype.h"
#include "storage/blob.h"

namespace grape::engine {

// --- blobs beside a message ---

enum class BlobType : uint32_t { f32 = 1, f16 = 2, u8 = 3, u64 = 4 };  // as grape_blob.type

// `rows` rows of `dim` elements, `stride_bytes` apart (checked by the decoder to fit).
struct RequestBlob {
    const void* data = nullptr;
    BlobType type = BlobType::f32;
    uint64_t rows = 0;
    uint32_t dim = 0;
    uint64_t stride_bytes = 0;
};

// --- collections ---

struct VectorParams {
    std::string name;  // "" is Qdrant's unnamed vector
    uint32_t size = 0;
    vector::Distance distance = vector::Distance::cosine;
    vector::Datatype datatype = vector::Datatype::f32;
    storage::Placement memory = storage::Placement::cached;
};

struct CollectionConfig {
    std::vector<VectorParams> vectors;  // sorted by name
    base::JsonValue metadata = base::JsonValue::make_object();
};

struct CreateCollection {
    std::string collection;
    CollectionConfig config;
};
// PATCH: what is given changes, the rest stays.
struct UpdateCollection {
    std::string collection;
    struct VectorDiff {
        std::string name;
        std::optional<storage::Placement> memory;
    };
    std::vector<VectorDiff> vectors;
    std::optional<base::JsonValue> metadata;  // merged at the top level; null removes a key
};
struct DeleteCollection {
    std::string collection;
};
struct GetCollection {
    std::string collection;
};
struct GetCollections {};
struct CollectionExists {
    std::string collection;
};
// One atomic list.
struct UpdateAliases {
    struct Create {
        std::string collection, alias;
    };
    struct Delete {
        std::string alias;
    };
    struct Rename {
        std::string old_alias, new_alias;
    };
    std::vector<std::variant<Create, Delete, Rename>> actions;
};
// All aliases, or those of one collection.
struct GetAliases {
    std::optional<std::string> collection;
};

// --- writes of points ---

// A vector that the user gave: in a blob, or inline (owned).
struct VectorData {
    const void* data = nullptr;
    vector::Datatype type = vector::Datatype::f32;
    uint32_t dim = 0;
    std::shared_ptr<const std::vector<float>> owned;
};
struct NamedVector {
    std::string name;
    VectorData data;
};
struct PointInput {
    base::PointId id;
    std::vector<NamedVector> vectors;
    std::string payload;  // binary form; "" means the empty object
    // Write only if the point's version is this; 0: only if there is no such point.
    std::optional<uint64_t> if_version;
};

enum class UpdateMode : uint8_t { upsert = 0, insert_only = 1, update_only = 2 };

struct UpsertPoints {
    std::string collection;
    std::vector<PointInput> points;
    UpdateMode mode = UpdateMode::upsert;
};
// The points that an operation is for: ids, and what version each must have; or all that match a
// filter.
struct PointSelection {
    std::vector<base::PointId> ids;
    FilterPtr filter = nullptr;  // if set, there are no ids and no if_version
    std::optional<uint64_t> if_version;
};
struct DeletePoints {
    std::string collection;
    PointSelection selection;
};
// Replaces the vectors that are given and leaves the others.
struct UpdateVectors {
    std::string collection;
    std::vector<PointInput> points;  // payload is empty
};
struct DeleteVectors {
    std::string collection;
    PointSelection selection;
    std::vector<std::string> names;
};
struct SetPayload {
    std::string collection;
    PointSelection selection;
    base::JsonValue payload;            // an object
    std::optional<base::JsonPath> key;  // set under this path
};
struct OverwritePayload {
    std::string collection;
    PointSelection selection;
    base::JsonValue payload;
};
struct DeletePayload {
    std::string collection;
    PointSelection selection;
    std::vector<base::JsonPath> keys;
};
struct ClearPayload {
    std::string collection;
    PointSelection selection;
};

using PointOperation = std::variant<UpsertPoints, DeletePoints, UpdateVectors, DeleteVectors,
                                    SetPayload, OverwritePayload, DeletePayload, ClearPayload>;
// Applied in order, atomically; each operation carries the collection that it is for.
struct BatchUpdate {
    std::vector<PointOperation> operations;
};

// --- reads ---

struct GetPoints {
    std::string collection;
    std::vector<base::PointId> ids;
    WithPayload with_payload{WithPayload::Kind::all, {}};
    WithVectors with_vectors;
};
struct ScrollPoints {
    std::string collection;
    std::optional<base::PointId> offset;  // the first id of the page; not with order_by
    uint64_t limit = 10;
    WithPayload with_payload{WithPayload::Kind::all, {}};
    WithVectors with_vectors;
    FilterPtr filter = nullptr;
    std::optional<OrderBy> order_by;
};
struct CountPoints {
    std::string collection;
    FilterPtr filter = nullptr;
};
// Nearest to a vector, or to the vector of a point (which is then left out of the answer).
struct QueryPoints {
    std::string collection;
    std::variant<VectorData, base::PointId> query;
    std::string using_vector;
    uint64_t limit = 10;
    uint64_t offset = 0;
    std::optional<float> score_threshold;  // strict, as Qdrant's plain search
    WithPayload with_payload;
    WithVectors with_vectors;
    FilterPtr filter = nullptr;
    bool exact = false;                              // look at every vector
    bool indexed_only = false;                       // accepted; all vectors are always searched
    std::optional<uint32_t> hnsw_ef = std::nullopt;  // effort of a walk; else the engine's choice
};
struct QueryBatch {
    std::vector<QueryPoints> searches;
};

// --- the database itself ---
struct DatabaseInfo {};
struct Flush {};            // what is committed goes into files; small shards stay in the store
struct Optimize {};         // flush, then merge until nothing is left to merge; waits for the end
struct PauseBackground {};  // returns when no background work runs; holds until resumed or closed
struct ResumeBackground {};
struct Verify {};  // walks every checksum and cross-checks files, keys and rows

using RequestBody =
    std::variant<CreateCollection, UpdateCollection, DeleteCollection, GetCollection,
                 GetCollections, CollectionExists, UpdateAliases, GetAliases, UpsertPoints,
                 DeletePoints, UpdateVectors, DeleteVectors, SetPayload, OverwritePayload,
                 DeletePayload, ClearPayload, BatchUpdate, GetPoints, ScrollPoints, CountPoints,
                 QueryPoints, QueryBatch, FacetPoints, ExplainQuery, CreateFieldIndex,
                 DeleteFieldIndex, DatabaseInfo, Flush, Optimize, PauseBackground, ResumeBackground,
                 Verify, BeginTransaction, CommitTransaction, RollbackTransaction, SetSavepoint,
                 RollbackToSavepoint>;

struct Request {
    RequestBody body;
    WriteOptions write;
    uint64_t transaction = 0;  // the transaction that it is a part of; 0: none
};

}  // namespace grape::engine
