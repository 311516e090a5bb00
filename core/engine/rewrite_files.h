// RewriteFiles: what a rewrite writes, beside everything else and without a lock: a vector file
// with a section a vector for the current entries of the runs that go, and a row file with the
// places that the rows have then. All of it follows from the shard as it was sealed.
//
// What must stay true: nothing names the files before they are handed over; without that they go
// with this object. Threads: one.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/engine/commit_edit.h"

namespace grape::engine {

struct RewritePlan {
    uint32_t collection = 0;
    std::map<uint32_t, std::vector<uint32_t>> files;  // vector -> runs in files to rewrite
    bool merge() const { return !files.empty(); }
};

// A shard whose tails have ended.
struct SealedShard {
    std::shared_ptr<const Collection> collection;
    std::shared_ptr<const ShardView> view;  // null: the collection is gone
    uint64_t as_of = 0;                     // the last commit that the view has
    std::vector<uint32_t> run_ids;          // of the new runs, by vector
    std::vector<uint32_t> field_run_ids;    // and those of the indexed fields
};

// What one vector's input runs become.
struct VectorOutput {
    std::vector<const index::RunView*> inputs;
    std::map<uint32_t, std::vector<uint32_t>> moved;  // run -> old position -> new position
    std::vector<index::DenseEntry> entries, absent;
    base::ChunkedBitset graphed;  // of the entries
    uint32_t run_id = 0;
    index::SectionPlace place;
    std::shared_ptr<index::DenseFile> file;  // null when nothing was left to write

    static constexpr uint32_t kNotCopied = UINT32_MAX;
    // The position in the new file of what was at `old`, or kNotCopied.
    uint32_t position_of(Place old) const {
        const auto found = moved.find(old.run);
        return found == moved.end() ? kNotCopied : found->second[old.position];
    }
};

class RewriteFiles {
  public:
    RewriteFiles(Services& services, const SealedShard& sealed, const RewritePlan& plan);
    ~RewriteFiles();
    RewriteFiles(const RewriteFiles&) = delete;
    RewriteFiles& operator=(const RewriteFiles&) = delete;

    base::Status write();
    // The files are the edit's from here on, and the store's once it is committed.
    void hand_over(CommitEdit& edit);

    const std::vector<VectorOutput>& outputs() const { return outputs_; }
    uint64_t vectors() const;
    const storage::BlobIdentity& vectors_blob() const { return vectors_blob_; }
    const storage::BlobIdentity& rows_blob() const { return rows_blob_; }
    const std::shared_ptr<const RowFiles>& row_files() const { return row_files_; }
    // The new row file replaces all others.
    bool has_all_rows() const { return has_all_rows_; }

  private:
    base::Status gather();
    base::Status gather_run(VectorOutput& output, const index::RunView& run);
    base::Status gather_pending();
    void add_absent(uint32_t vector, const index::DenseEntry& entry);
    base::Status write_vectors();
    base::Status write_section(storage::BlobWriter& out, uint32_t vector);
    base::Status open_vectors();
    base::Status write_rows();
    RowTable moved_rows() const;
    std::vector<uint32_t> choose_chunks(const RowTable& rows);

    Services& services_;
    const RewritePlan& plan_;
    const Collection& collection_;
    const ShardView& before_;
    const uint64_t as_of_;
    const uint64_t edit_ = base::next_edit();
    std::vector<VectorOutput> outputs_;
    std::vector<std::unordered_map<uint32_t, uint64_t>> absent_commits_;  // by vector, row
    storage::BlobIdentity vectors_blob_, rows_blob_;
    std::shared_ptr<const RowFiles> row_files_;
    bool has_all_rows_ = false;
    std::vector<uint64_t> new_files_;
};

}  // namespace grape::engine
