// FieldRewrite: the part of a rewrite that is about indexes of payload fields: what the tails of a
// sealed shard hold becomes a run a field, together with the last runs where they are small, so
// that a field never has more than four. An index that was made over points that were there before
// gets them from their payloads.
//
// As in a rewrite, write() works beside everything else and apply() in the sequencer; nothing names
// the file before that, and without it the file goes with this object. Threads: one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/engine/rewrite_files.h"

namespace grape::engine {

class FieldRewrite {
  public:
    FieldRewrite(Services& services, const SealedShard& sealed)
        : services_(services), sealed_(sealed) {}
    ~FieldRewrite();
    FieldRewrite(const FieldRewrite&) = delete;
    FieldRewrite& operator=(const FieldRewrite&) = delete;

    base::Status write();
    // Puts the new runs into the view and their records into the batch. A field that was dropped
    // meanwhile is left out.
    base::Status apply(CommitEdit& edit, ShardView& view);
    // After apply(): files that no field of the shard needs any more.
    const std::vector<uint64_t>& old_files() const { return old_files_; }

  private:
    struct Output {
        const FieldRuns* before = nullptr;
        size_t kept_runs = 0;  // of `before`, the first ones
        uint32_t run_id = 0;
        index::CommitInterval interval;
        index::FieldPlace place;
        std::shared_ptr<index::FieldRun> run;
    };

    bool choose(const FieldRuns& field, Output& out) const;
    base::Result<FieldTailPart> gather(const FieldRuns& field) const;
    base::Status add_uncovered(const FieldRuns& field, FieldRuns& out) const;
    base::Status write_one(storage::BlobWriter& out, Output& output);
    base::Status open_runs(const storage::BlobIdentity& blob);

    Services& services_;
    const SealedShard& sealed_;
    std::vector<Output> outputs_;
    storage::BlobIdentity blob_;
    uint64_t file_ = 0;  // 0: nothing was written
    bool handed_over_ = false;
    std::vector<uint64_t> old_files_;
};

}  // namespace grape::engine
