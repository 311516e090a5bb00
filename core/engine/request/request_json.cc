#include "core/engine/request/request_json.h"

#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::cat;
using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

template <typename Body, auto Decode>
Result<RequestBody> as_body(const JsonValue& body, const Place& at, const Context& context) {
    GRAPE_ASSIGN(Body decoded, Decode(body, at, context));
    return RequestBody(std::move(decoded));
}

// An operation on the database itself, which has no members.
template <typename Body>
Result<RequestBody> without_members(const JsonValue& body, const Place& at, const Context&) {
    GRAPE_TRY(check_members(body, at, {}));
    return RequestBody(Body{});
}

struct Operation {
    std::string_view name;
    bool writes;  // takes durability and idempotency_key
    Result<RequestBody> (*decode)(const JsonValue&, const Place&, const Context&);
};

constexpr Operation kOperations[] = {
    {"create_collection", true, as_body<CreateCollection, decode_create_collection>},
    {"update_collection", true, as_body<UpdateCollection, decode_update_collection>},
    {"delete_collection", true, as_body<DeleteCollection, decode_delete_collection>},
    {"get_collection", false, as_body<GetCollection, decode_get_collection>},
    {"get_collections", false, as_body<GetCollections, decode_get_collections>},
    {"collection_exists", false, as_body<CollectionExists, decode_collection_exists>},
    {"update_aliases", true, as_body<UpdateAliases, decode_update_aliases>},
    {"get_collection_aliases", false, as_body<GetAliases, decode_get_collection_aliases>},
    {"get_collections_aliases", false, as_body<GetAliases, decode_get_collections_aliases>},
    {"upsert_points", true, as_body<UpsertPoints, decode_upsert_points>},
    {"delete_points", true, as_body<DeletePoints, decode_delete_points>},
    {"update_vectors", true, as_body<UpdateVectors, decode_update_vectors>},
    {"delete_vectors", true, as_body<DeleteVectors, decode_delete_vectors>},
    {"set_payload", true, as_body<SetPayload, decode_set_payload>},
    {"overwrite_payload", true, as_body<OverwritePayload, decode_overwrite_payload>},
    {"delete_payload", true, as_body<DeletePayload, decode_delete_payload>},
    {"clear_payload", true, as_body<ClearPayload, decode_clear_payload>},
    {"batch_update", true, as_body<BatchUpdate, decode_batch_update>},
    {"get_points", false, as_body<GetPoints, decode_get_points>},
    {"scroll_points", false, as_body<ScrollPoints, decode_scroll_points>},
    {"count_points", false, as_body<CountPoints, decode_count_points>},
    {"query_points", false, as_body<QueryPoints, decode_query_points>},
    {"query_batch_points", false, as_body<QueryBatch, decode_query_batch_points>},
    {"facet", false, as_body<FacetPoints, decode_facet>},
    {"explain", false, as_body<ExplainQuery, decode_explain>},
    {"create_field_index", true, as_body<CreateFieldIndex, decode_create_field_index>},
    {"delete_field_index", true, as_body<DeleteFieldIndex, decode_delete_field_index>},
    {"database_info", false, without_members<DatabaseInfo>},
    {"flush", false, without_members<Flush>},
    {"optimize", false, without_members<Optimize>},
    {"pause_background", false, without_members<PauseBackground>},
    {"resume_background", false, without_members<ResumeBackground>},
    {"verify", false, without_members<Verify>},
    {"begin_transaction", false, as_body<BeginTransaction, decode_begin_transaction>},
    {"commit_transaction", true, without_members<CommitTransaction>},
    {"rollback_transaction", false, without_members<RollbackTransaction>},
    {"set_savepoint", false, as_body<SetSavepoint, decode_set_savepoint>},
    {"rollback_to_savepoint", false, as_body<RollbackToSavepoint, decode_rollback_to_savepoint>},
};

// Operations that Qdrant has and Grape does not.
constexpr std::string_view kLaterOperations[] = {
    "create_vector_name",    "delete_vector_name", "query_points_groups", "search_matrix_pairs",
    "search_matrix_offsets", "create_snapshot",    "list_snapshots",      "delete_snapshot",
    "recover_from_snapshot", "create_shard_key",   "delete_shard_key",    "list_shard_keys",
};

const Operation* find_operation(std::string_view name) {
    for (const Operation& operation : kOperations) {
        if (operation.name == name) return &operation;
    }
    return nullptr;
}

