// The part of verify that is about graphs: their files are whole, and the marks of the view, which
// vectors are nodes and which nodes are hidden, are those that runs and graph give.
// Threads: a pure function over a pinned view.
#pragma once

#include <functional>
#include <string>

#include "core/engine/request/reply.h"
#include "core/engine/shard_view.h"

namespace grape::engine {

// `problem` is called with what is wrong; files and pages are added to `out`.
void verify_graph(const VectorRuns& runs, uint32_t rows_high,
                  const std::function<void(const std::string&)>& problem, VerifyReply& out);

}  // namespace grape::engine
