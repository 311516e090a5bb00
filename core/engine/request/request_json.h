// Requests and replies as JSON: one object with one member, whose name is the operation (Qdrant's
// operationId where Qdrant has it) and whose value is the REST body in Qdrant's spelling plus
// "collection_name":
//   {"upsert_points": {"collection_name": "words", "points": [{"id": 1, "vector": [0.1, 0.2]}]}}
// A vector may stand inline or in a blob beside the message: {"blob": 0, "row": 3}; a batch's
// column of vectors or ids is {"blob": 0}. Write options stand beside the operation:
//   {"delete_points": {...}, "durability": "full", "idempotency_key": "job-17"}
// Unknown members are refused by name; what later issues bring (filter, sparse_vectors, ...) gives
// Code::unsupported with its name. docs/requests.md lists every operation.
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/engine/request/reply.h"
#include "core/engine/request/request.h"

namespace grape::engine {

base::Result<Request> decode_request_json(std::string_view json,
                                          std::span<const RequestBlob> blobs);
// {"result": ..., "status": "ok", "time": 0.00012}
std::string encode_reply_json(const Reply& reply);

}  // namespace grape::engine
