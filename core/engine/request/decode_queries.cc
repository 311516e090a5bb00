// Reads of points: by id, by page, by nearness.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

using Target = std::variant<VectorData, base::PointId>;

// A vector, a blob, or the id of a point.
Result<Target> read_target(const JsonValue& value, const Place& at, const Context& context) {
    if (value.is(JsonKind::array) || value.is(JsonKind::object)) {
        GRAPE_ASSIGN(VectorData vector, read_vector(value, at, context));
        return Target(std::move(vector));
    }
    GRAPE_ASSIGN(base::PointId id, read_id(value, at));
    return Target(std::move(id));
}

// A target, or {"nearest": target}; Qdrant's other kinds of queries are unsupported.
Result<Target> read_query(const JsonValue& value, const Place& at, const Context& context) {
    if (!value.is(JsonKind::object) || is_blob(value) || is_document(value) ||
        value.find("indices") != nullptr) {
        return read_target(value, at, context);
    }
    GRAPE_TRY(check_members(value, at, {"nearest"},
                            {"mmr", "recommend", "discover", "context", "order_by", "fusion", "rrf",
                             "formula", "defaults", "sample", "relevance_feedback"}));
    GRAPE_ASSIGN(const JsonValue* nearest, require_member(value, "nearest", at));
    return read_target(*nearest, Place(at, "nearest"), context);
}

// params: what tunes an approximate search is checked and has no effect on an exact one.
Result<bool> read_exact(const JsonValue& body, const Place& at) {
    const JsonValue* params = find_member(body, "params");
    if (params == nullptr) return true;
    const Place here(at, "params");
    GRAPE_TRY(check_members(*params, here, {"exact", "hnsw_ef", "indexed_only"},
                            {"quantization", "acorn", "idf"}));
    GRAPE_TRY(read_integer_or(*params, "hnsw_ef", here, 1, 1).status());
    GRAPE_TRY(read_bool_or(*params, "indexed_only", here, false).status());
    return read_bool_or(*params, "exact", here, true);
}

Result<QueryPoints> read_search(const JsonValue& body, const Place& at, const Context& context) {
    QueryPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    const JsonValue* query = find_member(body, "query");
    const Place query_at(at, "query");
    if (query == nullptr) return unsupported(query_at, "a query without a vector or point id");
    GRAPE_ASSIGN(out.query, read_query(*query, query_at, context));
    if (const JsonValue* name = find_member(body, "using")) {
        const Place here(at, "using");
        GRAPE_ASSIGN(out.using_vector, read_string(*name, here));
        GRAPE_TRY(check_vector_name(out.using_vector, here.text()));
    }
    GRAPE_ASSIGN(out.limit, read_integer_or(body, "limit", at, out.limit, 1));
    GRAPE_ASSIGN(out.offset, read_integer_or(body, "offset", at, out.offset));
    if (const Status window = check_window(out.offset, out.limit); !window.ok()) {
        return Status(window.code(), at.say(window.message()));
    }
    if (const JsonValue* threshold = find_member(body, "score_threshold")) {
        GRAPE_ASSIGN(out.score_threshold, read_number(*threshold, Place(at, "score_threshold")));
    }
    GRAPE_ASSIGN(out.exact, read_exact(body, at));
    GRAPE_ASSIGN(out.with_payload, read_with_payload(body, at, false));
    GRAPE_ASSIGN(out.with_vectors, read_with_vectors(body, at));
    return out;
}

}  // namespace

Result<GetPoints> decode_get_points(const JsonValue& body, const Place& at,
                                    const Context& context) {
    GRAPE_TRY(check_members(
        body, at, {"collection_name", "ids", "with_payload", "with_vector", "with_vectors"},
        {"shard_key"}, Options::read));
    GetPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(const JsonValue* ids, require_member(body, "ids", at));
    GRAPE_ASSIGN(out.ids, read_ids(*ids, Place(at, "ids"), context));
    GRAPE_ASSIGN(out.with_payload, read_with_payload(body, at, true));
    GRAPE_ASSIGN(out.with_vectors, read_with_vectors(body, at));
    return out;
}

Result<ScrollPoints> decode_scroll_points(const JsonValue& body, const Place& at,
                                          const Context& context) {
    GRAPE_TRY(check_members(
        body, at,
        {"collection_name", "offset", "limit", "with_payload", "with_vector", "with_vectors"},
        {"filter", "order_by", "shard_key"}, Options::read));
    ScrollPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    if (const JsonValue* offset = find_member(body, "offset")) {
        GRAPE_ASSIGN(out.offset, read_id(*offset, Place(at, "offset")));
    }
    GRAPE_ASSIGN(out.limit, read_integer_or(body, "limit", at, out.limit, 1));
    GRAPE_TRY(check_count(out.limit, limits::result_count_max, Place(at, "limit").text()));
    GRAPE_ASSIGN(out.with_payload, read_with_payload(body, at, true));
    GRAPE_ASSIGN(out.with_vectors, read_with_vectors(body, at));
    return out;
}

Result<CountPoints> decode_count_points(const JsonValue& body, const Place& at,
                                        const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "exact"}, {"filter", "shard_key"},
                            Options::read));
    CountPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_TRY(read_bool_or(body, "exact", at, true).status());
    return out;
}

Result<QueryPoints> decode_query_points(const JsonValue& body, const Place& at,
                                        const Context& context) {
    GRAPE_TRY(check_members(
        body, at,
        {"collection_name", "query", "using", "limit", "offset", "score_threshold", "params",
         "with_payload", "with_vector", "with_vectors"},
        {"filter", "prefetch", "lookup_from", "shard_key", "group_by", "group_size", "with_lookup"},
        Options::read));
    return read_search(body, at, context);
}

Result<QueryBatch> decode_query_batch_points(const JsonValue& body, const Place& at,
                                             const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "searches"}, {}, Options::read));
    std::string collection;
    Context inner{context.blobs, nullptr};
    if (find_member(body, "collection_name") != nullptr) {
        GRAPE_ASSIGN(collection, read_collection(body, at, context));
        inner.batch_collection = &collection;
    }
    GRAPE_ASSIGN(const JsonValue* searches, require_member(body, "searches", at));
    const Place here(at, "searches");
    GRAPE_TRY(expect_kind(*searches, JsonKind::array, here));
    const size_t count = searches->items().size();
    GRAPE_TRY(check_count(count, limits::queries_per_batch_max, here.text()));
    QueryBatch out;
    out.searches.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        GRAPE_ASSIGN(QueryPoints search,
                     decode_query_points(searches->items()[i], Place(here, i), inner));
        out.searches.push_back(std::move(search));
    }
    return out;
}

}  // namespace grape::engine
