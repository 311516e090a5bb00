// Status: the outcome of an operation; a code from a fixed list and a message for a person.
//
// The list is the single source of the codes of the C ABI (grape.h repeats the values; a test
// compares). Values are fixed for ever: 0 is success, positive values are good news, negative ones
// are errors. Threads: a Status is a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/cat.h"

namespace grape::base {

// name, value, text, may the same call succeed when it is repeated unchanged?
#define GRAPE_STATUS_MAP(X)                                                               \
    X(ok, 0, "ok", false)                                                                 \
    X(end, 1, "end of the results", false)                                                \
    X(invalid, -1, "invalid argument", false)                                             \
    X(not_found, -2, "not found", false)                                                  \
    X(exists, -3, "exists already", false)                                                \
    X(unsupported, -4, "not supported", false)                                            \
    X(limit, -5, "over a limit", false)                                                   \
    X(conflict, -6, "conflict with another change", false)                                \
    X(io, -7, "input/output error", false)                                                \
    X(corrupt, -8, "damaged data", false)                                                 \
    X(nomem, -9, "out of memory", true)                                                   \
    X(busy, -10, "in use by another handle or process", true)                             \
    X(closed, -11, "handle is closed", false)                                             \
    X(forked, -12, "handle was inherited by a forked process", false)                     \
    X(readonly, -13, "database is read-only", false)                                      \
    X(full, -14, "no row number is free", true)                                           \
    X(unknown_outcome, -15, "the outcome of the write is unknown until reopening", false) \
    X(cancelled, -16, "cancelled", true)                                                  \
    X(internal, -17, "internal error", false)                                             \
    X(retry, -18, "the transaction is over; run it again", false)

enum class Code : int32_t {
#define GRAPE_STATUS_ENUM(name, value, text, retry) name = value,
    GRAPE_STATUS_MAP(GRAPE_STATUS_ENUM)
#undef GRAPE_STATUS_ENUM
};

// The text of a code ("not found"); "unknown status" for a value that is not in the list.
std::string_view code_text(int32_t code);
// The name of a code as the C ABI spells it ("GRAPE_E_NOT_FOUND", "GRAPE_OK").
std::string_view code_name(int32_t code);

class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

    bool ok() const { return code_ == Code::ok; }
    Code code() const { return code_; }
    const std::string& message() const { return message_; }
    // "GRAPE_E_IO: append: No space left on device"
    std::string to_string() const;
    // The same code with "context: " before the message.
    Status with_context(std::string_view context) const;

    // One maker for each error; the arguments are joined to the message.
#define GRAPE_STATUS_MAKER(name, value, text, retry)   \
    template <typename... Parts>                       \
    static Status make_##name(const Parts&... parts) { \
        return Status(Code::name, cat(parts...));      \
    }
    GRAPE_STATUS_MAP(GRAPE_STATUS_MAKER)
#undef GRAPE_STATUS_MAKER

  private:
    Code code_ = Code::ok;
    std::string message_;
};

}  // namespace grape::base
