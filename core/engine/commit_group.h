// CommitGroup: the changes that one leader of the sequencer commits together: applied one after the
// other to a private copy of the state, then one append to the vector log, one batch, one view.
//
// What must stay true: until the batch is written the group has changed nothing that others see;
// what it takes over (state, log uses, files) it takes over after that. Threads: belongs to the
// sequencer's leader.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/change.h"
#include "core/engine/log_uses.h"

namespace grape::engine {

class CommitGroup {
  public:
    // `state` and `log_uses` must outlive the group; they change when it is committed.
    CommitGroup(Services& services, SequencerState& state, LogUseTable& log_uses, bool alone)
        : services_(services),
          state_(state),
          log_uses_(log_uses),
          view_(state.view),
          alone_(alone) {}

    void apply(Change& change);
    bool full() const;
    // Afterwards the changes that succeeded have happened, or none has. `written` becomes true when
    // the batch may have reached the store: from there on there is no way back.
    base::Status commit(bool* written);
    // Removes what large changes wrote early, when the group is not committed. A failure means that
    // its commit numbers must not be given again.
    base::Status undo();

  private:
    struct Applied {
        Change* change;
        std::unique_ptr<CommitEdit> edit;
    };
    base::Status use_key(Change& change, CommitEdit& edit);
    base::Result<std::optional<storage::KeyUse>> find_key(const std::string& key) const;
    void take(Change& change, std::unique_ptr<CommitEdit> edit);
    base::Status place_vectors();
    base::Status append_to_log(const std::vector<CommitEdit*>& edits);
    void note_log_file();
    void change_log_uses();
    void remove_dead_logs();
    void add_records();
    bool wants_sync() const;

    Services& services_;
    SequencerState& state_;
    LogUseTable& log_uses_;
    ViewState view_;
    const bool alone_;
    storage::WriteBatch batch_;
    KeyOverlay keys_;
    std::map<std::string, storage::KeyUse> used_keys_;
    std::vector<Applied> applied_;
    std::optional<storage::Intent> spilled_;
    uint64_t vector_bytes_ = 0;
    storage::LogPosition log_end_;
    LogUseChange log_use_change_;
    uint64_t last_hash_ = 0;
    bool repeated_sync_ = false;  // the commit that did the work may not be durable yet
};

}  // namespace grape::engine
