#include "core/engine/idempotency.h"

#include <vector>

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

constexpr size_t kKeysPerSlice = 1000;

}  // namespace

bool key_expired(const storage::KeyUse& use, uint64_t commit, uint64_t wall_ms) {
    return wall_ms >= use.expires_wall_ms ||
           commit - use.commit >= base::limits::idempotency_key_commits_max;
}

Result<bool> sweep_keys(const Services& services, Sequencer& sequencer, std::string& cursor) {
    const std::string prefix = storage::tree_prefix(storage::Tree::keys);
    const auto iterator = services.store->iterate(prefix);
    if (!cursor.empty()) iterator->seek(cursor);
    const uint64_t commit = services.views.current()->commit();
    const uint64_t now_ms = services.clock->wall_ms();
    std::vector<std::string> expired;
    for (size_t i = 0; iterator->valid() && i < kKeysPerSlice; ++i, iterator->next()) {
        GRAPE_ASSIGN(const storage::KeyUse use, storage::decode_key_use(iterator->value()));
        if (key_expired(use, commit, now_ms)) expired.emplace_back(iterator->key());
    }
    GRAPE_TRY(iterator->status());
    const bool more = iterator->valid();
    cursor = more ? std::string(iterator->key()) : std::string();
    if (expired.empty()) return more;
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) -> Status {
        for (const std::string& key : expired) {
            // It may have been used anew since.
            GRAPE_ASSIGN(const std::optional<std::string> stored, services.store->get(key));
            if (!stored) continue;
            GRAPE_ASSIGN(const storage::KeyUse use, storage::decode_key_use(*stored));
            if (key_expired(use, commit, now_ms)) edit.batch().remove(key);
        }
        return {};
    };
    // Alone: a commit of the same group might use one of them.
    change.alone = true;
    GRAPE_TRY(sequencer.run(change));
    return more;
}

}  // namespace grape::engine
