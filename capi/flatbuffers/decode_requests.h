// One function for each kind of FlatBuffers request. Threads: pure functions.
#pragma once

#include <string_view>

#include "capi/flatbuffers/decode_parts.h"

namespace grape::capi {

// Collections, aliases (decode_collections.cc).
base::Result<engine::RequestBody> decode(Context& context, const fb::CreateCollection& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::UpdateCollection& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::UpdateAliases& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::GetAliases& in);

// Changes of points (decode_points.cc); `batch` is the collection of the batch around it, or "".
base::Result<engine::PointOperation> decode(Context& context, const fb::UpsertPoints& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::DeletePoints& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::UpdateVectors& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::DeleteVectors& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::SetPayload& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::OverwritePayload& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::DeletePayload& in,
                                            std::string_view batch);
base::Result<engine::PointOperation> decode(Context& context, const fb::ClearPayload& in,
                                            std::string_view batch);
base::Result<engine::RequestBody> decode(Context& context, const fb::BatchUpdate& in);

// Reads (decode_reads.cc).
base::Result<engine::RequestBody> decode(Context& context, const fb::GetPoints& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::ScrollPoints& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::CountPoints& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::QueryPoints& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::QueryBatch& in);

// Indexes of payload fields, and facets (decode_fields.cc).
base::Result<engine::RequestBody> decode(Context& context, const fb::FacetPoints& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::CreateFieldIndex& in);
base::Result<engine::RequestBody> decode(Context& context, const fb::DeleteFieldIndex& in);

}  // namespace grape::capi
