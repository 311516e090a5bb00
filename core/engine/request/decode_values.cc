// Readers of ids, vectors, blobs, paths and selectors, which many requests have.
#include <memory>

#include "core/base/limits.h"
#include "core/engine/request/decode_common.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonPath;
using base::JsonValue;
using base::PointId;
using base::Result;
using base::Status;
namespace limits = base::limits;

namespace {

constexpr std::string_view kIdForms =
    "a point id (an integer from 0 to 18446744073709551615, a UUID or a string)";

Result<VectorData> read_row(const JsonValue& value, const Place& at, const Context& context) {
    GRAPE_ASSIGN(const BlobPlace place, read_blob(value, at));
    const std::string field = at.text();
    if (!place.row) {
        GRAPE_ASSIGN(const uint64_t rows, rows_of_blob(context.blobs, place.blob, field));
        if (rows != 1) {
            return Status::make_invalid(
                Place(at, "row").say("is required: blob ", place.blob, " has ", rows, " rows"));
        }
    }
    return vector_of_blob(context.blobs, place.blob, place.row.value_or(0), field);
}

Result<VectorData> read_inline_vector(const JsonValue& value, const Place& at) {
    const std::vector<JsonValue>& items = value.items();
    GRAPE_TRY(check_dim(items.size(), at.text()));
    auto values = std::make_shared<std::vector<float>>();
    values->reserve(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
        if (!items[i].is_number()) {
            if (items[i].is(JsonKind::array)) return unsupported(at, "multi-vectors");
            return wrong_kind(items[i], "a number", Place(at, i));
        }
        values->push_back(static_cast<float>(items[i].as_real()));
    }
    VectorData vector;
    vector.data = values->data();
    vector.dim = static_cast<uint32_t>(values->size());
    vector.owned = std::move(values);
    return vector;
}

Result<WithPayload> read_payload_object(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"include", "exclude"}));
    const JsonValue* include = find_member(value, "include");
    const JsonValue* exclude = find_member(value, "exclude");
    if ((include == nullptr) == (exclude == nullptr)) {
        return Status::make_invalid(at.say("one of include and exclude is required"));
    }
    const bool is_include = include != nullptr;
    const Place here(at, is_include ? "include" : "exclude");
    GRAPE_ASSIGN(std::vector<JsonPath> paths, read_paths(is_include ? *include : *exclude, here));
    using Kind = WithPayload::Kind;
    if (paths.empty()) return WithPayload{is_include ? Kind::none : Kind::all, {}};
    return WithPayload{is_include ? Kind::include : Kind::exclude, std::move(paths)};
}

}  // namespace

Result<PointId> read_id(const JsonValue& value, const Place& at) {
    if (value.is(JsonKind::string)) return PointId::from_text(value.as_string(), at.text());
    if (value.is(JsonKind::unsigned_integer) ||
        (value.is(JsonKind::integer) && value.as_integer() >= 0)) {
        return PointId::number(value.as_unsigned());
    }
    return wrong_kind(value, kIdForms, at);
}

Result<std::vector<PointId>> read_ids(const JsonValue& value, const Place& at,
                                      const Context& context) {
    if (is_blob(value)) {
        GRAPE_ASSIGN(const BlobPlace place, read_blob(value, at));
        if (place.row) return Status::make_invalid(Place(at, "row").say("a column has no row"));
        return ids_of_blob(context.blobs, place.blob, at.text());
    }
    if (!value.is(JsonKind::array)) return wrong_kind(value, "an array of ids or a blob", at);
    const std::vector<JsonValue>& items = value.items();
    GRAPE_TRY(check_count(items.size(), limits::points_per_request_max, at.text()));
    std::vector<PointId> ids;
    ids.reserve(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
        GRAPE_ASSIGN(PointId id, read_id(items[i], Place(at, i)));
        ids.push_back(std::move(id));
    }
    return ids;
}

Result<std::optional<uint64_t>> read_version(const JsonValue& object, const Place& at) {
    const JsonValue* value = find_member(object, "if_version");
    if (value == nullptr) return std::optional<uint64_t>();
    GRAPE_ASSIGN(const uint64_t version, read_integer(*value, Place(at, "if_version")));
    return std::optional<uint64_t>(version);
}

