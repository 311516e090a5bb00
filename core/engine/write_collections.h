// Changes of the catalogue: collections and aliases. Threads: on the sequencer's leader.
#pragma once

#include "core/engine/commit_edit.h"

namespace grape::engine {

base::Status apply_create(CommitEdit& edit, const CreateCollection& request);
base::Status apply_update(CommitEdit& edit, const UpdateCollection& request);
// `existed` says whether there was one; a drop of none changes nothing.
base::Status apply_delete(CommitEdit& edit, const DeleteCollection& request, bool* existed,
                          uint32_t* number);
base::Status apply_aliases(CommitEdit& edit, const UpdateAliases& request);

}  // namespace grape::engine
