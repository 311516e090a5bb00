#include "capi/flatbuffers/decode_parts.h"

#include <bit>
#include <utility>

#include "capi/flatbuffers/decode_filter.h"
#include "core/base/limits.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::PointId;
using base::Result;
using base::Status;
namespace limits = base::limits;

static_assert(std::endian::native == std::endian::little, "inline vectors are used in place");

base::UuidBytes uuid_bytes(const fb::Uuid& uuid) {
    base::UuidBytes bytes;
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = static_cast<uint8_t>(uuid.high() >> (56 - 8 * i));
        bytes[i + 8] = static_cast<uint8_t>(uuid.low() >> (56 - 8 * i));
    }
    return bytes;
}

Result<engine::VectorData> decode_inline(const fb::DenseVector& dense, std::string_view field) {
    engine::VectorData vector;
    switch (dense.datatype()) {
        case fb::Datatype::UNSET:
        case fb::Datatype::F32:
            vector.type = vector::Datatype::f32;
            break;
        case fb::Datatype::F16:
            vector.type = vector::Datatype::f16;
            break;
        case fb::Datatype::U8:
            vector.type = vector::Datatype::u8;
            break;
        default:
            return unknown_member(static_cast<uint32_t>(dense.datatype()), cat(field, ".datatype"));
    }
    const size_t element = vector::element_bytes(vector.type);
    const size_t size = dense.data()->size();
    if (size % element != 0) {
        return Status::make_invalid(field, ".data: ", size, " bytes are no whole number of ",
                                    vector::datatype_name(vector.type));
    }
    GRAPE_TRY(engine::check_dim(size / element, field));
    vector.data = dense.data()->data();
    vector.dim = static_cast<uint32_t>(size / element);
    return vector;
}

std::vector<PointId> decode_numbers(const flatbuffers::Vector<uint64_t>& numbers) {
    std::vector<PointId> ids;
    ids.reserve(numbers.size());
    for (const uint64_t number : numbers) ids.push_back(PointId::number(number));
    return ids;
}

}  // namespace