bool is_blob(const JsonValue& value) {
    const JsonValue* blob = value.find("blob");
    return blob != nullptr && blob->is_number();
}

Result<BlobPlace> read_blob(const JsonValue& value, const Place& at) {
    GRAPE_TRY(check_members(value, at, {"blob", "row"}));
    GRAPE_ASSIGN(const JsonValue* blob, require_member(value, "blob", at));
    BlobPlace place;
    GRAPE_ASSIGN(place.blob, read_integer(*blob, Place(at, "blob")));
    if (const JsonValue* row = find_member(value, "row")) {
        GRAPE_ASSIGN(place.row, read_integer(*row, Place(at, "row")));
    }
    return place;
}

bool is_document(const JsonValue& value) {
    const JsonValue* text = value.find("text");
    return (text != nullptr && text->is(JsonKind::string)) ||
           (value.find("model") != nullptr && value.find("model")->is(JsonKind::string));
}

Result<VectorData> read_vector(const JsonValue& value, const Place& at, const Context& context) {
    if (value.is(JsonKind::array)) return read_inline_vector(value, at);
    if (is_blob(value)) return read_row(value, at, context);
    if (is_document(value)) return unsupported(at, "vectors computed from documents");
    if (value.find("indices") != nullptr) return unsupported(at, "sparse vectors");
    return wrong_kind(value, "an array of numbers or a blob", at);
}

Result<JsonPath> read_path(const JsonValue& value, const Place& at) {
    GRAPE_TRY(expect_kind(value, JsonKind::string, at));
    return JsonPath::parse(value.as_string(), at.text());
}

Result<std::vector<JsonPath>> read_paths(const JsonValue& value, const Place& at) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    std::vector<JsonPath> paths;
    for (size_t i = 0; i < value.items().size(); ++i) {
        GRAPE_ASSIGN(JsonPath path, read_path(value.items()[i], Place(at, i)));
        paths.push_back(std::move(path));
    }
    return paths;
}

Result<std::vector<std::string>> read_vector_names(const JsonValue& value, const Place& at) {
    GRAPE_TRY(expect_kind(value, JsonKind::array, at));
    std::vector<std::string> names;
    for (size_t i = 0; i < value.items().size(); ++i) {
        const Place here(at, i);
        GRAPE_ASSIGN(std::string name, read_string(value.items()[i], here));
        GRAPE_TRY(check_vector_name(name, here.text()));
        names.push_back(std::move(name));
    }
    return names;
}

Result<WithPayload> read_with_payload(const JsonValue& body, const Place& at, bool otherwise) {
    using Kind = WithPayload::Kind;
    const JsonValue* value = find_member(body, "with_payload");
    if (value == nullptr) return WithPayload{otherwise ? Kind::all : Kind::none, {}};
    const Place here(at, "with_payload");
    if (value->is(JsonKind::boolean)) {
        return WithPayload{value->as_bool() ? Kind::all : Kind::none, {}};
    }
    if (value->is(JsonKind::object)) return read_payload_object(*value, here);
    if (!value->is(JsonKind::array)) {
        return wrong_kind(*value, "a boolean, an array of keys, include or exclude", here);
    }
    GRAPE_ASSIGN(std::vector<JsonPath> paths, read_paths(*value, here));
    return WithPayload{paths.empty() ? Kind::none : Kind::include, std::move(paths)};
}

Result<WithVectors> read_with_vectors(const JsonValue& body, const Place& at) {
    using Kind = WithVectors::Kind;
    const bool plural = find_member(body, "with_vectors") != nullptr;
    const std::string_view name = plural ? "with_vectors" : "with_vector";
    const JsonValue* value = find_member(body, name);
    if (value == nullptr) return WithVectors{};
    const Place here(at, name);
    if (plural && find_member(body, "with_vector") != nullptr) {
        return Status::make_invalid(here.say("with_vector says it already"));
    }
    if (value->is(JsonKind::boolean)) {
        return WithVectors{value->as_bool() ? Kind::all : Kind::none, {}};
    }
    if (!value->is(JsonKind::array)) {
        return wrong_kind(*value, "a boolean or an array of vector names", here);
    }
    GRAPE_ASSIGN(std::vector<std::string> names, read_vector_names(*value, here));
    return WithVectors{names.empty() ? Kind::none : Kind::some, std::move(names)};
}

}  // namespace grape::engine
