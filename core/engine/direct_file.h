// DirectFiles: an upsert with very many bytes of one vector writes its vector file at once, instead
// of log, tail and flush; the commit's batch registers it. Rows get their places while the points
// are applied; the vectors are read from the caller's memory when the file is written, one at a
// time, so that memory does not grow with the request. Threads: on the sequencer's leader.
#pragma once

#include <vector>

#include "core/engine/commit_edit.h"
#include "core/engine/vector_input.h"

namespace grape::engine {

// How many bytes of vectors of the operation, when it is alone in its commit, do not become a tail.
uint64_t direct_bytes(const Sizes& sizes, const Collection& collection,
                      const UpsertPoints& operation);

class DirectFiles {
  public:
    DirectFiles(CommitEdit& edit, ShardEdit& shard, const UpsertPoints& operation, bool single);

    bool takes(uint32_t vector) const { return files_[vector].direct; }
    void add(uint32_t vector, uint32_t row, const VectorData& data);
    // Writes the files and registers their runs in the edit.
    base::Status write();

  private:
    struct File {
        bool direct = false;
        uint32_t run_id = 0;
        std::vector<index::DenseEntry> entries;
        std::vector<const VectorData*> data;
    };
    base::Status write_one(uint32_t vector, File& file);

    CommitEdit& edit_;
    ShardEdit& shard_;
    std::vector<File> files_;
};

}  // namespace grape::engine
