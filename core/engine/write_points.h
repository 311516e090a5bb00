// Applies operations on points to an edit: the meaning of upsert, delete, and the changes of
// vectors and payloads. Everything that can be refused is refused before the first change of an
// operation. Threads: on the sequencer's leader.
#pragma once

#include "core/engine/commit_edit.h"

namespace grape::engine {

// One operation, where it lies in its request.
using OperationRef = std::variant<const UpsertPoints*, const DeletePoints*, const UpdateVectors*,
                                  const DeleteVectors*, const SetPayload*, const OverwritePayload*,
                                  const DeletePayload*, const ClearPayload*>;
OperationRef operation_ref(const PointOperation& operation);

// Checks that need no row: names and sizes of vectors, their values. The caller's thread runs it
// before it queues the change. `path` names the operation in errors ("" or "operations[3].").
base::Status check_operation(const Collection& collection, const OperationRef& operation,
                             const std::string& path);

// `checked` is the collection against which check_operation() has run; it runs again when another
// one has taken its place. `single` says that the request holds no other operation.
base::Status apply_operation(CommitEdit& edit, const OperationRef& operation,
                             const std::string& path, const Collection* checked, bool single);

// How many bytes of keys an operation may write, to tell large commits.
uint64_t estimate_key_bytes(const OperationRef& operation);
// What a payload operation gives its points; of those of a filter, one is counted. It takes as long
// as storing one.
uint64_t payload_bytes(const OperationRef& operation);
// How many bytes of vectors it stores.
uint64_t vector_bytes(const Collection& collection, const OperationRef& operation);
// The collection that an operation is for.
const std::string& collection_of(const OperationRef& operation);

}  // namespace grape::engine
