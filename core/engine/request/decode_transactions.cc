// Operations on transactions.
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonValue;
using base::Result;

Result<BeginTransaction> decode_begin_transaction(const JsonValue& body, const Place& at,
                                                  const Context&) {
    GRAPE_TRY(check_members(body, at, {"timeout_ms", "read_only"}));
    BeginTransaction out;
    if (const JsonValue* timeout = find_member(body, "timeout_ms")) {
        const Place place(at, "timeout_ms");
        GRAPE_ASSIGN(out.timeout_ms, read_integer(*timeout, place));
        GRAPE_TRY(check_timeout(out.timeout_ms));
    }
    GRAPE_ASSIGN(out.read_only, read_bool_or(body, "read_only", at, false));
    return out;
}

namespace {

Result<std::string> read_savepoint(const JsonValue& body, const Place& at) {
    GRAPE_TRY(check_members(body, at, {"name"}));
    GRAPE_ASSIGN(const JsonValue* member, require_member(body, "name", at));
    const Place place(at, "name");
    GRAPE_ASSIGN(std::string name, read_string(*member, place));
    GRAPE_TRY(check_savepoint_name(name));
    return name;
}

}  // namespace

Result<SetSavepoint> decode_set_savepoint(const JsonValue& body, const Place& at, const Context&) {
    GRAPE_ASSIGN(std::string name, read_savepoint(body, at));
    return SetSavepoint{std::move(name)};
}

Result<RollbackToSavepoint> decode_rollback_to_savepoint(const JsonValue& body, const Place& at,
                                                         const Context&) {
    GRAPE_ASSIGN(std::string name, read_savepoint(body, at));
    return RollbackToSavepoint{std::move(name)};
}

}  // namespace grape::engine
