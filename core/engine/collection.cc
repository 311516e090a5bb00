#include "core/engine/collection.h"

#include <algorithm>

#include "core/engine/request/field_schema.h"

namespace grape::engine {
namespace {

base::Result<index::FieldType> type_of(const FieldSchema& schema) {
    index::FieldType type;
    type.kind = schema.kind;
    if (schema.kind == index::FieldKind::text) {
        type.ordered = schema.text.phrase_matching;
        GRAPE_ASSIGN(type.tokenizer, index::Tokenizer::make(schema.text));
    }
    return type;
}

base::Result<Collection::Field> read_field(const storage::FieldRecord& record) {
    Collection::Field out;
    out.number = record.number;
    out.automatic = record.automatic;
    GRAPE_ASSIGN(out.path, base::JsonPath::parse(record.path, "path"));
    GRAPE_TRY(base::validate_payload(record.schema));
    const base::JsonValue schema = base::decode_payload(base::PayloadView(record.schema));
    GRAPE_ASSIGN(out.schema, read_field_schema(schema, "schema"));
    GRAPE_ASSIGN(out.type, type_of(out.schema));
    return out;
}

}  // namespace

base::Result<std::shared_ptr<const Collection>> Collection::make(storage::CollectionRecord record) {
    std::shared_ptr<Collection> out(new Collection(std::move(record)));
    for (const storage::FieldRecord& each : out->record_.fields) {
        base::Result<Field> field = read_field(each);
        if (!field.ok()) {
            return base::Status::make_corrupt("collection '", out->name(), "': the index of '",
                                              each.path, "': ", field.status().message());
        }
        out->fields_.push_back(std::move(field).value());
    }
    return std::shared_ptr<const Collection>(std::move(out));
}

const Collection::Field* Collection::field_of_number(uint32_t number) const {
    for (const Field& each : fields_) {
        if (each.number == number) return &each;
    }
    return nullptr;
}

const Collection::Field* Collection::find_field(const base::JsonPath& path) const {
    if (fields_.empty()) return nullptr;
    const std::string wanted = path.to_string();
    for (size_t i = 0; i < fields_.size(); ++i) {
        if (record_.fields[i].path == wanted) return &fields_[i];
    }
    return nullptr;
}

std::optional<uint32_t> Collection::find_vector(std::string_view name) const {
    for (const storage::VectorRecord& vector : record_.vectors) {
        if (vector.name == name) return vector.number;
    }
    return std::nullopt;
}

base::Result<uint32_t> Collection::require_vector(std::string_view name,
                                                  std::string_view field) const {
    if (const auto number = find_vector(name)) return *number;
    std::string known;
    for (const storage::VectorRecord& vector : record_.vectors) {
        known += base::cat(known.empty() ? "" : ", ", "'", vector.name, "'");
    }
    return base::Status::make_invalid(field, ": collection '", record_.name,
                                      "' has no vector named '", name, "'; it has ",
                                      known.empty() ? std::string("none") : known);
}

storage::Placement Collection::side_placement() const {
    const bool cold =
        vectors() != 0 && std::all_of(record_.vectors.begin(), record_.vectors.end(),
                                      [](const storage::VectorRecord& vector) {
                                          return vector.placement == storage::Placement::cold;
                                      });
    return cold ? storage::Placement::cold : storage::Placement::cached;
}

uint32_t Collection::row_bytes(uint32_t vector) const {
    const storage::VectorRecord& record = record_.vectors[vector];
    return record.size * static_cast<uint32_t>(vector::element_bytes(record.datatype));
}

index::SectionShape Collection::section_shape(uint32_t vector) const {
    const storage::VectorRecord& record = record_.vectors[vector];
    return {vector, record.datatype, record.size, row_bytes(vector)};
}

index::FlatShape Collection::flat_shape(uint32_t vector) const {
    const storage::VectorRecord& record = record_.vectors[vector];
    return {record.datatype, record.distance, record.size};
}

index::GraphShape Collection::graph_shape(uint32_t vector) const {
    const storage::VectorRecord& record = record_.vectors[vector];
    return {vector, record.datatype, record.distance, record.size};
}

CollectionConfig Collection::config() const {
    CollectionConfig out;
    for (const storage::VectorRecord& vector : record_.vectors) {
        out.vectors.push_back(
            {vector.name, vector.size, vector.distance, vector.datatype, vector.placement});
    }
    std::sort(out.vectors.begin(), out.vectors.end(),
              [](const VectorParams& a, const VectorParams& b) { return a.name < b.name; });
    if (!record_.metadata.empty()) {
        out.metadata = base::decode_payload(base::PayloadView(record_.metadata));
    }
    return out;
}

}  // namespace grape::engine
