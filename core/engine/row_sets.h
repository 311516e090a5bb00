// RowSetCache: sets of rows that many filters of one view need: the live rows, and those whose
// payload was written in an interval of commits. Made at the first use and kept with the shard's
// view.
//
// The views of a shard that follow one another share what was made last: a set of a newer view is
// an older one's, with the leaves of the row table that are not the same in both looked at anew. So
// it costs little while points are written one by one.
//
// What must stay true: only tables that nobody changes any more are shared; an edit in progress
// changes leaves in place. Threads: any.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "core/base/mutex.h"
#include "core/engine/row_table.h"
#include "core/index/field/field_kind.h"
#include "core/index/field/row_bitset.h"

namespace grape::engine {

class RowSetCache {
  public:
    RowSetCache();
    // A copy of a view, which is about to change, begins without sets.
    RowSetCache(const RowSetCache& other) : shared_(other.shared_) {}
    RowSetCache& operator=(const RowSetCache& other);

    // `rows` must be the same at each call; `published` says that they stay as they are. The sets
    // stay as long as the cache.
    const index::RowBitset& live(const RowTable& rows, bool published) const GRAPE_EXCLUDES(mutex_);
    const index::RowBitset& written_in(index::CommitInterval interval, const RowTable& rows,
                                       bool published) const GRAPE_EXCLUDES(mutex_);
    size_t heap_bytes() const GRAPE_EXCLUDES(mutex_);

  private:
    class Shared;
    using Key = std::pair<uint64_t, uint64_t>;  // low and high of an interval
    using Rows = std::shared_ptr<const index::RowBitset>;

    const index::RowBitset& get(Key key, const RowTable& rows, bool published) const
        GRAPE_EXCLUDES(mutex_);

    std::shared_ptr<Shared> shared_;
    mutable base::Mutex mutex_;
    mutable std::map<Key, Rows> sets_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
