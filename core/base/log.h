// Logger: where the library's few messages go: one callback of the host's, or nowhere.
// Threads: the callback is called from any thread, one call at a time is not promised.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace grape::base {

enum class LogLevel : int32_t { error = 1, warning = 2, info = 3, debug = 4 };

using Logger = std::function<void(LogLevel level, std::string_view message)>;

inline void log(const Logger& logger, LogLevel level, std::string_view message) {
    if (logger) logger(level, message);
}

}  // namespace grape::base
