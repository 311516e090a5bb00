// The parts that several FlatBuffers requests share. Everything here reads verified messages; any
// field may be missing (null) nevertheless. Threads: pure functions; a Context belongs to one
// decode.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/engine/request/request.h"
#include "schema/request_generated.h"

namespace grape::capi {

struct Context {
    std::span<const engine::RequestBlob> blobs;
    // How many bytes of text may be copied out, and how many are left. Tables of a hostile message
    // may share one text, so that a small message could grow without end.
    uint64_t text_max = 0;
    uint64_t text_left = 0;
    // How many more ids and points there may be, over all operations: lists may be shared as well.
    uint64_t points_left = base::limits::points_per_request_max;
};

using Text = flatbuffers::String;
using Texts = flatbuffers::Vector<flatbuffers::Offset<fb::Text>>;

std::string_view view(const Text* text);
// Counts ids or points against the limit of the request.
base::Status take_points(Context& context, uint64_t count, std::string_view field);
// Copies a text and counts it.
base::Result<std::string> copy_text(Context& context, const Text* text, std::string_view field);

// The collection's name, or `fallback` (a batch's) when the operation says none.
base::Result<std::string> decode_collection(const Text* own, std::string_view fallback);
base::Result<base::PointId> decode_id(Context& context, const fb::PointId* id,
                                      std::string_view field);
base::Result<std::vector<base::PointId>> decode_ids(Context& context, const fb::IdColumn* ids,
                                                    std::string_view field);
base::Result<engine::PointSelection> decode_selection(Context& context,
                                                      const fb::PointSelection* selection);
base::Result<engine::VectorData> decode_dense(const Context& context, const fb::DenseVector* dense,
                                              std::string_view field);
base::Result<std::vector<engine::NamedVector>> decode_vectors(
    const Context& context, const flatbuffers::Vector<flatbuffers::Offset<fb::NamedVector>>* in,
    std::string_view field);
// JSON text that must be an object; a missing or empty one is the empty object.
base::Result<base::JsonValue> decode_object(Context& context, const Text* json,
                                            std::string_view field);
// The same, kept as a tree, with the limits of a stored payload.
base::Result<base::JsonValue> decode_stored_object(Context& context, const Text* json,
                                                   std::string_view field);
// The same in binary form; "" when it is missing.
base::Result<std::string> decode_payload(Context& context, const Text* json,
                                         std::string_view field);
base::Result<std::vector<base::JsonPath>> decode_paths(Context& context, const Texts* texts,
                                                       std::string_view field);
base::Result<std::vector<std::string>> decode_vector_names(Context& context, const Texts* texts,
                                                           std::string_view field);
// Leaves `out` as it is when the selector is missing.
base::Status decode_with_payload(Context& context, const fb::Selector* in,
                                 engine::WithPayload& out);
base::Status decode_with_vectors(Context& context, const fb::Selector* in,
                                 engine::WithVectors& out);
// Code::invalid for a member that is missing, Code::unsupported for one of a newer schema.
base::Status unknown_member(uint32_t kind, std::string_view field);
base::Result<std::optional<storage::Placement>> decode_placement(fb::Placement memory,
                                                                 std::string_view field);

}  // namespace grape::capi
