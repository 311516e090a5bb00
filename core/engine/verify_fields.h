// The part of verify that is about indexes of payload fields: their files are whole, and say of
// each point what its payload says. Threads: a pure function over a pinned view.
#pragma once

#include <functional>

#include "core/engine/shard_reader.h"

namespace grape::engine {

// `problem` is called with what is wrong; files and pages are added to `out`.
void verify_fields(const ShardReader& reader,
                   const std::function<void(const std::string&)>& problem, VerifyReply& out);

}  // namespace grape::engine
