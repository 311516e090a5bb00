#include <utility>

#include "capi/flatbuffers/decode_requests.h"
#include "core/base/limits.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
using engine::RequestBody;

Result<vector::Distance> decode_distance(fb::Distance distance, std::string_view field) {
    switch (distance) {
        case fb::Distance::COSINE:
            return vector::Distance::cosine;
        case fb::Distance::DOT:
            return vector::Distance::dot;
        case fb::Distance::EUCLID:
            return vector::Distance::euclid;
        case fb::Distance::MANHATTAN:
            return vector::Distance::manhattan;
        default:
            return unknown_member(static_cast<uint32_t>(distance), field);
    }
}

Result<vector::Datatype> decode_datatype(fb::Datatype datatype, std::string_view field) {
    switch (datatype) {
        case fb::Datatype::UNSET:
        case fb::Datatype::F32:
            return vector::Datatype::f32;
        case fb::Datatype::F16:
            return vector::Datatype::f16;
        case fb::Datatype::U8:
            return vector::Datatype::u8;
        default:
            return unknown_member(static_cast<uint32_t>(datatype), field);
    }
}

Result<engine::VectorParams> decode_params(const fb::VectorParams& in, std::string_view field) {
    engine::VectorParams params;
    GRAPE_TRY(engine::check_vector_name(view(in.name()), cat(field, ".name")));
    params.name = view(in.name());
    GRAPE_TRY(engine::check_dim(in.size(), cat(field, ".size")));
    params.size = in.size();
    GRAPE_ASSIGN(params.distance, decode_distance(in.distance(), cat(field, ".distance")));
    GRAPE_ASSIGN(params.datatype, decode_datatype(in.datatype(), cat(field, ".datatype")));
    GRAPE_ASSIGN(const auto memory, decode_placement(in.memory(), cat(field, ".memory")));
    if (memory.has_value()) params.memory = *memory;
    return params;
}

Result<std::string> decode_alias(const Text* name, std::string_view field) {
    GRAPE_TRY(engine::check_collection_name(view(name), field));
    return std::string(view(name));
}

Status decode_action(const fb::AliasOperation& in, std::string_view field,
                     engine::UpdateAliases& out) {
    if (const auto* create = in.action_as_CreateAlias()) {
        engine::UpdateAliases::Create action;
        GRAPE_ASSIGN(action.collection, decode_collection(create->collection(), ""));
        GRAPE_ASSIGN(action.alias, decode_alias(create->alias(), cat(field, ".alias_name")));
        out.actions.emplace_back(std::move(action));
        return {};
    }
    if (const auto* remove = in.action_as_DeleteAlias()) {
        engine::UpdateAliases::Delete action;
        GRAPE_ASSIGN(action.alias, decode_alias(remove->alias(), cat(field, ".alias_name")));
        out.actions.emplace_back(std::move(action));
        return {};
    }
    if (const auto* rename = in.action_as_RenameAlias()) {
        engine::UpdateAliases::Rename action;
        GRAPE_ASSIGN(action.old_alias,
                     decode_alias(rename->old_alias(), cat(field, ".old_alias_name")));
        GRAPE_ASSIGN(action.new_alias,
                     decode_alias(rename->new_alias(), cat(field, ".new_alias_name")));
        out.actions.emplace_back(std::move(action));
        return {};
    }
    return unknown_member(static_cast<uint32_t>(in.action_type()), field);
}

}  // namespace

Result<RequestBody> decode(Context& context, const fb::CreateCollection& in) {
    engine::CreateCollection out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    if (in.config() == nullptr) return Status::make_invalid("config: is missing");
    if (const auto* vectors = in.config()->vectors()) {
        GRAPE_TRY(engine::check_count(vectors->size(), base::limits::vectors_per_collection_max,
                                      "vectors"));
        for (uint32_t i = 0; i < vectors->size(); i++) {
            GRAPE_ASSIGN(auto params, decode_params(*vectors->Get(i), cat("vectors[", i, "]")));
            out.config.vectors.push_back(std::move(params));
        }
    }
    GRAPE_TRY(engine::finish_config(out.config));
    GRAPE_ASSIGN(out.config.metadata,
                 decode_stored_object(context, in.config()->metadata(), "metadata"));
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context& context, const fb::UpdateCollection& in) {
    engine::UpdateCollection out;
    GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    if (const auto* vectors = in.vectors()) {
        GRAPE_TRY(engine::check_count(vectors->size(), base::limits::vectors_per_collection_max,
                                      "vectors"));
        for (uint32_t i = 0; i < vectors->size(); i++) {
            const std::string field = cat("vectors[", i, "]");
            engine::UpdateCollection::VectorDiff& diff = out.vectors.emplace_back();
            const std::string_view name = view(vectors->Get(i)->name());
            GRAPE_TRY(engine::check_vector_name(name, cat(field, ".name")));
            diff.name = name;
            GRAPE_ASSIGN(diff.memory,
                         decode_placement(vectors->Get(i)->memory(), cat(field, ".memory")));
        }
    }
    if (in.metadata() != nullptr) {
        GRAPE_ASSIGN(out.metadata, decode_stored_object(context, in.metadata(), "metadata"));
    }
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context&, const fb::UpdateAliases& in) {
    engine::UpdateAliases out;
    if (in.actions() == nullptr) return Status::make_invalid("actions: is missing");
    GRAPE_TRY(engine::check_count(in.actions()->size(), base::limits::operations_per_batch_max,
                                  "actions"));
    for (uint32_t i = 0; i < in.actions()->size(); i++) {
        GRAPE_TRY(decode_action(*in.actions()->Get(i), cat("actions[", i, "]"), out));
    }
    return RequestBody(std::move(out));
}

Result<RequestBody> decode(Context&, const fb::GetAliases& in) {
    engine::GetAliases out;
    if (in.collection() != nullptr) {
        GRAPE_ASSIGN(out.collection, decode_collection(in.collection(), ""));
    }
    return RequestBody(std::move(out));
}

}  // namespace grape::capi
