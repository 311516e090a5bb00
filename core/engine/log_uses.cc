#include "core/engine/log_uses.h"

namespace grape::engine {

using storage::ShardKey;

void LogUseTable::add(uint64_t file_number, ShardKey shard) {
    const base::MutexLock lock(mutex_);
    uses_[file_number].insert(shard);
}

bool LogUseTable::has(uint64_t file_number, ShardKey shard) const {
    const base::MutexLock lock(mutex_);
    const auto found = uses_.find(file_number);
    return found != uses_.end() && found->second.contains(shard);
}

std::vector<uint64_t> LogUseTable::dead_after(const LogUseChange& change) const {
    const base::MutexLock lock(mutex_);
    std::vector<uint64_t> dead;
    for (auto at = change.released.begin(); at != change.released.end();) {
        const uint64_t file = at->first;
        const auto found = uses_.find(file);
        size_t users = found == uses_.end() ? 0 : found->second.size();
        const bool used = users != 0;
        for (; at != change.released.end() && at->first == file; ++at) {
            if (used && found->second.contains(at->second)) --users;
        }
        if (used && users == 0 && !change.added.contains(file)) dead.push_back(file);
    }
    return dead;
}

void LogUseTable::take_over(LogUseChange& change) noexcept {
    const base::MutexLock lock(mutex_);
    for (const auto& [file, shard] : change.released) {
        const auto found = uses_.find(file);
        if (found != uses_.end()) found->second.erase(shard);
    }
    for (const uint64_t file : change.dead) uses_.erase(file);
    // Moves whole nodes; a file that is there already keeps its node and gets the users.
    uses_.merge(change.added);
    for (auto& [file, shards] : change.added) uses_.find(file)->second.merge(shards);
}

LogUses LogUseTable::all() const {
    const base::MutexLock lock(mutex_);
    return uses_;
}

std::vector<ShardKey> LogUseTable::oldest_users(size_t files_max) const {
    const base::MutexLock lock(mutex_);
    if (uses_.size() <= files_max) return {};
    const std::set<ShardKey>& users = uses_.begin()->second;
    return {users.begin(), users.end()};
}

std::vector<uint64_t> LogUseTable::files_of(ShardKey shard) const {
    const base::MutexLock lock(mutex_);
    std::vector<uint64_t> files;
    for (const auto& [file, users] : uses_) {
        if (users.contains(shard)) files.push_back(file);
    }
    return files;
}

}  // namespace grape::engine
