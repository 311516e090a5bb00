// Reading a vector log file up to its committed length, whatever is damaged in it.
//
// Threads: a scan has a descriptor and a buffer of its own; any number may run at once.
#pragma once

#include <string>

#include "core/base/result.h"
#include "storage/log_format.h"
#include "storage/vector_log.h"

namespace grape::storage {

class FileFaults;

// VectorLog::scan for the file at `path`. Fails when the file cannot be opened for a reason that is
// not damage, when memory runs out and when a callback fails.
base::Status scan_log_file(const std::string& path, const LogName& name,
                           const LogPosition& committed, const LogScan& scan, FileFaults* faults);

}  // namespace grape::storage
