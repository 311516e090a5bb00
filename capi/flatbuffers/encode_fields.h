// Payload indexes and facets of a reply. Threads: pure functions.
#pragma once

#include <optional>
#include <vector>

#include "capi/flatbuffers/encode_points.h"

namespace grape::capi {

inline flatbuffers::Optional<uint64_t> encode_optional(const std::optional<uint64_t>& value) {
    return value ? flatbuffers::Optional<uint64_t>(*value) : flatbuffers::nullopt;
}
Offset<flatbuffers::Vector<Offset<fb::FieldInfo>>> encode_field_infos(
    Builder& builder, const std::vector<engine::CollectionInfo::FieldInfo>& fields);
base::Result<Offset<fb::FacetReply>> encode_facet(Builder& builder, size_t bytes_max,
                                                  const engine::FacetReply& in);

}  // namespace grape::capi
