#include "tests/integration/kill/plan.h"

#include <random>

namespace grape::kill {

namespace {

constexpr uint64_t kPointsARequest = 1000;

}  // namespace

std::vector<uint64_t> Plan::some_ids(uint64_t bits, size_t count) const {
    std::vector<uint64_t> ids;
    auto at = points_.lower_bound(bits % (done_ * kPointsARequest + 1));
    for (; at != points_.end() && ids.size() < count; ++at) ids.push_back(at->first);
    return ids;
}

// Mostly new points, 1000 a request; some requests are so small that their vectors go into the
// store and not into the vector log.
Step Plan::next() const {
    std::mt19937_64 random(seed_ * 1'000'003 + done_);
    const uint64_t dice = random() % 12;
    const uint64_t where = random();
    Step step;
    if (done_ > 3 && dice < 5) {
        constexpr StepKind kKinds[] = {StepKind::insert_few, StepKind::set_payload,
                                       StepKind::set_payload, StepKind::remove, StepKind::replace};
        constexpr size_t kCounts[] = {0, 300, 20, 400, 1000};
        step.kind = kKinds[dice];
        step.ids = some_ids(where, kCounts[dice]);
    }
    if (step.ids.empty()) {
        const uint64_t count = step.kind == StepKind::insert_few ? 100 : kPointsARequest;
        if (step.kind != StepKind::insert_few) step.kind = StepKind::insert;
        for (uint64_t i = 0; i < count; ++i) step.ids.push_back(done_ * kPointsARequest + i);
    }
    return step;
}

void Plan::apply(const Step& step) {
    for (const uint64_t id : step.ids) {
        switch (step.kind) {
            case StepKind::insert:
            case StepKind::insert_few:
            case StepKind::replace:
                points_[id] = {done_, done_};
                break;
            case StepKind::set_payload:
                points_[id].payload = done_;
                break;
            case StepKind::remove:
                points_.erase(id);
                break;
        }
    }
    ++done_;
}

std::vector<float> Plan::vector(uint64_t id, uint64_t request) {
    std::vector<float> out(kDim);
    for (uint64_t i = 0; i < kDim; ++i) {
        out[i] = static_cast<float>((id * 31 + request * 17 + i * 7 + id * i) % 101);
    }
    return out;
}

}  // namespace grape::kill
