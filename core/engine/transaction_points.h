// What transactions ask of operations on points: a copy that owns all its data, its size, which
// points it is for; and how points look to an edit that is being made. Threads: pure functions.
#pragma once

#include "core/engine/transaction_check.h"
#include "core/engine/write_points.h"

namespace grape::engine {

// A copy that points into no memory of the caller's.
PointOperation own_operation(const OperationRef& operation);
// About what the copy takes.
base::Result<uint64_t> buffered_bytes(const OperationRef& operation);
// The ids that it names, or its filter.
void points_of_operation(const PointOperation& operation, std::vector<base::PointId>* ids,
                         FilterPtr* filter);
// Takes the conditions on versions away.
void drop_conditions(PointOperation& operation);

// The state that an edit begins with, what earlier requests of its group wrote included; before the
// edit has changed anything itself.
OpenPoints points_of_edit(CommitEdit& edit);

}  // namespace grape::engine
