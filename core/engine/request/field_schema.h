// What a user asks of an index of a payload field, as JSON in Qdrant's spelling: "keyword", or
// {"type": "text", "tokenizer": "word", ...}. The store keeps it in this form, so that it is read
// back by the same reader. Threads: pure functions.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/engine/request/request.h"

namespace grape::engine {

// `field` is the place for messages.
base::Result<FieldSchema> read_field_schema(const base::JsonValue& value, std::string_view field);
// Always an object, with what was given and the defaults of a text index.
base::JsonValue field_schema_json(const FieldSchema& schema);
std::string_view field_kind_name(index::FieldKind kind);
// What no decoder can see member by member: which options a kind has, that a text index can be
// made. Both encodings ask this.
base::Status check_field_schema(const FieldSchema& schema, std::string_view field);
// A path over limits::field_path_bytes_max cannot be indexed.
base::Status check_field_path(const base::JsonPath& path, std::string_view field);

}  // namespace grape::engine
