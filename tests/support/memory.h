// MemoryWatch: how much anonymous memory (RssAnon) this process gains while something runs, sampled
// by a thread of its own. Threads: begin and end on one.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GRAPE_TEST_SHADOW_MEMORY 1
#endif
#endif

namespace grape::test {

// A sanitizer keeps memory for each byte of ours: sizes say nothing then.
#ifdef GRAPE_TEST_SHADOW_MEMORY
inline constexpr bool kMemoryIsOurs = false;
#else
inline constexpr bool kMemoryIsOurs = true;
#endif

// Of a line of /proc/self/status.
inline uint64_t status_bytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.rfind(name, 0) != 0) continue;
        uint64_t kibibytes = 0;
        for (const char c : line) {
            if (c >= '0' && c <= '9') kibibytes = kibibytes * 10 + static_cast<uint64_t>(c - '0');
        }
        return kibibytes << 10;
    }
    return 0;
}

inline uint64_t anonymous_bytes() {
    return status_bytes("RssAnon:");
}

class MemoryWatch {
  public:
    // `measure`: what is watched, the anonymous memory or all that is resident.
    explicit MemoryWatch(const char* measure = "RssAnon:")
        : measure_(measure), before_(settled_bytes()), thread_([this] { sample(); }) {}
    ~MemoryWatch() { stop(); }
    MemoryWatch(const MemoryWatch&) = delete;
    MemoryWatch& operator=(const MemoryWatch&) = delete;

    // The most that was gained at any moment; 0 under a sanitizer.
    uint64_t stop() {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
        return kMemoryIsOurs && most_ > before_ ? most_ - before_ : 0;
    }

  private:
    // Without what earlier work gave back and malloc still holds: it would hide a gain.
    uint64_t settled_bytes() const {
        ::malloc_trim(0);
        return status_bytes(measure_);
    }
    void sample() {
        while (!stopping_) {
            most_ = std::max(most_.load(), status_bytes(measure_));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        most_ = std::max(most_.load(), status_bytes(measure_));
    }

    const std::string measure_;
    const uint64_t before_;
    std::atomic<uint64_t> most_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace grape::test
