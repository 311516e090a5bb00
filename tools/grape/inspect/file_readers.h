// One function for each kind of file: fills in what its headers say. Code::corrupt and the like go
// into the report's `problem`.
//
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

#include "tools/grape/inspect/inspect.h"

namespace grape::inspect {

// `name` is the file's name in its folder, `path` how to open it.
void read_store_file(uint64_t database_id, std::string_view name, const std::string& path,
                     FileReport& report);
void read_data_file(uint64_t database_id, std::string_view name, const std::string& path,
                    FileReport& report);

}  // namespace grape::inspect
