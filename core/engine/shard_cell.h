// ShardCell: a shard in a view: loaded, or the means to load it. The same cell stands in all views
// that see the same state of the shard, so it is loaded once. Damage that was found stays.
// Threads: any.
#pragma once

#include <functional>
#include <memory>

#include "core/base/mutex.h"
#include "core/engine/shard_view.h"

namespace grape::engine {

// The first commit whose record recovery of the shard still needs; UINT64_MAX when it needs none.
uint64_t recovery_floor(const ShardView& view);

class ShardCell {
  public:
    explicit ShardCell(std::shared_ptr<const ShardView> loaded) : loaded_(std::move(loaded)) {}
    using Loader = std::function<base::Result<std::shared_ptr<const ShardView>>()>;
    ShardCell(Loader loader, uint64_t floor) : loader_(std::move(loader)), floor_(floor) {}

    base::Result<std::shared_ptr<const ShardView>> get() const;
    // Null while it is not loaded.
    std::shared_ptr<const ShardView> loaded() const;
    // recovery_floor() of the shard, loaded or not.
    uint64_t floor() const;

  private:
    mutable base::Mutex load_mutex_;  // held while it is loaded; before mutex_
    mutable Loader loader_ GRAPE_GUARDED_BY(load_mutex_);
    mutable base::Status damage_ GRAPE_GUARDED_BY(load_mutex_);
    mutable base::Mutex mutex_;
    mutable std::shared_ptr<const ShardView> loaded_ GRAPE_GUARDED_BY(mutex_);
    const uint64_t floor_ = UINT64_MAX;  // while it is not loaded
};

}  // namespace grape::engine
