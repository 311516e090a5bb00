// Applies operations on points to an edit: the meaning of upsert, delete, and the changes of
// vectors and payloads. Everything that can be refused is refused before the first change of an
// operation. Threads: on the sequencer's leader.
#pragma once

#include "core/engine/commit_edit.h"

namespace grape::engine {

// Checks that need no row: names and sizes of vectors, their values. The caller's thread runs it
// before it queues the change. `path` names the operation in errors ("" or "operations[3].").
base::Status check_operation(const Collection& collection, const PointOperation& operation,
                             const std::string& path);

// `checked` is the collection against which check_operation() has run; it runs again when another
// one has taken its place.
base::Status apply_operation(CommitEdit& edit, const PointOperation& operation,
                             const std::string& path, const Collection* checked);

// How many bytes of keys an operation may write, to tell large commits.
uint64_t estimate_key_bytes(const PointOperation& operation);
// The collection that an operation is for.
const std::string& collection_of(const PointOperation& operation);

}  // namespace grape::engine
