// Random: numbers for the model test, the same on every machine and library for one seed.
// Threads: a Random belongs to one.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace grape::model {

class Random {
  public:
    // The numbers of step `step` do not depend on how many the steps before it drew.
    Random(uint64_t seed, uint64_t step)
        : engine_(seed * 0x9E3779B97F4A7C15ull ^ (step + 1) * 0xC2B2AE3D27D4EB4Full) {}

    uint64_t bits() { return engine_(); }
    // 0 to n - 1.
    uint64_t below(uint64_t n) { return n == 0 ? 0 : engine_() % n; }
    uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
    bool chance(unsigned percent) { return below(100) < percent; }
    template <typename T>
    const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace grape::model
