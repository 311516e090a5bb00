// Filters of FlatBuffers requests. Threads: pure functions; a Context belongs to one decode.
#pragma once

#include "capi/flatbuffers/decode_parts.h"

namespace grape::capi {

// Null when it is missing, or has no conditions.
base::Result<engine::FilterPtr> decode_filter(Context& context, const fb::Filter* in,
                                              std::string_view field);
// The same, but one without conditions is kept: it selects every point.
base::Result<engine::FilterPtr> decode_selecting_filter(Context& context, const fb::Filter& in,
                                                        std::string_view field);
base::Result<base::JsonPath> decode_path(Context& context, const Text* text,
                                         std::string_view field);

}  // namespace grape::capi
