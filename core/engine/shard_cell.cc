#include "core/engine/shard_cell.h"

#include <algorithm>

namespace grape::engine {

using base::Result;

uint64_t recovery_floor(const ShardView& view) {
    uint64_t floor = UINT64_MAX;
    for (const LogUse& use : view.log_files) floor = std::min(floor, use.first_commit);
    // Without row files the keys themselves say everything.
    const bool behind = view.row_files != nullptr && view.last_commit > view.checkpoint;
    return behind ? std::min(floor, view.checkpoint + 1) : floor;
}

uint64_t ShardCell::floor() const {
    const std::shared_ptr<const ShardView> view = loaded();
    return view == nullptr ? floor_ : recovery_floor(*view);
}

Result<std::shared_ptr<const ShardView>> ShardCell::get() const {
    if (auto view = loaded()) return view;
    const base::MutexLock loading(load_mutex_);
    if (auto view = loaded()) return view;
    GRAPE_TRY(damage_);
    Result<std::shared_ptr<const ShardView>> made = loader_();
    if (!made.ok()) {
        // Damage does not go away by looking again.
        if (made.status().code() == base::Code::corrupt) damage_ = made.status();
        return made.status();
    }
    loader_ = nullptr;
    const base::MutexLock lock(mutex_);
    loaded_ = *made;
    return made;
}

std::shared_ptr<const ShardView> ShardCell::loaded() const {
    const base::MutexLock lock(mutex_);
    return loaded_;
}

}  // namespace grape::engine
