// open_with: a handle of the C ABI on a database with options that grape_open() does not offer: the
// sizes that decide when things happen. For programs that are linked with the parts of the library.
// Threads: any.
#pragma once

#include <unistd.h>

#include "capi/handle.h"

namespace grape::test {

inline base::Result<grape_db*> open_with(const engine::OpenOptions& options) {
    GRAPE_ASSIGN(capi::Claim claim, capi::Claim::take());
    auto open = std::make_unique<capi::OpenDatabase>();
    GRAPE_ASSIGN(open->database, engine::Database::open(options));
    open->pool = std::make_unique<base::ThreadPool>(base::ThreadPool::Options{});
    open->process = ::getpid();
    return claim.publish(std::move(open));
}

}  // namespace grape::test
