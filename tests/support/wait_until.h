// Waiting for another thread: with an end, so that what never comes is a failed test and no hang.
// Threads: any.
#pragma once

#include <chrono>
#include <thread>

namespace grape::test {

// Generous: sanitizers on a busy machine get there too, and meson's limit for a program is longer.
inline constexpr std::chrono::seconds wait_max{60};

// Whether `condition` came true in time. The caller says what it waited for:
// ASSERT_TRUE(test::wait_until(...)) << "no flush".
template <typename Condition>
[[nodiscard]] bool wait_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + wait_max;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace grape::test
