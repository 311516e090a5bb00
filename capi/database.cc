// grape_open, grape_close, grape_flush.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "capi/guard.h"
#include "capi/handle.h"
#include "capi/options.h"
#include "core/base/limits.h"
#include "core/base/utf8.h"

namespace grape::capi {
namespace {

using base::Result;
using base::Status;

Status set_path(const char* path, bool in_memory, engine::OpenOptions& options) {
    const std::string_view given = path == nullptr ? "" : path;
    if (in_memory && !given.empty()) {
        return Status::make_invalid("path: must be NULL or empty with GRAPE_OPEN_IN_MEMORY");
    }
    if (in_memory) return {};
    if (path == nullptr) return null_argument("path");
    if (given.empty()) return Status::make_invalid("path: must not be empty");
    if (!base::is_utf8(given)) return Status::make_invalid("path: not UTF-8");
    options.path = given;
    return {};
}

Result<engine::OpenOptions> engine_options(const char* path, const grape_open_options& given) {
    engine::OpenOptions options;
    GRAPE_TRY(set_path(path, (given.flags & GRAPE_OPEN_IN_MEMORY) != 0, options));
    options.create_if_missing = (given.flags & GRAPE_OPEN_MUST_EXIST) == 0;
    options.background = (given.flags & GRAPE_OPEN_NO_BACKGROUND) == 0;
    options.automatic_fields = (given.flags & GRAPE_OPEN_NO_AUTOMATIC_INDEXES) == 0;
    options.durability = static_cast<engine::Durability>(given.durability);
    options.memory_bytes_max = given.memory_bytes_max;
    if (given.group_delay_ms != 0) options.group_delay_ms = given.group_delay_ms;
    return options;
}

constexpr uint32_t kSubmitWaitingMax = 4096;

// Costs nothing until something is submitted.
std::unique_ptr<base::ThreadPool> make_pool(const grape_open_options& given) {
    base::ThreadPool::Options options;
    options.threads_max =
        given.submit_threads_max != 0
            ? given.submit_threads_max
            : std::clamp(std::thread::hardware_concurrency(), 1u, base::limits::submit_threads_max);
    options.waiting_max =
        given.submit_waiting_max != 0 ? given.submit_waiting_max : kSubmitWaitingMax;
    return std::make_unique<base::ThreadPool>(std::move(options));
}

Status open(const char* path, const grape_open_options* given, const grape_open_options& copy,
            std::unique_ptr<LogSink> log, grape_db** out) {
    GRAPE_TRY(check_options(given, copy));
    GRAPE_ASSIGN(engine::OpenOptions options, engine_options(path, copy));
    options.logger = log->logger();
    GRAPE_ASSIGN(Claim claim, Claim::take());
    auto opened = std::make_unique<OpenDatabase>();
    opened->log = std::move(log);
    opened->process = getpid();
    opened->pool = make_pool(copy);
    GRAPE_ASSIGN(opened->database, engine::Database::open(options));
    *out = claim.publish(std::move(opened));
    return {};
}

// The host's ctx must come back exactly once even when there is no memory for a LogSink.
std::unique_ptr<LogSink> make_sink(const grape_open_options& options) {
    try {
        return std::make_unique<LogSink>(options);
    } catch (const std::bad_alloc&) {
        if (options.log_ctx_free != nullptr) options.log_ctx_free(options.log_ctx);
        throw;
    }
}

}  // namespace
}  // namespace grape::capi

using grape::base::Status;

grape_status grape_open(const char* path, const grape_open_options* options, grape_db** out,
                        grape_error* error) noexcept {
    if (out != nullptr) *out = nullptr;
    return grape::capi::guard(error, [&]() -> Status {
        const grape_open_options copy = grape::capi::copy_options(options);
        auto log = grape::capi::make_sink(copy);
        if (out == nullptr) return grape::capi::null_argument("out");
        return grape::capi::open(path, options, copy, std::move(log), out);
    });
}

grape_status grape_close(grape_db* db, grape_error* error) noexcept {
    return grape::capi::guard(error, [&]() -> Status {
        if (db == nullptr) return {};
        GRAPE_ASSIGN(grape::capi::Call call, grape::capi::Call::enter(db));
        return call.close();
    });
}

grape_status grape_flush(grape_db* db, grape_error* error) noexcept {
    return grape::capi::guard(error, [&]() -> Status {
        GRAPE_ASSIGN(grape::capi::Call call, grape::capi::Call::enter(db));
        const auto reply = call.database().execute({grape::engine::Flush{}, {}});
        return reply.ok() ? Status() : reply.status();
    });
}
