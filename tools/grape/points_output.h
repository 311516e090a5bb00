// Points of a reply, as a table.
//
// Threads: free functions.
#pragma once

#include <string>
#include <vector>

#include "tools/grape/arguments.h"
#include "tools/grape/json.h"
#include "tools/grape/output.h"

namespace grape::cli {

// Members of a request that say what of a point is wanted, from --payload and --vectors.
std::string wanted_parts(const Arguments& arguments);
// One row a point; the columns are those that the points have.
void print_points(const std::vector<Json>& points, Output& out);

}  // namespace grape::cli