Status unknown_operation(std::string_view name) {
    for (const std::string_view later : kLaterOperations) {
        if (later == name) return Status::make_unsupported("operation ", name, ": not supported");
    }
    std::string list;
    for (const Operation& operation : kOperations) base::cat_append(list, cat(" ", operation.name));
    return Status::make_invalid("unknown operation ", quoted(name), "; known are", list);
}

// "full", "none" or {"group": milliseconds}
Status read_durability(const JsonValue& value, WriteOptions& out) {
    const Place root;
    const Place at(root, "durability");
    if (!value.is(JsonKind::object)) {
        GRAPE_ASSIGN(const size_t index, read_word(value, at, {"full", "none"}));
        out.durability = index == 0 ? Durability::full : Durability::none;
        return {};
    }
    GRAPE_TRY(check_members(value, at, {"group"}));
    GRAPE_ASSIGN(const JsonValue* delay, require_member(value, "group", at));
    const Place group(at, "group");
    GRAPE_ASSIGN(const uint64_t delay_ms, read_integer(*delay, group));
    GRAPE_TRY(check_count(delay_ms, limits::group_delay_ms_max, group.text()));
    out.durability = Durability::group;
    out.group_delay_ms = static_cast<uint32_t>(delay_ms);
    return {};
}

Status read_idempotency_key(const JsonValue& value, WriteOptions& out) {
    const Place root;
    const Place at(root, "idempotency_key");
    GRAPE_ASSIGN(out.idempotency_key, read_string(value, at));
    if (out.idempotency_key.empty()) return Status::make_invalid(at.say("must not be empty"));
    return {};
}

struct Envelope {
    const Operation* operation = nullptr;
    const JsonValue* body = nullptr;
    std::string_view option;  // a write option that was given
    WriteOptions write;
    std::optional<uint64_t> transaction;
};

// A member beside the operation; false when it is none of those.
Result<bool> read_option(const std::string& name, const JsonValue& value, Envelope& out) {
    const bool is_write = name == "durability" || name == "idempotency_key";
    if (!is_write && name != "transaction") return false;
    if (value.is(JsonKind::null)) return true;
    if (!is_write) {
        const Place root;
        const Place at(root, "transaction");
        GRAPE_ASSIGN(out.transaction, read_integer(value, at));
        return true;
    }
    out.option = name;
    GRAPE_TRY(name == "durability" ? read_durability(value, out.write)
                                   : read_idempotency_key(value, out.write));
    return true;
}

// Splits the root object into the operation and the options beside it.
Result<Envelope> read_envelope(const JsonValue& root) {
    if (!root.is(JsonKind::object)) {
        return Status::make_invalid("a request is an object with the operation as its member, got ",
                                    root.kind_name());
    }
    Envelope out;
    for (const auto& [name, value] : root.members()) {
        GRAPE_ASSIGN(const bool is_option, read_option(name, value, out));
        if (is_option) continue;
        const Operation* operation = find_operation(name);
        if (operation == nullptr) return unknown_operation(name);
        if (out.operation != nullptr) {
            return Status::make_invalid("a request has one operation, got ", out.operation->name,
                                        " and ", name);
        }
        out.operation = operation;
        out.body = &value;
    }
    if (out.operation == nullptr) return Status::make_invalid("the request has no operation");
    return out;
}

}  // namespace

Result<Request> decode_request_json(std::string_view json, std::span<const RequestBlob> blobs) {
    GRAPE_TRY(check_count(json.size(), limits::json_request_bytes_max, "bytes of the request"));
    std::vector<RequestBlob> checked(blobs.begin(), blobs.end());
    GRAPE_TRY(check_blobs(checked));
    GRAPE_ASSIGN(const JsonValue root, base::parse_json(json));
    GRAPE_ASSIGN(Envelope envelope, read_envelope(root));
    if (!envelope.option.empty() && !envelope.operation->writes) {
        return Status::make_invalid(envelope.option, ": ", envelope.operation->name,
                                    " is not a write");
    }
    GRAPE_TRY(check_write_options(envelope.write));
    Request request;
    request.write = std::move(envelope.write);
    request.transaction = envelope.transaction.value_or(0);
    const Place body;
    GRAPE_ASSIGN(request.body, envelope.operation->decode(*envelope.body, body, {checked}));
    GRAPE_TRY(check_transaction(request, envelope.transaction.has_value()));
    return request;
}

}  // namespace grape::engine
