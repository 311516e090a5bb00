#include "core/engine/graph_schedule.h"

#include <algorithm>

namespace grape::engine {
namespace {

constexpr uint64_t kQuietUs = 1'000'000;  // without a change
// A trickle of writes leaves no second quiet, and searches would scan up to a quarter of a graph.
constexpr uint64_t kPatienceUs = 10'000'000, kPatienceMaxUs = 3'600'000'000, kPatienceBuilds = 10;
constexpr uint64_t kRestUs = 60'000'000;

}  // namespace

uint64_t GraphSchedule::patience_us(uint32_t collection) const {
    const auto built = build_us_.find(collection);
    if (built == build_us_.end()) return kPatienceUs;
    return std::clamp(kPatienceBuilds * built->second, kPatienceUs, kPatienceMaxUs);
}

void GraphSchedule::note(uint32_t collection, uint64_t now_us) {
    const auto [at, fresh] = waiting_.try_emplace(collection);
    Waiting& waiting = at->second;
    if (fresh) waiting.since_us = now_us;
    waiting.changed = true;
    waiting.quiet_at_us = std::min(now_us + kQuietUs, waiting.since_us + patience_us(collection));
}

// A collection that is quiet, or one that has changed: those that always change must not keep the
// others waiting.
std::optional<GraphSchedule::Task> GraphSchedule::next(uint64_t now_us) {
    const auto quiet = std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& each) {
        return each.second.quiet_at_us <= now_us;
    });
    Task task;
    if (quiet != waiting_.end()) {
        task = {waiting_.extract(quiet).key(), GraphNeed::quiet};
    } else {
        const auto changed = std::find_if(waiting_.begin(), waiting_.end(),
                                          [](const auto& each) { return each.second.changed; });
        if (changed == waiting_.end()) return std::nullopt;
        changed->second.changed = false;
        task = {changed->first, GraphNeed::busy};
    }
    if (rests(task.collection, now_us)) return std::nullopt;
    return task;
}

bool GraphSchedule::rests(uint32_t collection, uint64_t now_us) {
    const auto rest = resting_until_us_.find(collection);
    if (rest == resting_until_us_.end()) return false;
    if (now_us < rest->second) {
        waiting_[collection].quiet_at_us = rest->second;
        return true;
    }
    resting_until_us_.erase(rest);
    return false;
}

void GraphSchedule::rest(uint32_t collection, uint64_t now_us) {
    resting_until_us_[collection] = now_us + kRestUs;
    waiting_[collection].quiet_at_us = now_us + kRestUs;
}

void GraphSchedule::forget(uint32_t collection) {
    build_us_.erase(collection);
    resting_until_us_.erase(collection);
}

}  // namespace grape::engine
