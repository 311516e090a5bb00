// The commands: each takes its arguments, prints its result, and throws a Failure when it cannot.
//
// Threads: one thread.
#pragma once

#include "tools/grape/arguments.h"
#include "tools/grape/output.h"

namespace grape::cli {

Exit run_create(const Arguments& arguments, Output& out);
Exit run_import(const Arguments& arguments, Output& out);
Exit run_search(const Arguments& arguments, Output& out);
Exit run_get(const Arguments& arguments, Output& out);
Exit run_count(const Arguments& arguments, Output& out);
Exit run_scroll(const Arguments& arguments, Output& out);
Exit run_delete(const Arguments& arguments, Output& out);
Exit run_info(const Arguments& arguments, Output& out);
Exit run_inspect(const Arguments& arguments, Output& out);
Exit run_plan(const Arguments& arguments, Output& out);  // inspect --plan
Exit run_create_index(const Arguments& arguments, Output& out);
Exit run_drop_index(const Arguments& arguments, Output& out);
Exit run_verify(const Arguments& arguments, Output& out);
Exit run_request(const Arguments& arguments, Output& out);
Exit run_help(const Arguments& arguments, Output& out);
Exit run_man(const Arguments& arguments, Output& out);
Exit run_completions(const Arguments& arguments, Output& out);

}  // namespace grape::cli
