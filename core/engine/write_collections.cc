#include "core/engine/write_collections.h"

#include "core/base/bytes.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

Status check_free(const ViewState& state, const std::string& name, std::string_view field) {
    const NameTable::Entry* taken = state.names.find(name);
    if (taken == nullptr) return {};
    return Status::make_exists(field, ": there is already ",
                               taken->alias ? "an alias" : "a collection", " named '", name, "'");
}

storage::CollectionRecord make_record(const CreateCollection& request, uint32_t number,
                                      uint64_t commit) {
    storage::CollectionRecord record;
    record.number = number;
    record.name = request.collection;
    record.created_commit = commit;
    for (const VectorParams& vector : request.config.vectors) {
        record.vectors.push_back({static_cast<uint32_t>(record.vectors.size()), vector.name,
                                  vector.size, vector.distance, vector.datatype, vector.memory});
    }
    record.metadata = base::encode_payload_value(request.config.metadata);
    return record;
}

void put_collection(CommitEdit& edit, std::shared_ptr<const Collection> collection,
                    std::shared_ptr<const ShardCell> shard) {
    edit.batch().put(storage::collection_key(collection->number()),
                     storage::encode(collection->record()));
    const uint32_t number = collection->number();
    edit.state().collections.set(
        number,
        std::make_shared<CollectionView>(CollectionView{std::move(collection), std::move(shard)}),
        edit.edit());
}

std::string number_value(uint32_t number) {
    std::string value;
    base::append_le(value, number);
    return value;
}

void put_alias(CommitEdit& edit, const std::string& alias, uint32_t collection) {
    edit.batch().put(storage::alias_key(alias), number_value(collection));
    edit.state().names.put({alias, collection, true}, edit.edit());
}

void remove_alias(CommitEdit& edit, const std::string& alias) {
    edit.batch().remove(storage::alias_key(alias));
    edit.state().names.erase(alias, edit.edit());
}

Result<uint32_t> require_alias(CommitEdit& edit, const std::string& alias,
                               const std::string& field) {
    const NameTable::Entry* entry = edit.state().names.find(alias);
    if (entry == nullptr || !entry->alias) {
        return Status::make_not_found(field, ": there is no alias '", alias, "'");
    }
    return entry->collection;
}

struct AliasAction {
    CommitEdit& edit;
    const std::string path;

    Status operator()(const UpdateAliases::Create& action) const {
        GRAPE_ASSIGN(const CollectionView* collection, edit.find(action.collection));
        const NameTable::Entry* entry = edit.state().names.find(action.alias);
        if (entry != nullptr && !entry->alias) {
            return Status::make_exists(path, ".create_alias.alias_name: '", action.alias,
                                       "' is a collection");
        }
        put_alias(edit, action.alias, collection->collection->number());
        return {};
    }
    Status operator()(const UpdateAliases::Delete& action) const {
        GRAPE_TRY(require_alias(edit, action.alias, path + ".delete_alias.alias_name").status());
        remove_alias(edit, action.alias);
        return {};
    }
    Status operator()(const UpdateAliases::Rename& action) const {
        GRAPE_ASSIGN(const uint32_t collection,
                     require_alias(edit, action.old_alias, path + ".rename_alias.old_alias_name"));
        GRAPE_TRY(
            check_free(edit.state(), action.new_alias, path + ".rename_alias.new_alias_name"));
        remove_alias(edit, action.old_alias);
        put_alias(edit, action.new_alias, collection);
        return {};
    }
};

}  // namespace

Status apply_create(CommitEdit& edit, const CreateCollection& request) {
    GRAPE_TRY(check_free(edit.state(), request.collection, "collection_name"));
    const uint32_t number = edit.state().next_collection++;
    edit.batch().put(storage::settings_key(),
                     storage::encode(storage::Settings{edit.state().next_collection}));
    GRAPE_ASSIGN(std::shared_ptr<const Collection> collection,
                 Collection::make(make_record(request, number, edit.commit())));
    auto view = std::make_shared<ShardView>(collection->vectors());
    view->last_commit = edit.commit();
    put_collection(edit, std::move(collection), std::make_shared<ShardCell>(std::move(view)));
    edit.state().names.put({request.collection, number, false}, edit.edit());
    return {};
}

Status apply_update(CommitEdit& edit, const UpdateCollection& request) {
    GRAPE_ASSIGN(const CollectionView* old, edit.find(request.collection));
    storage::CollectionRecord record = old->collection->record();
    for (size_t i = 0; i < request.vectors.size(); ++i) {
        GRAPE_ASSIGN(const uint32_t number,
                     old->collection->require_vector(request.vectors[i].name, "vectors"));
        if (request.vectors[i].memory)
            record.vectors[number].placement = *request.vectors[i].memory;
    }
    if (request.metadata) {
        base::JsonValue merged = old->collection->config().metadata;
        base::merge_payload(merged, *request.metadata);
        std::erase_if(merged.members(), [](const base::JsonValue::Member& member) {
            return member.second.is(base::JsonKind::null);
        });
        GRAPE_ASSIGN(record.metadata, base::encode_payload(merged, "metadata"));
    }
    GRAPE_ASSIGN(std::shared_ptr<const Collection> changed, Collection::make(std::move(record)));
    put_collection(edit, std::move(changed), old->shard);
    return {};
}

Status apply_delete(CommitEdit& edit, const DeleteCollection& request, bool* existed,
                    uint32_t* number) {
    const NameTable::Entry* entry = edit.state().names.find(request.collection);
    *existed = entry != nullptr && !entry->alias;
    if (entry != nullptr && entry->alias) {
        return Status::make_invalid("collection_name: '", request.collection,
                                    "' is an alias; delete the collection by its own name");
    }
    if (!*existed) return {};
    *number = entry->collection;
    std::vector<std::string> aliases;
    edit.state().names.for_each_alias(
        *number, [&](const NameTable::Entry& each) { aliases.push_back(each.name); });
    for (const std::string& alias : aliases) remove_alias(edit, alias);
    edit.batch().remove(storage::collection_key(*number));
    // The rest of its keys goes in the background; after a crash the mark says so.
    edit.batch().put(storage::dropped_key(*number), "");
    edit.state().names.erase(request.collection, edit.edit());
    edit.state().collections.erase(*number, edit.edit());
    return {};
}

Status apply_aliases(CommitEdit& edit, const UpdateAliases& request) {
    for (size_t i = 0; i < request.actions.size(); ++i) {
        GRAPE_TRY(std::visit(AliasAction{edit, base::cat("actions[", i, "]")}, request.actions[i]));
    }
    return {};
}

}  // namespace grape::engine
