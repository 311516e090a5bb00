// RowSetCache: sets of rows that many filters of one view need: the live rows, and those whose
// payload was written in an interval of commits. Made at the first use and kept with the shard's
// view; a copy of the view, which is about to change, begins without them. Threads: any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/mutex.h"
#include "core/engine/row_table.h"
#include "core/index/field/field_kind.h"
#include "core/index/field/row_bitset.h"

namespace grape::engine {

class RowSetCache {
  public:
    RowSetCache() = default;
    RowSetCache(const RowSetCache&) {}
    RowSetCache& operator=(const RowSetCache&) {
        forget();
        return *this;
    }

    // `rows` must be the same at each call. The sets stay as long as the cache.
    const index::RowBitset& live(const RowTable& rows) const GRAPE_EXCLUDES(mutex_);
    const index::RowBitset& written_in(index::CommitInterval interval, const RowTable& rows) const
        GRAPE_EXCLUDES(mutex_);
    size_t heap_bytes() const GRAPE_EXCLUDES(mutex_);

  private:
    void forget() GRAPE_EXCLUDES(mutex_);

    mutable base::Mutex mutex_;
    mutable std::optional<index::RowBitset> live_ GRAPE_GUARDED_BY(mutex_);
    mutable std::map<std::pair<uint64_t, uint64_t>, index::RowBitset> written_
        GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::engine
