// What a walk keeps while it runs: CandidatePool, the best nodes so far in one sorted array, and
// VisitedSet, the nodes that were looked at. Threads: belong to one walk.
//
// An entry of the pool is one number, distance << 34 | node << 2 | flags, so that order is a
// comparison of numbers and ties go by node. A pool is full when it holds `capacity` nodes that may
// be answers; the others (hidden ones) do not count, so that they lead on without taking places.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace grape::index {

class CandidatePool {
  public:
    static constexpr uint32_t kNone = UINT32_MAX;

    void reset(size_t capacity) {
        capacity_ = capacity;
        entries_.clear();
        answers_ = 0;
        next_ = 0;
    }
    // A node at this distance or further on does not get in.
    uint32_t bound() const {
        return answers_ < capacity_ ? UINT32_MAX : static_cast<uint32_t>(entries_.back() >> 34);
    }
    void insert(uint32_t distance, uint32_t node, bool may_answer) {
        if (distance >= bound()) return;
        const uint64_t entry =
            uint64_t{distance} << 34 | uint64_t{node} << 2 | (may_answer ? 0 : kHidden);
        const auto at = std::lower_bound(entries_.begin(), entries_.end(), entry);
        const auto index = static_cast<size_t>(at - entries_.begin());
        entries_.insert(at, entry);
        if (index < next_) next_ = index;
        if (may_answer) ++answers_;
        trim();
    }
    // The nearest node that was not expanded yet, and marks it so; kNone when there is none.
    uint32_t expand() {
        advance();
        if (next_ == entries_.size()) return kNone;
        entries_[next_] |= kExpanded;
        return node_of(entries_[next_++]);
    }
    // The one that expand() would give, without marking it.
    uint32_t peek() {
        advance();
        return next_ == entries_.size() ? kNone : node_of(entries_[next_]);
    }
    size_t answers() const { return answers_; }
    // Calls use(distance, node) for the possible answers, nearest first, until it says false.
    template <typename Use>
    void each_answer(Use use) const {
        for (const uint64_t entry : entries_) {
            if ((entry & kHidden) != 0) continue;
            if (!use(static_cast<uint32_t>(entry >> 34), node_of(entry))) return;
        }
    }
    size_t heap_bytes() const { return entries_.capacity() * sizeof(uint64_t); }

  private:
    static constexpr uint64_t kExpanded = 1, kHidden = 2;
    static uint32_t node_of(uint64_t entry) { return static_cast<uint32_t>(entry >> 2); }
    void advance() {
        while (next_ < entries_.size() && (entries_[next_] & kExpanded) != 0) ++next_;
    }
    void trim() {
        while (answers_ > capacity_ || (answers_ == capacity_ && hidden(entries_.back()))) {
            if (!hidden(entries_.back())) --answers_;
            entries_.pop_back();
        }
        next_ = std::min(next_, entries_.size());
    }
    static bool hidden(uint64_t entry) { return (entry & kHidden) != 0; }

    std::vector<uint64_t> entries_;
    size_t capacity_ = 0, answers_ = 0, next_ = 0;
};

class VisitedSet {
  public:
    // For `count` nodes, none visited.
    void reset(uint32_t count) {
        const size_t words = size_t{count} / 64 + 1;
        if (words != words_.size()) {
            words_.assign(words, 0);
        } else if (touched_.size() < words / 8) {
            for (const uint32_t node : touched_) words_[node / 64] = 0;
        } else {
            std::memset(words_.data(), 0, words * sizeof(uint64_t));
        }
        touched_.clear();
    }
    // True when the node was not visited before.
    bool visit(uint32_t node) {
        uint64_t& word = words_[node / 64];
        const uint64_t mask = uint64_t{1} << (node % 64);
        if ((word & mask) != 0) return false;
        word |= mask;
        touched_.push_back(node);
        return true;
    }
    size_t heap_bytes() const { return words_.capacity() * 8 + touched_.capacity() * 4; }

  private:
    std::vector<uint64_t> words_;
    std::vector<uint32_t> touched_;
};

}  // namespace grape::index
