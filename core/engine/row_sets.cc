#include "core/engine/row_sets.h"

namespace grape::engine {
namespace {

template <typename Wanted>
index::RowBitset rows_where(const RowTable& rows, Wanted wanted) {
    index::RowBitset out(rows.high());
    for (uint32_t row = 0; row < rows.high(); ++row) {
        if (rows.alive(row) && wanted(row)) out.set(row);
    }
    return out;
}

}  // namespace

const index::RowBitset& RowSetCache::live(const RowTable& rows) const {
    const base::MutexLock lock(mutex_);
    if (!live_) live_ = rows_where(rows, [](uint32_t) { return true; });
    return *live_;
}

const index::RowBitset& RowSetCache::written_in(index::CommitInterval interval,
                                                const RowTable& rows) const {
    const base::MutexLock lock(mutex_);
    const std::pair<uint64_t, uint64_t> key{interval.low, interval.high};
    const auto found = written_.find(key);
    if (found != written_.end()) return found->second;
    return written_
        .emplace(
            key,
            rows_where(rows, [&](uint32_t row) { return interval.contains(rows.key_commit(row)); }))
        .first->second;
}

size_t RowSetCache::heap_bytes() const {
    const base::MutexLock lock(mutex_);
    size_t bytes = live_ ? live_->heap_bytes() : 0;
    for (const auto& [interval, rows] : written_) bytes += rows.heap_bytes();
    return bytes;
}

void RowSetCache::forget() {
    const base::MutexLock lock(mutex_);
    live_.reset();
    written_.clear();
}

}  // namespace grape::engine