std::string_view view(const Text* text) {
    return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

Status unknown_member(uint32_t kind, std::string_view field) {
    if (kind == 0) return Status::make_invalid(field, ": is missing");
    return Status::make_unsupported(field, ": kind ", kind, " is not known to this version");
}

Status take_points(Context& context, uint64_t count, std::string_view field) {
    if (count > context.points_left) {
        return Status::make_limit(field, ": the request has more than ",
                                  limits::points_per_request_max, " points or ids");
    }
    context.points_left -= count;
    return {};
}

Result<std::string> copy_text(Context& context, const Text* text, std::string_view field) {
    const std::string_view bytes = view(text);
    if (bytes.size() > context.text_left) {
        return Status::make_limit(field,
                                  ": the texts of the message, each counted where it is "
                                  "used, are over the limit of ",
                                  context.text_max, " bytes");
    }
    context.text_left -= bytes.size();
    return std::string(bytes);
}

Result<std::string> decode_collection(const Text* own, std::string_view fallback) {
    const std::string_view name = own == nullptr ? fallback : view(own);
    GRAPE_TRY(engine::check_collection_name(name, "collection_name"));
    return std::string(name);
}

Result<PointId> decode_id(Context& context, const fb::PointId* id, std::string_view field) {
    if (id == nullptr) return Status::make_invalid(field, ": is missing");
    switch (id->kind()) {
        case fb::IdKind::NUMBER:
            return PointId::number(id->number());
        case fb::IdKind::UUID:
            if (id->uuid() == nullptr) return Status::make_invalid(field, ".uuid: is missing");
            return PointId::uuid(uuid_bytes(*id->uuid()));
        case fb::IdKind::TEXT: {
            GRAPE_ASSIGN(const std::string text, copy_text(context, id->text(), field));
            return PointId::from_text(text, field);
        }
        default:
            return unknown_member(static_cast<uint32_t>(id->kind()), cat(field, ".kind"));
    }
}

Result<std::vector<PointId>> decode_ids(Context& context, const fb::IdColumn* ids,
                                        std::string_view field) {
    const int forms = ids == nullptr ? 0
                                     : (ids->blob() != nullptr) + (ids->numbers() != nullptr) +
                                           (ids->ids() != nullptr);
    if (forms != 1) {
        return Status::make_invalid(field, ": exactly one of blob, numbers and ids must be there");
    }
    if (ids->blob() != nullptr) {
        const uint32_t blob = ids->blob()->blob();
        GRAPE_ASSIGN(const uint64_t rows, engine::rows_of_blob(context.blobs, blob, field));
        GRAPE_TRY(take_points(context, rows, field));
        return engine::ids_of_blob(context.blobs, blob, field);
    }
    if (ids->numbers() != nullptr) {
        GRAPE_TRY(take_points(context, ids->numbers()->size(), field));
        return decode_numbers(*ids->numbers());
    }
    GRAPE_TRY(take_points(context, ids->ids()->size(), field));
    std::vector<PointId> decoded;
    decoded.reserve(ids->ids()->size());
    for (uint32_t i = 0; i < ids->ids()->size(); i++) {
        GRAPE_ASSIGN(PointId id, decode_id(context, ids->ids()->Get(i), cat(field, "[", i, "]")));
        decoded.push_back(std::move(id));
    }
    return decoded;
}

Result<engine::PointSelection> decode_selection(Context& context,
                                                const fb::PointSelection* selection) {
    if (selection == nullptr) return Status::make_invalid("selection: is missing");
    engine::PointSelection decoded;
    if (selection->if_version().has_value()) decoded.if_version = *selection->if_version();
    if (selection->filter() == nullptr) {
        GRAPE_ASSIGN(decoded.ids, decode_ids(context, selection->ids(), "points"));
        return decoded;
    }
    if (selection->ids() != nullptr) {
        return Status::make_invalid("points and filter: give one of them, not both");
    }
    if (decoded.if_version) return Status::make_invalid("if_version: is only for points by id");
    GRAPE_ASSIGN(decoded.filter, decode_selecting_filter(context, *selection->filter(), "filter"));
    return decoded;
}

Result<engine::VectorData> decode_dense(const Context& context, const fb::DenseVector* dense,
                                        std::string_view field) {
    if (dense == nullptr || (dense->blob() == nullptr) == (dense->data() == nullptr)) {
        return Status::make_invalid(field, ": exactly one of blob and data must be there");
    }
    if (dense->data() != nullptr) return decode_inline(*dense, field);
    return engine::vector_of_blob(context.blobs, dense->blob()->blob(), dense->blob()->row(),
                                  field);
}

Result<std::vector<engine::NamedVector>> decode_vectors(
    const Context& context, const flatbuffers::Vector<flatbuffers::Offset<fb::NamedVector>>* in,
    std::string_view field) {
    std::vector<engine::NamedVector> vectors;
    if (in == nullptr) return vectors;
    GRAPE_TRY(engine::check_count(in->size(), limits::vectors_per_collection_max, field));
    for (uint32_t i = 0; i < in->size(); i++) {
        const fb::NamedVector* vector = in->Get(i);
        const std::string here = cat(field, "[", i, "]");
        engine::NamedVector& named = vectors.emplace_back();
        GRAPE_TRY(engine::check_vector_name(view(vector->name()), cat(here, ".name")));
        named.name = view(vector->name());
        switch (vector->vector_type()) {
            case fb::Vector::DenseVector:
                break;
            case fb::Vector::SparseVector:
                return Status::make_unsupported(here, ": sparse vectors are not supported yet");
            case fb::Vector::MultiVector:
                return Status::make_unsupported(here, ": multi vectors are not supported yet");
            case fb::Vector::TextVector:
                return Status::make_unsupported(here, ": text vectors are not supported yet");
            default:
                return unknown_member(static_cast<uint32_t>(vector->vector_type()), here);
        }
        GRAPE_ASSIGN(named.data, decode_dense(context, vector->vector_as_DenseVector(), here));
    }
    GRAPE_TRY(engine::finish_vectors(vectors, field));
    return vectors;
}

Result<base::JsonValue> decode_object(Context& context, const Text* json, std::string_view field) {
    if (json == nullptr || json->size() == 0) return base::JsonValue::make_object();
    GRAPE_ASSIGN(const std::string text, copy_text(context, json, field));
    auto tree = base::parse_json(text);
    if (!tree.ok()) return tree.status().with_context(field);
    if (!tree->is(base::JsonKind::object)) {
        return Status::make_invalid(field, ": must be a JSON object, is ", tree->kind_name());
    }
    return tree;
}

Result<base::JsonValue> decode_stored_object(Context& context, const Text* json,
                                             std::string_view field) {
    GRAPE_ASSIGN(base::JsonValue object, decode_object(context, json, field));
    GRAPE_TRY(base::encode_payload(object, field).status());
    return object;
}

Result<std::string> decode_payload(Context& context, const Text* json, std::string_view field) {
    if (json == nullptr || json->size() == 0) return std::string();
    GRAPE_ASSIGN(const std::string text, copy_text(context, json, field));
    return base::encode_payload_text(text, field);
}

Result<std::vector<base::JsonPath>> decode_paths(Context& context, const Texts* texts,
                                                 std::string_view field) {
    std::vector<base::JsonPath> paths;
    if (texts == nullptr) return paths;
    GRAPE_TRY(engine::check_count(texts->size(), limits::operations_per_batch_max, field));
    for (uint32_t i = 0; i < texts->size(); i++) {
        GRAPE_ASSIGN(const std::string text, copy_text(context, texts->Get(i)->text(), field));
        GRAPE_ASSIGN(base::JsonPath path, base::JsonPath::parse(text, cat(field, "[", i, "]")));
        paths.push_back(std::move(path));
    }
    return paths;
}

Result<std::vector<std::string>> decode_vector_names(Context& context, const Texts* texts,
                                                     std::string_view field) {
    std::vector<std::string> names;
    if (texts == nullptr) return names;
    GRAPE_TRY(engine::check_count(texts->size(), limits::vectors_per_collection_max, field));
    for (uint32_t i = 0; i < texts->size(); i++) {
        GRAPE_ASSIGN(std::string name, copy_text(context, texts->Get(i)->text(), field));
        GRAPE_TRY(engine::check_vector_name(name, cat(field, "[", i, "]")));
        names.push_back(std::move(name));
    }
    return names;
}

Status decode_with_payload(Context& context, const fb::Selector* in, engine::WithPayload& out) {
    using Kind = engine::WithPayload::Kind;
    if (in == nullptr) return {};
    switch (in->kind()) {
        case fb::SelectorKind::NONE:
            out.kind = Kind::none;
            break;
        case fb::SelectorKind::ALL:
            out.kind = Kind::all;
            break;
        case fb::SelectorKind::INCLUDE:
            out.kind = Kind::include;
            break;
        case fb::SelectorKind::EXCLUDE:
            out.kind = Kind::exclude;
            break;
        default:
            return unknown_member(static_cast<uint32_t>(in->kind()), "with_payload.kind");
    }
    GRAPE_ASSIGN(out.paths, decode_paths(context, in->names(), "with_payload"));
    // As in JSON: including nothing is none, excluding nothing is all.
    if (out.paths.empty() && out.kind == Kind::include) out.kind = Kind::none;
    if (out.paths.empty() && out.kind == Kind::exclude) out.kind = Kind::all;
    return {};
}

Status decode_with_vectors(Context& context, const fb::Selector* in, engine::WithVectors& out) {
    using Kind = engine::WithVectors::Kind;
    if (in == nullptr) return {};
    switch (in->kind()) {
        case fb::SelectorKind::NONE:
            out.kind = Kind::none;
            break;
        case fb::SelectorKind::ALL:
            out.kind = Kind::all;
            break;
        case fb::SelectorKind::INCLUDE:
            out.kind = Kind::some;
            break;
        case fb::SelectorKind::EXCLUDE:
            return Status::make_unsupported("with_vectors.kind: EXCLUDE is only for payloads");
        default:
            return unknown_member(static_cast<uint32_t>(in->kind()), "with_vectors.kind");
    }
    GRAPE_ASSIGN(out.names, decode_vector_names(context, in->names(), "with_vector"));
    if (out.names.empty() && out.kind == Kind::some) out.kind = Kind::none;
    return {};
}

Result<std::optional<storage::Placement>> decode_placement(fb::Placement memory,
                                                           std::string_view field) {
    using Placement = std::optional<storage::Placement>;
    switch (memory) {
        case fb::Placement::UNSET:
            return Placement();
        case fb::Placement::CACHED:
            return Placement(storage::Placement::cached);
        case fb::Placement::PINNED:
            return Placement(storage::Placement::pinned);
        case fb::Placement::COLD:
            return Placement(storage::Placement::cold);
        default:
            return unknown_member(static_cast<uint32_t>(memory), field);
    }
}

}  // namespace grape::capi
