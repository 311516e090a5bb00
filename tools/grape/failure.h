// Why a command stopped: an exit code and a message for a person. Commands throw a Failure; main()
// catches it, after everything that was open has been closed, and prints it to stderr.
//
// Threads: values.
// What must stay true: an exit code keeps its meaning for ever; scripts rest on them.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "grape/grape.h"

namespace grape::cli {

// What the program ends with.
enum class Exit : int {
    ok = 0,
    internal = 1,
    usage = 2,
    not_found = 3,
    invalid = 4,
    exists = 5,
    busy = 6,
    damaged = 7,
    io = 8,
    no_memory = 9,
    interrupted = 130,
};

struct ExitInfo {
    Exit code;
    const char* name;     // in JSON
    const char* meaning;  // for help and man page
};
// All of them, in the order of their codes.
std::span<const ExitInfo> exit_codes();
const char* exit_name(Exit code);
// The exit code for a failure of the library.
Exit exit_of(grape_status status);

class Failure : public std::exception {
  public:
    Failure(Exit code, std::string message, grape_status status = GRAPE_OK)
        : code_(code), status_(status), message_(std::move(message)) {}

    Exit code() const { return code_; }
    grape_status status() const { return status_; }  // GRAPE_OK: not the library's
    const std::string& message() const { return message_; }
    const char* what() const noexcept override { return message_.c_str(); }

    // How many points an import had brought in when it stopped.
    const std::optional<uint64_t>& points() const { return points_; }
    void set_points(uint64_t points) { points_ = points; }

    // One object for `--json`: {"error": {"exit_code": 3, "name": "not_found", ...}}.
    std::string to_json() const;

  private:
    Exit code_;
    grape_status status_;
    std::string message_;
    std::optional<uint64_t> points_;
};

// "cannot open: FILE: No such file or directory", with the exit code that fits.
Failure system_failure(const char* what, const std::string& path, int error);

}  // namespace grape::cli
