// What stands on stdin, for arguments that are given as `-`. Threads: one thread.
#pragma once

#include <string>

namespace grape::cli {

// All of it, at most 256 MiB.
std::string read_standard_input();

}  // namespace grape::cli
