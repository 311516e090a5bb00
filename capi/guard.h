// guard(): the one way in and out of every function of the C ABI. Runs the body, writes its Status
// to the caller's grape_error, and turns exceptions into a status: nothing unwinds into the caller.
// Everything that may allocate stands inside the body. Threads: pure functions.
#pragma once

#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "capi/include/grape/grape.h"
#include "core/base/status.h"

namespace grape::capi {

// Writes a status and a message, cut at a whole UTF-8 character; allocates nothing. `error` may be
// NULL or shorter than this library's grape_error.
void write_error(grape_error* error, base::Code code, std::string_view message) noexcept;

template <typename Body>
grape_status guard(grape_error* error, Body&& body) noexcept {
    try {
        const base::Status status = std::forward<Body>(body)();
        write_error(error, status.code(), status.message());
        return static_cast<grape_status>(status.code());
    } catch (const std::bad_alloc&) {
        write_error(error, base::Code::nomem, "out of memory");
        return GRAPE_E_NOMEM;
    } catch (const std::exception& exception) {
        write_error(error, base::Code::internal, exception.what());
        return GRAPE_E_INTERNAL;
    } catch (...) {
        write_error(error, base::Code::internal, "unknown exception");
        return GRAPE_E_INTERNAL;
    }
}

// The status for an argument that must not be NULL.
inline base::Status null_argument(std::string_view name) {
    return base::Status::make_invalid(name, ": must not be NULL");
}

}  // namespace grape::capi
