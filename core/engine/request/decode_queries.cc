// Reads of points: by id, by page, by nearness.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/decode_filter.h"
#include "core/engine/request/filter_rules.h"
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

Status read_params(const JsonValue& body, const Place& at, QueryPoints& out) {
    const JsonValue* params = find_member(body, "params");
    if (params == nullptr) return {};
    const Place here(at, "params");
    GRAPE_TRY(check_members(*params, here, {"exact", "hnsw_ef", "indexed_only"},
                            {"quantization", "acorn", "idf"}));
    GRAPE_ASSIGN(out.exact, read_bool_or(*params, "exact", here, out.exact));
    GRAPE_ASSIGN(out.indexed_only, read_bool_or(*params, "indexed_only", here, out.indexed_only));
    if (const JsonValue* effort = find_member(*params, "hnsw_ef")) {
        GRAPE_ASSIGN(const uint64_t ef,
                     read_integer(*effort, Place(here, "hnsw_ef"), 1, limits::hnsw_ef_max));
        out.hnsw_ef = static_cast<uint32_t>(ef);
    }
    return {};
}

// A key, or {"key", "direction", "start_from"}.
Result<OrderBy> read_order_by(const JsonValue& value, const Place& at) {
    OrderBy out;
    if (value.is(JsonKind::string)) {
        GRAPE_ASSIGN(out.key, read_path(value, at));
        return out;
    }
    GRAPE_TRY(check_members(value, at, {"key", "direction", "start_from"}));
    GRAPE_ASSIGN(const JsonValue* key, require_member(value, "key", at));
    GRAPE_ASSIGN(out.key, read_path(*key, Place(at, "key")));
    if (const JsonValue* direction = find_member(value, "direction")) {
        GRAPE_ASSIGN(const size_t index,
                     read_word(*direction, Place(at, "direction"), {"asc", "desc"}));
        out.descending = index == 1;
    }
    const JsonValue* start = find_member(value, "start_from");
    if (start == nullptr) return out;
    const Place here(at, "start_from");
    if (start->is(JsonKind::string)) {
        GRAPE_ASSIGN(out.start_from, parse_moment(start->as_string(), here.text()));
    } else if (start->is(JsonKind::integer)) {
        out.start_from = start->as_integer();
    } else if (start->is_number()) {
        out.start_from = start->as_real();
    } else {
        return wrong_kind(*start, "a number or a date", here);
    }
    return out;
}

Result<QueryPoints> read_search(const JsonValue& body, const Place& at, const Context& context) {
    QueryPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    const JsonValue* query = find_member(body, "query");
    const Place query_at(at, "query");
    if (query == nullptr) return unsupported(query_at, "a query without a vector or point id");
    GRAPE_ASSIGN(out.query, read_query(*query, query_at, context));
    GRAPE_ASSIGN(out.using_vector, read_using(body, at));
    GRAPE_ASSIGN(out.limit, read_integer_or(body, "limit", at, out.limit, 1));
    GRAPE_ASSIGN(out.offset, read_integer_or(body, "offset", at, out.offset));
    if (const Status window = check_window(out.offset, out.limit); !window.ok()) {
        return Status(window.code(), at.say(window.message()));
    }
    if (const JsonValue* threshold = find_member(body, "score_threshold")) {
        GRAPE_ASSIGN(out.score_threshold, read_number(*threshold, Place(at, "score_threshold")));
    }
    GRAPE_TRY(read_params(body, at, out));
    GRAPE_ASSIGN(out.filter, read_filter_member(body, at, context));
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
    GRAPE_TRY(check_members(body, at,
                            {"collection_name", "offset", "limit", "filter", "order_by",
                             "with_payload", "with_vector", "with_vectors"},
                            {"shard_key"}, Options::read));
    ScrollPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    if (const JsonValue* offset = find_member(body, "offset")) {
        GRAPE_ASSIGN(out.offset, read_id(*offset, Place(at, "offset")));
    }
    GRAPE_ASSIGN(out.limit, read_integer_or(body, "limit", at, out.limit, 1));
    GRAPE_TRY(check_count(out.limit, limits::result_count_max, Place(at, "limit").text()));
    GRAPE_ASSIGN(out.filter, read_filter_member(body, at, context));
    if (const JsonValue* order = find_member(body, "order_by")) {
        GRAPE_ASSIGN(out.order_by, read_order_by(*order, Place(at, "order_by")));
        GRAPE_TRY(check_order(out, at.text()));
    }
    GRAPE_ASSIGN(out.with_payload, read_with_payload(body, at, true));
    GRAPE_ASSIGN(out.with_vectors, read_with_vectors(body, at));
    return out;
}

Result<CountPoints> decode_count_points(const JsonValue& body, const Place& at,
                                        const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "filter", "exact"}, {"shard_key"},
                            Options::read));
    CountPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_TRY(read_bool_or(body, "exact", at, true).status());
    GRAPE_ASSIGN(out.filter, read_filter_member(body, at, context));
    return out;
}

Result<QueryPoints> decode_query_points(const JsonValue& body, const Place& at,
                                        const Context& context) {
    GRAPE_TRY(check_members(
        body, at,
        {"collection_name", "query", "using", "limit", "offset", "score_threshold", "params",
         "filter", "with_payload", "with_vector", "with_vectors"},
        {"prefetch", "lookup_from", "shard_key", "group_by", "group_size", "with_lookup"},
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
