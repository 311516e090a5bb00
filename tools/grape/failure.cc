#include "tools/grape/failure.h"

#include <errno.h>

#include <array>
#include <system_error>

#include "tools/grape/json.h"

namespace grape::cli {
namespace {

constexpr std::array kExitCodes = {
    ExitInfo{Exit::ok, "ok", "done"},
    ExitInfo{Exit::internal, "internal", "a fault of grape itself; please report it"},
    ExitInfo{Exit::usage, "usage", "the command line is wrong"},
    ExitInfo{Exit::not_found, "not_found", "a database, collection, point or file is not there"},
    ExitInfo{Exit::invalid, "invalid",
             "a value or the content of a file is wrong, over a limit or not supported"},
    ExitInfo{Exit::exists, "exists", "what is to be made is there already"},
    ExitInfo{Exit::busy, "busy", "the database is open in another process"},
    ExitInfo{Exit::damaged, "damaged", "a file of the database is damaged"},
    ExitInfo{Exit::io, "io", "the operating system reports an error"},
    ExitInfo{Exit::no_memory, "no_memory", "memory is short"},
    ExitInfo{Exit::interrupted, "interrupted", "interrupted (Ctrl-C); the database is consistent"},
};

}  // namespace

std::span<const ExitInfo> exit_codes() {
    return kExitCodes;
}

const char* exit_name(Exit code) {
    for (const ExitInfo& info : kExitCodes) {
        if (info.code == code) return info.name;
    }
    return "internal";
}

Exit exit_of(grape_status status) {
    switch (status) {
        case GRAPE_E_NOT_FOUND:
            return Exit::not_found;
        case GRAPE_E_INVALID:
        case GRAPE_E_LIMIT:
        case GRAPE_E_UNSUPPORTED:
            return Exit::invalid;
        case GRAPE_E_EXISTS:
        case GRAPE_E_CONFLICT:
        case GRAPE_E_RETRY:
            return Exit::exists;
        case GRAPE_E_BUSY:
            return Exit::busy;
        case GRAPE_E_CORRUPT:
            return Exit::damaged;
        case GRAPE_E_IO:
        case GRAPE_E_READONLY:
        case GRAPE_E_FULL:
        case GRAPE_E_UNKNOWN_OUTCOME:
            return Exit::io;
        case GRAPE_E_NOMEM:
            return Exit::no_memory;
        default:
            return status >= 0 ? Exit::ok : Exit::internal;
    }
}

std::string Failure::to_json() const {
    std::string json = "{\"error\":{\"exit_code\":" + std::to_string(static_cast<int>(code_)) +
                       ",\"name\":" + quote(exit_name(code_));
    if (status_ != GRAPE_OK) json += ",\"status\":" + quote(grape_status_name(status_));
    if (points_) json += ",\"points_imported\":" + std::to_string(*points_);
    return json + ",\"message\":" + quote_any(message_) + "}}";
}

Failure system_failure(const char* what, const std::string& path, int error) {
    const Exit code = error == ENOENT || error == ENOTDIR ? Exit::not_found
                      : error == ENOMEM                   ? Exit::no_memory
                                                          : Exit::io;
    return Failure(code,
                   std::string(what) + ": " + path + ": " + std::generic_category().message(error));
}

}  // namespace grape::cli
