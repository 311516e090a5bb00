// The option --filter. Threads: one thread.
#pragma once

#include <string>

#include "tools/grape/arguments.h"

namespace grape::cli {

// The member of a request that follows others, `,"filter":{...}`; empty without the option.
std::string filter_member(const Arguments& arguments);

}  // namespace grape::cli
