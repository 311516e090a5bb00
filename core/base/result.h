// Result<T>: a value or the Status that says why there is none, and the two macros that pass
// failures up. C++20 has no std::expected; this is the part of it that Grape uses.
#pragma once

#include <optional>
#include <utility>

#include "core/base/check.h"
#include "core/base/status.h"

namespace grape::base {

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : value_(std::move(value)) {}         // NOLINT: meant to be implicit
    Result(Status status) : status_(std::move(status)) {  // NOLINT: meant to be implicit
        GRAPE_DCHECK(!status_.ok());
    }

    bool ok() const { return value_.has_value(); }
    const Status& status() const { return status_; }
    T& value() & { return *value_; }
    const T& value() const& { return *value_; }
    T&& value() && { return std::move(*value_); }
    T* operator->() { return &*value_; }
    const T* operator->() const { return &*value_; }
    T& operator*() & { return *value_; }
    const T& operator*() const& { return *value_; }

  private:
    std::optional<T> value_;
    Status status_;
};

}  // namespace grape::base

#define GRAPE_CONCAT_INNER(a, b) a##b
#define GRAPE_CONCAT(a, b) GRAPE_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expression` is a Status that is not ok.
#define GRAPE_TRY(expression)                                                                \
    do {                                                                                     \
        if (::grape::base::Status grape_try_status = (expression); !grape_try_status.ok()) { \
            return grape_try_status;                                                         \
        }                                                                                    \
    } while (false)

// GRAPE_ASSIGN(auto x, f()): declares x from a Result, or returns its Status.
#define GRAPE_ASSIGN(declaration, expression) \
    GRAPE_ASSIGN_NAMED(GRAPE_CONCAT(grape_result_, __LINE__), declaration, expression)
#define GRAPE_ASSIGN_NAMED(result, declaration, expression) \
    auto result = (expression);                             \
    if (!result.ok()) return result.status();               \
    declaration = std::move(result).value()
