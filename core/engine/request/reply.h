// The replies of Grape as plain structs: what Database::execute() gives, and what reply_json and
// capi turn into JSON (in the spelling of Qdrant's REST bodies) and FlatBuffers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/memory_budget.h"
#include "core/base/payload.h"
#include "core/base/point_id.h"
#include "core/engine/request/request.h"

namespace grape::engine {

// What a write did. `commit` is the number of the commit (Qdrant's operation_id); with a repeated
// idempotency key that of the first one.
struct WriteReply {
    uint64_t commit = 0;
    Durability durability = Durability::full;
    bool repeated = false;
    bool existed = true;  // delete_collection: whether there was one
    // Set for operations on collections and aliases, which Qdrant answers with true or false:
    // the JSON result is `existed` then, and the rest stands beside it.
    bool boolean_result = false;
    // A write inside of a transaction: it waits for the transaction's commit and has no number.
    bool pending = false;
};

// Of begin, savepoints and rollback.
struct TransactionReply {
    uint64_t transaction = 0;  // its id
    uint64_t view = 0;         // the commit as of which it reads
    uint64_t operations = 0;   // how many it has buffered
};

struct ReplyVector {
    std::string name;
    vector::Datatype datatype = vector::Datatype::f32;
    std::vector<float> values;
};
struct ReplyPoint {
    base::PointId id;
    uint64_t version = 0;
    std::optional<std::string> payload;  // binary form
    std::optional<std::vector<ReplyVector>> vectors;
    std::optional<OrderValue> order_value = std::nullopt;  // of a scroll in the order of a field
};
struct ScoredPoint {
    ReplyPoint point;
    float score = 0;
};

// Held while the points of a reply are in memory; null without a budget.
using ReplyMemory = std::shared_ptr<base::MemoryHold>;

struct PointsReply {
    std::vector<ReplyPoint> points;
    ReplyMemory memory = nullptr;
};
// `payload_reads`, of requests with a filter or an order: how many payloads had to be read for it,
// because no index knew the answer. Those that are in the answer do not count.
struct ScrollReply {
    std::vector<ReplyPoint> points;
    std::optional<base::PointId> next_page_offset;
    std::optional<uint64_t> payload_reads = std::nullopt;
    ReplyMemory memory = nullptr;
};
struct CountReply {
    uint64_t count = 0;
    std::optional<uint64_t> payload_reads = std::nullopt;
};
struct FacetHit {
    query::MatchScalar value;
    uint64_t count = 0;
};
struct FacetReply {
    std::vector<FacetHit> hits;  // most points first, then by value
    std::optional<uint64_t> payload_reads = std::nullopt;
};
struct QueryReply {
    std::vector<ScoredPoint> points;
    std::optional<uint64_t> payload_reads = std::nullopt;
    ReplyMemory memory = nullptr;
};
struct QueryBatchReply {
    std::vector<QueryReply> results;
};

// The plan of a query. Rows between `surely` and `possibly` have their payload read.
struct ExplainReply {
    uint64_t points = 0, surely = 0, possibly = 0;
    // How a search begins: "rows" (those of the filter, one by one), "codes" (the same by what the
    // graph keeps of them), "graph" or "scan".
    std::string search;
    struct Condition {
        std::string place, about;
        std::optional<index::FieldKind> index;  // that answers it
        uint64_t min = 0, expected = 0, max = 0;
        uint64_t surely = 0, possibly = 0;
    };
    std::vector<Condition> conditions;
};

struct CollectionInfo {
    std::string status = "green";  // green, yellow (background work is due), red (damaged)
    uint64_t points_count = 0;
    uint64_t segments_count = 0;   // runs
    uint64_t tail_points = 0;      // vectors that are not in a file yet
    uint64_t indexed_vectors = 0;  // that are in graphs; the others are scanned
    uint64_t file_bytes = 0;
    uint64_t heap_bytes = 0;
    uint64_t last_commit = 0;
    CollectionConfig config;
    struct FieldInfo {
        std::string path;
        FieldSchema schema;
        uint64_t points = 0;  // that have a value there which the index knows
        bool automatic = false;
    };
    std::vector<FieldInfo> fields;  // sorted by path
};
struct CollectionNames {
    std::vector<std::string> names;  // sorted
};
struct ExistsReply {
    bool exists = false;
};
struct AliasesReply {
    std::vector<std::pair<std::string, std::string>> aliases;  // alias, collection; sorted
};

// Numbers of background work only grow while a database is open.
struct DatabaseInfoReply {
    std::string version;
    std::string cpu_target;
    uint64_t last_commit = 0;
    uint64_t collections = 0;
    uint64_t points = 0;
    bool background_paused = false;
    uint64_t flushes_started = 0, flushes_done = 0;
    uint64_t merges_started = 0, merges_done = 0;
    uint64_t vectors_flushed = 0, vectors_merged = 0;
    uint64_t graphs_started = 0, graphs_done = 0, vectors_linked = 0;
    uint64_t points_purged = 0;
    uint64_t background_failures = 0;
    std::string background_error;  // the last one
    uint64_t file_bytes = 0, log_bytes = 0;
    uint64_t heap_bytes = 0, mapped_bytes = 0;
    uint64_t recovered_tail_bytes = 0;  // cut from torn tails at open
    std::string health;                 // "ok" or why writes are refused
};
struct VerifyReply {
    uint64_t files = 0, pages = 0, keys = 0, points = 0, commits = 0;
    std::vector<std::string> problems;  // empty: everything is sound
};

using ReplyBody =
    std::variant<WriteReply, PointsReply, ScrollReply, CountReply, QueryReply, QueryBatchReply,
                 FacetReply, ExplainReply, CollectionInfo, CollectionNames, ExistsReply,
                 AliasesReply, DatabaseInfoReply, VerifyReply, TransactionReply>;

struct Reply {
    ReplyBody body;
    double time_s = 0;  // inside the library
};

}  // namespace grape::engine
