// What the plain-C calls share. Threads: pure functions, and execute() as Database::execute().
#pragma once

#include <string>
#include <string_view>

#include "capi/include/grape/grape.h"
#include "core/base/result.h"
#include "core/engine/request/reply.h"
#include "core/engine/request/request.h"

namespace grape::capi {

// Checks a collection's name from C and copies it.
base::Status set_collection(const char* name, std::string_view field, std::string& out);
base::Status check_alignment(const void* data, size_t alignment, std::string_view field);

struct Outcome {
    base::Status status;
    engine::Reply reply;  // when the status is ok
};
// Enters the handle and runs the request.
Outcome execute(grape_db* db, const engine::Request& request);

}  // namespace grape::capi
