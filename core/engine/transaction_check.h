// Whether commits of others contradict what a transaction has seen. It may happen now, as one
// commit, exactly when each point that it asked for by id is as it was in its view, and each range
// that it read has the same points (docs/design/0008). Threads: pure functions.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "core/engine/conflict_ring.h"
#include "core/engine/read_set.h"
#include "core/query/row_source.h"

namespace grape::engine {

// One collection's points at some moment.
class PointsAt {
  public:
    virtual ~PointsAt() = default;
    virtual const query::RowSource& rows() const = 0;
};
// The collection is there at that moment.
using OpenPoints =
    std::function<base::Result<std::unique_ptr<PointsAt>>(const Collection& collection)>;
// What a name stands for at some moment; null: nothing.
using FindName = std::function<std::shared_ptr<const Collection>(const std::string& name)>;

// Code::conflict that says which name, when one stands for another collection now, or for one with
// other settings or indexes after a range of it was read.
base::Status check_names(const ReadSet& reads, const FindName& now);

// Code::conflict that says which collection, point and commit; Code::retry when a commit changed
// more points than are kept. A range is met by a point that matches in the transaction's view or
// now.
base::Status check_commits(const ReadSet& reads, const CommitList& commits, const OpenPoints& view,
                           const OpenPoints& now);

}  // namespace grape::engine
