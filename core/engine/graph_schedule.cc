#include "core/engine/graph_schedule.h"

#include <algorithm>

namespace grape::engine {
namespace {

constexpr uint64_t kQuietUs = 1'000'000;  // without a change
// A trickle of writes leaves no second quiet, and searches would scan up to a quarter of a graph.
constexpr uint64_t kPatienceUs = 10'000'000, kPatienceBuilds = 10;
constexpr uint64_t kRestUs = 60'000'000;

}  // namespace

uint64_t GraphSchedule::quiet_at_us(uint32_t collection, const Waiting& waiting) const {
    if (waiting.resting_until_us != 0) return waiting.resting_until_us;
    uint64_t since_us = waiting.since_us, patience_us = kPatienceUs;
    const auto build = builds_.find(collection);
    if (build != builds_.end()) {
        since_us = std::max(since_us, build->second.ended_us);
        patience_us = std::max(patience_us, kPatienceBuilds * build->second.took_us);
    }
    return std::min(waiting.last_us + kQuietUs, since_us + patience_us);
}

void GraphSchedule::note(uint32_t collection, uint64_t now_us) {
    const auto [at, fresh] = waiting_.try_emplace(collection);
    Waiting& waiting = at->second;
    if (fresh) waiting.since_us = now_us;
    waiting.last_us = now_us;
    waiting.changed = true;
}

// A collection that is quiet, or else the one that has changed and was not looked at for longest:
// those that always change must not keep the others waiting.
std::optional<GraphSchedule::Task> GraphSchedule::next(uint64_t now_us) {
    auto busy = waiting_.end();
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
        const Waiting& waiting = at->second;
        if (quiet_at_us(at->first, waiting) <= now_us) {
            return Task{waiting_.extract(at).key(), GraphNeed::quiet};
        }
        const bool may_look = waiting.changed && waiting.resting_until_us == 0;
        const bool first = busy == waiting_.end() || waiting.looked_us < busy->second.looked_us;
        if (may_look && first) busy = at;
    }
    if (busy == waiting_.end()) return std::nullopt;
    busy->second.changed = false;
    busy->second.looked_us = now_us;
    return Task{busy->first, GraphNeed::busy};
}

void GraphSchedule::note_build(uint32_t collection, uint64_t took_us, uint64_t now_us) {
    builds_[collection] = {took_us, now_us};
}

void GraphSchedule::rest(uint32_t collection, uint64_t now_us) {
    waiting_[collection].resting_until_us = now_us + kRestUs;
}

void GraphSchedule::forget(uint32_t collection) {
    waiting_.erase(collection);
    builds_.erase(collection);
}

}  // namespace grape::engine
