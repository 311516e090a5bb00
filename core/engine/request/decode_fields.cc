// Indexes of payload fields, and facets of them.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/decode_filter.h"
#include "core/engine/request/field_schema.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonValue;
using base::Result;

namespace {

Result<base::JsonPath> read_field_name(const JsonValue& body, const Place& at) {
    GRAPE_ASSIGN(const JsonValue* name, require_member(body, "field_name", at));
    const Place here(at, "field_name");
    GRAPE_ASSIGN(base::JsonPath path, read_path(*name, here));
    GRAPE_TRY(check_field_path(path, here.text()));
    return path;
}

}  // namespace

Result<CreateFieldIndex> decode_create_field_index(const JsonValue& body, const Place& at,
                                                   const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "field_name", "field_schema"},
                            {"shard_key"}, Options::write));
    CreateFieldIndex out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.field, read_field_name(body, at));
    GRAPE_ASSIGN(const JsonValue* schema, require_member(body, "field_schema", at));
    GRAPE_ASSIGN(out.schema, read_field_schema(*schema, Place(at, "field_schema").text()));
    return out;
}

Result<DeleteFieldIndex> decode_delete_field_index(const JsonValue& body, const Place& at,
                                                   const Context& context) {
    GRAPE_TRY(
        check_members(body, at, {"collection_name", "field_name"}, {"shard_key"}, Options::write));
    DeleteFieldIndex out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.field, read_field_name(body, at));
    return out;
}

Result<FacetPoints> decode_facet(const JsonValue& body, const Place& at, const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "key", "limit", "filter", "exact"},
                            {"shard_key"}, Options::read));
    FacetPoints out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(const JsonValue* key, require_member(body, "key", at));
    GRAPE_ASSIGN(out.key, read_path(*key, Place(at, "key")));
    GRAPE_ASSIGN(out.limit, read_integer_or(body, "limit", at, out.limit, 1));
    GRAPE_TRY(check_count(out.limit, base::limits::facet_limit_max, Place(at, "limit").text()));
    GRAPE_ASSIGN(out.filter, read_filter_member(body, at, context));
    GRAPE_ASSIGN(out.exact, read_bool_or(body, "exact", at, out.exact));
    return out;
}

Result<ExplainQuery> decode_explain(const JsonValue& body, const Place& at,
                                    const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name", "filter", "using", "limit", "exact"},
                            {"shard_key"}, Options::read));
    ExplainQuery out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    GRAPE_ASSIGN(out.filter, read_filter_member(body, at, context));
    GRAPE_ASSIGN(out.using_vector, read_using(body, at));
    GRAPE_ASSIGN(out.limit, read_integer_or(body, "limit", at, out.limit, 1));
    GRAPE_ASSIGN(out.exact, read_bool_or(body, "exact", at, out.exact));
    return out;
}

}  // namespace grape::engine
