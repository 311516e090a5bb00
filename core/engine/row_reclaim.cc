#include "core/engine/row_reclaim.h"

#include <algorithm>

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// Row numbers of dead points come back once the store has forgotten them and no run names them.
Result<bool> reclaim_rows_of(const Services& services, Sequencer& sequencer, const Purge& purge,
                             const CollectionView& collection) {
    const std::shared_ptr<const ShardView> view = collection.shard->loaded();
    if (view == nullptr) return false;
    const uint64_t free_left =
        view->free_rows == nullptr ? 0 : view->free_rows->size() - view->free_rows_used;
    const uint64_t dead = view->rows.high() - view->rows.live() - free_left;
    const bool scarce = view->rows.high() > services.sizes.rows_max / 8 * 7;
    const bool many =
        dead > std::max<uint64_t>(services.sizes.dead_rows_min, view->rows.high() / 4);
    // Where rows are scarce a request may need more than are left of the last ones.
    if (dead == 0 || !(scarce || many) || (free_left != 0 && !scarce)) return false;
    std::vector<bool> covered(view->rows.high());
    for (const uint32_t row : purge.waiting_rows(collection.collection->shard())) {
        if (row < covered.size()) covered[row] = true;
    }
    for (const VectorRuns& runs : view->vectors) {
        for (const index::RunView& run : runs.runs) {
            std::vector<uint32_t> rows(run.length);
            if (!rows.empty()) GRAPE_TRY(run.run->rows(0, rows));
            for (const uint32_t row : rows) covered[row] = true;
        }
    }
    std::vector<uint32_t> free;
    for (uint32_t row = 0; row < covered.size(); ++row) {
        if (!covered[row] && !view->rows.alive(row)) free.push_back(row);
    }
    if (free.size() <= free_left) return false;
    Change change;
    change.is_commit = false;
    change.sync = false;
    change.apply = [&](CommitEdit& edit) -> Status {
        const CollectionView* now = edit.state().collections.find(collection.collection->number());
        // Something changed meanwhile: the next look will find the rows again. Also when a commit
        // that is in the view was not queued to be purged yet when it was looked at.
        if (now == nullptr || now->shard->loaded() != view || purge.pending()) return {};
        GRAPE_ASSIGN(ShardEdit * shard, edit.shard(*now));
        shard->view->free_rows = std::make_shared<const std::vector<uint32_t>>(std::move(free));
        shard->view->free_rows_used = 0;
        return {};
    };
    bool given = false;
    change.committed = [&](CommitEdit& edit) { given = !edit.shards().empty(); };
    GRAPE_TRY(sequencer.run(change));
    return given;
}

}  // namespace

Result<bool> reclaim_rows(const Services& services, Sequencer& sequencer, const Purge& purge) {
    if (purge.pending()) return false;
    const std::shared_ptr<const View> view = services.views.current();
    std::vector<std::shared_ptr<const CollectionView>> collections;
    view->state().collections.for_each(
        [&](uint32_t, const std::shared_ptr<const CollectionView>& collection) {
            const auto shard = collection->shard->loaded();
            if (shard != nullptr && shard->rows.high() != shard->rows.live()) {
                collections.push_back(collection);
            }
        });
    for (const auto& collection : collections) {
        GRAPE_ASSIGN(const bool done, reclaim_rows_of(services, sequencer, purge, *collection));
        if (done) return true;
    }
    return false;
}

}  // namespace grape::engine
