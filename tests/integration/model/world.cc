// The catalogue, idempotency keys, and which requests are refused. Threads: none of its own.
#include "tests/integration/model/world.h"

#include <algorithm>
#include <type_traits>

#include "core/base/limits.h"
#include "tests/integration/model/transaction.h"

namespace grape::model {

using base::Result;
using base::Status;

const engine::VectorParams* ModelCollection::vector(const std::string& name) const {
    for (const engine::VectorParams& each : config.vectors) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

std::optional<engine::PointOperation> as_operation(const engine::RequestBody& body) {
    return std::visit(
        [](const auto& each) -> std::optional<engine::PointOperation> {
            if constexpr (std::is_constructible_v<engine::PointOperation, decltype(each)>) {
                return engine::PointOperation(each);
            } else {
                return std::nullopt;
            }
        },
        body);
}

std::string World::resolve(const std::string& name) const {
    const auto alias = aliases_.find(name);
    return alias == aliases_.end() ? name : alias->second;
}

const ModelCollection* World::find(const std::string& name) const {
    const auto found = collections_.find(resolve(name));
    return found == collections_.end() ? nullptr : found->second.get();
}

Result<const ModelCollection*> World::require(const std::string& name) const {
    const ModelCollection* found = find(name);
    if (found == nullptr) return Status::make_not_found("no collection ", name);
    return found;
}

ModelCollection& World::own(const std::string& name) {
    std::shared_ptr<const ModelCollection>& slot = collections_.at(resolve(name));
    if (slot.use_count() > 1) slot = std::make_shared<ModelCollection>(*slot);
    return const_cast<ModelCollection&>(*slot);
}

Result<engine::WriteReply> World::apply(const engine::Request& request, uint64_t commit) {
    engine::WriteReply reply;
    reply.durability = request.write.durability.value_or(durability_);
    reply.boolean_result = !as_operation(request.body).has_value() &&
                           !std::holds_alternative<engine::BatchUpdate>(request.body) &&
                           !std::holds_alternative<engine::CreateFieldIndex>(request.body) &&
                           !std::holds_alternative<engine::DeleteFieldIndex>(request.body);
    GRAPE_TRY(check_points(request.body));
    for (const auto& [key, used_by] : keys_) {
        if (key != request.write.idempotency_key) continue;
        reply.commit = used_by;
        reply.repeated = true;
        return reply;
    }
    const auto collections = collections_;
    const auto aliases = aliases_;
    next_ = commit;
    const Status changed = change(request.body, reply);
    if (!changed.ok()) {
        collections_ = collections;
        aliases_ = aliases;
        return changed;
    }
    reply.commit = commit;
    commit_ = commit;
    for (const auto& each : transactions_) each->note_commit(collections, collections_);
    if (!request.write.idempotency_key.empty()) {
        keys_.emplace_back(request.write.idempotency_key, commit);
    }
    std::erase_if(keys_, [&](const auto& key) {
        return commit - key.second >= base::limits::idempotency_key_commits_max;
    });
    return reply;
}

// What is refused before anything is looked up: unknown collections and vectors that do not fit.
Status World::check_points(const engine::RequestBody& body) const {
    std::vector<engine::PointOperation> operations;
    if (const auto* batch = std::get_if<engine::BatchUpdate>(&body)) operations = batch->operations;
    if (const auto single = as_operation(body)) operations.push_back(*single);
    for (const engine::PointOperation& each : operations) {
        GRAPE_ASSIGN(const ModelCollection* collection, require(collection_of(each)));
        GRAPE_TRY(check_vectors(*collection, each));
    }
    return {};
}

Status World::change(const engine::RequestBody& body, engine::WriteReply& reply) {
    if (const auto* o = std::get_if<engine::CreateCollection>(&body)) return change_one(*o);
    if (const auto* o = std::get_if<engine::UpdateCollection>(&body)) return change_one(*o);
    if (const auto* o = std::get_if<engine::DeleteCollection>(&body)) return change_one(*o, reply);
    if (const auto* o = std::get_if<engine::UpdateAliases>(&body)) return change_one(*o);
    if (const auto* o = std::get_if<engine::CreateFieldIndex>(&body)) return change_one(*o);
    if (const auto* o = std::get_if<engine::DeleteFieldIndex>(&body)) return change_one(*o, reply);
    if (const auto* batch = std::get_if<engine::BatchUpdate>(&body)) {
        for (const engine::PointOperation& each : batch->operations) {
            GRAPE_TRY(change_points(each));
        }
        return {};
    }
    return change_points(*as_operation(body));
}

Status World::change_points(const engine::PointOperation& o) {
    return model::change_points(own(collection_of(o)), o, next_);
}

Status World::change_one(const engine::CreateCollection& o) {
    if (collections_.contains(o.collection) || aliases_.contains(o.collection)) {
        return Status::make_exists("the name is taken");
    }
    auto made = std::make_shared<ModelCollection>();
    made->config = o.config;
    made->born = next_;
    collections_[o.collection] = std::move(made);
    return {};
}

Status World::change_one(const engine::UpdateCollection& o) {
    GRAPE_TRY(require(o.collection).status());
    ModelCollection& collection = own(o.collection);
    collection.set = next_;
    for (const auto& diff : o.vectors) {
        if (collection.vector(diff.name) == nullptr) return Status::make_invalid("no such vector");
        for (engine::VectorParams& each : collection.config.vectors) {
            if (each.name == diff.name && diff.memory) each.memory = *diff.memory;
        }
    }
    if (o.metadata) merge(collection.config.metadata, *o.metadata);
    return {};
}

// Its aliases go with a collection.
Status World::change_one(const engine::DeleteCollection& o, engine::WriteReply& reply) {
    if (aliases_.contains(o.collection)) return Status::make_invalid("that is an alias");
    reply.existed = collections_.erase(o.collection) != 0;
    std::erase_if(aliases_, [&](const auto& alias) { return alias.second == o.collection; });
    return {};
}

Status World::change_one(const engine::CreateFieldIndex& o) {
    GRAPE_TRY(require(o.collection).status());
    ModelCollection& collection = own(o.collection);
    collection.set = next_;
    collection.fields[o.field.to_string()] = o.schema.kind;
    return {};
}

Status World::change_one(const engine::DeleteFieldIndex& o, engine::WriteReply& reply) {
    GRAPE_TRY(require(o.collection).status());
    ModelCollection& collection = own(o.collection);
    collection.set = next_;
    reply.existed = collection.fields.erase(o.field.to_string()) != 0;
    return {};
}

Status World::change_one(const engine::UpdateAliases& o) {
    for (const auto& action : o.actions) {
        GRAPE_TRY(std::visit([&](const auto& each) { return alias_action(each); }, action));
    }
    return {};
}

Status World::alias_action(const engine::UpdateAliases::Create& a) {
    GRAPE_TRY(require(a.collection).status());
    if (collections_.contains(a.alias)) return Status::make_exists("that is a collection");
    aliases_[a.alias] = resolve(a.collection);
    return {};
}

Status World::alias_action(const engine::UpdateAliases::Delete& a) {
    return aliases_.erase(a.alias) != 0 ? Status() : Status::make_not_found("no such alias");
}

Status World::alias_action(const engine::UpdateAliases::Rename& a) {
    if (!aliases_.contains(a.old_alias)) return Status::make_not_found("no such alias");
    if (aliases_.contains(a.new_alias) || collections_.contains(a.new_alias)) {
        return Status::make_exists("the name is taken");
    }
    aliases_[a.new_alias] = aliases_[a.old_alias];
    aliases_.erase(a.old_alias);
    return {};
}

namespace {

engine::AliasesReply aliases_of(const std::map<std::string, std::string>& all,
                                const std::optional<std::string>& collection) {
    engine::AliasesReply out;
    for (const auto& [alias, target] : all) {
        if (!collection || target == *collection) out.aliases.emplace_back(alias, target);
    }
    return out;
}

}  // namespace

Result<engine::ReplyBody> World::read(const engine::RequestBody& body) const {
    if (const auto* o = std::get_if<engine::GetPoints>(&body)) {
        GRAPE_ASSIGN(const ModelCollection* collection, require(o->collection));
        return model::read(*collection, *o);
    }
    if (const auto* o = std::get_if<engine::ScrollPoints>(&body)) {
        GRAPE_ASSIGN(const ModelCollection* collection, require(o->collection));
        return model::read(*collection, *o);
    }
    if (const auto* o = std::get_if<engine::CountPoints>(&body)) {
        GRAPE_ASSIGN(const ModelCollection* collection, require(o->collection));
        uint64_t count = 0;
        for (const auto& [id, point] : collection->points) count += matches(id, *point, o->filter);
        return engine::ReplyBody(engine::CountReply{count});
    }
    if (const auto* o = std::get_if<engine::FacetPoints>(&body)) {
        GRAPE_ASSIGN(const ModelCollection* collection, require(o->collection));
        return facet(*collection, *o);
    }
    if (const auto* o = std::get_if<engine::QueryPoints>(&body)) {
        GRAPE_ASSIGN(const ModelCollection* collection, require(o->collection));
        GRAPE_ASSIGN(engine::QueryReply reply, query(*collection, *o));
        return engine::ReplyBody(std::move(reply));
    }
    if (const auto* o = std::get_if<engine::QueryBatch>(&body)) {
        engine::QueryBatchReply out;
        for (const engine::QueryPoints& each : o->searches) {
            GRAPE_ASSIGN(const ModelCollection* collection, require(each.collection));
            GRAPE_ASSIGN(engine::QueryReply reply, query(*collection, each));
            out.results.push_back(std::move(reply));
        }
        return engine::ReplyBody(std::move(out));
    }
    if (std::holds_alternative<engine::GetCollections>(body)) {
        engine::CollectionNames out;
        for (const auto& [name, collection] : collections_) out.names.push_back(name);
        return engine::ReplyBody(std::move(out));
    }
    if (const auto* o = std::get_if<engine::CollectionExists>(&body)) {
        return engine::ReplyBody(engine::ExistsReply{find(o->collection) != nullptr});
    }
    if (const auto* o = std::get_if<engine::GetAliases>(&body)) {
        if (o->collection) GRAPE_TRY(require(*o->collection).status());
        const auto only = o->collection ? std::optional(resolve(*o->collection)) : std::nullopt;
        return engine::ReplyBody(aliases_of(aliases_, only));
    }
    return Status::make_internal("the model has no answer to this request");
}

}  // namespace grape::model
