#include "core/engine/collection.h"

#include <algorithm>

namespace grape::engine {

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
