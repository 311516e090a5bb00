// Making a file in the store directory: whatever had its name is unlinked first and never written
// to (a backup may hold a hard link of it), and the directory is synced so that the name is there
// after a power loss. A failure goes into the latch. Threads: free function.
#pragma once

#include "storage/env/env_context.h"

namespace grape::storage::env {

inline base::Result<File> create_file(EnvContext& context, const std::string& path) {
    GRAPE_TRY(context.latch.status());
    GRAPE_TRY(context.latch.keep(remove_file(path, context.faults)));
    base::Result<File> file = File::open(path, File::Mode::create, context.faults);
    GRAPE_TRY(context.latch.keep(file.status()));
    GRAPE_TRY(context.latch.keep(sync_directory(context.directory, context.faults)));
    return file;
}

}  // namespace grape::storage::env
