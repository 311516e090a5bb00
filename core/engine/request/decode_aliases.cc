// Aliases of collections.
#include "core/base/limits.h"
#include "core/engine/request/decode.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;

namespace {

using Action = std::variant<UpdateAliases::Create, UpdateAliases::Delete, UpdateAliases::Rename>;

Result<Action> read_create(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"collection_name", "alias_name"}));
    UpdateAliases::Create action;
    GRAPE_ASSIGN(action.collection, read_name(value, "collection_name", at));
    GRAPE_ASSIGN(action.alias, read_name(value, "alias_name", at));
    return Action(std::move(action));
}

Result<Action> read_delete(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"alias_name"}));
    UpdateAliases::Delete action;
    GRAPE_ASSIGN(action.alias, read_name(value, "alias_name", at));
    return Action(std::move(action));
}

Result<Action> read_rename(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"old_alias_name", "new_alias_name"}));
    UpdateAliases::Rename action;
    GRAPE_ASSIGN(action.old_alias, read_name(value, "old_alias_name", at));
    GRAPE_ASSIGN(action.new_alias, read_name(value, "new_alias_name", at));
    return Action(std::move(action));
}

Result<Action> read_action(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"create_alias", "delete_alias", "rename_alias"}));
    if (value.members().size() != 1) {
        return Status::make_invalid(at.say("expected one action, got ", value.members().size()));
    }
    const auto& [name, body] = value.members()[0];
    const Place here(at, name);
    if (name == "create_alias") return read_create(body, here);
    return name == "delete_alias" ? read_delete(body, here) : read_rename(body, here);
}

}  // namespace

Result<UpdateAliases> decode_update_aliases(const JsonValue& body, const Place& at,
                                            const Context&) {
    GRAPE_TRY(check_members(body, at, {"actions"}, {}, Options::catalogue));
    GRAPE_ASSIGN(const JsonValue* actions, require_member(body, "actions", at));
    const Place here(at, "actions");
    GRAPE_TRY(expect_kind(*actions, JsonKind::array, here));
    const size_t count = actions->items().size();
    GRAPE_TRY(check_count(count, base::limits::operations_per_batch_max, here.text()));
    UpdateAliases out;
    for (size_t i = 0; i < count; ++i) {
        GRAPE_ASSIGN(Action action, read_action(actions->items()[i], Place(here, i)));
        out.actions.push_back(std::move(action));
    }
    return out;
}

Result<GetAliases> decode_get_collection_aliases(const JsonValue& body, const Place& at,
                                                 const Context& context) {
    GRAPE_TRY(check_members(body, at, {"collection_name"}));
    GetAliases out;
    GRAPE_ASSIGN(out.collection, read_collection(body, at, context));
    return out;
}

Result<GetAliases> decode_get_collections_aliases(const JsonValue& body, const Place& at,
                                                  const Context&) {
    GRAPE_TRY(check_members(body, at, {}));
    return GetAliases{};
}

}  // namespace grape::engine
