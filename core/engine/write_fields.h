// Makes and drops indexes of payload fields: the parts that run in the sequencer. Threads: on the
// sequencer's leader.
#pragma once

#include "core/engine/commit_edit.h"

namespace grape::engine {

// An index of the same field and schema is left as it is; one of another schema gives way. The new
// index knows nothing of the points that are there: cover_field() or a rewrite reads them.
// `old_files` are the files that nothing needs any more once the commit is durable.
base::Status apply_create_field(CommitEdit& edit, const CreateFieldIndex& request, bool automatic,
                                std::vector<uint64_t>* old_files);
base::Status apply_delete_field(CommitEdit& edit, const DeleteFieldIndex& request, bool* existed,
                                std::vector<uint64_t>* old_files);
// Indexes the points that were there before the index, where there are few; `is_covered` says
// whether none are left.
base::Status cover_fields(CommitEdit& edit, const std::string& collection, bool* is_covered);

}  // namespace grape::engine
