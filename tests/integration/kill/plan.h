// Plan: the requests of an import, the same for one seed, and what each must leave behind: for
// every point the request that wrote its payload, and the one that wrote its vector. Threads: a
// Plan is a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace grape::kill {

constexpr uint32_t kDim = 24;

enum class StepKind : uint8_t { insert, insert_few, replace, set_payload, remove };

struct Step {
    StepKind kind = StepKind::insert;
    std::vector<uint64_t> ids;
};

struct Written {
    uint64_t payload = 0, vector = 0;  // numbers of requests
    friend bool operator==(const Written&, const Written&) = default;
};

class Plan {
  public:
    explicit Plan(uint64_t seed) : seed_(seed) {}

    // How many requests were done; the next one has this number.
    uint64_t done() const { return done_; }
    Step next() const;
    void apply(const Step& step);
    const std::map<uint64_t, Written>& points() const { return points_; }
    // The vector that request `request` gives to point `id`.
    static std::vector<float> vector(uint64_t id, uint64_t request);

  private:
    std::vector<uint64_t> some_ids(uint64_t bits, size_t count) const;

    uint64_t seed_;
    uint64_t done_ = 0;
    std::map<uint64_t, Written> points_;
};

}  // namespace grape::kill
