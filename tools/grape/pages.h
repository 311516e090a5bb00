// What is generated from the table of commands: help, the man page, completions.
//
// Threads: free functions.
#pragma once

#include <string>
#include <string_view>

#include "tools/grape/command.h"

namespace grape::cli {

std::string help_text();
std::string help_text(const Command& command);
// grape(1) in mdoc.
std::string man_page();
// For bash, zsh or fish.
std::string completions(std::string_view shell);

// "grape search [OPTION...] DATABASE COLLECTION".
std::string usage_line(const Command& command);

}  // namespace grape::cli
