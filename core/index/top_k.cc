#include "core/index/top_k.h"

#include <algorithm>

namespace grape::index {

void TopK::offer(Candidate candidate) {
    if (k_ == 0 || candidate.key > bound_) return;
    const auto less = [this](const Candidate& a, const Candidate& b) { return before(a, b); };
    if (heap_.size() == k_) {
        if (!before(candidate, heap_.front())) return;
        std::pop_heap(heap_.begin(), heap_.end(), less);
        heap_.back() = candidate;
    } else {
        heap_.push_back(candidate);
    }
    std::push_heap(heap_.begin(), heap_.end(), less);
    if (heap_.size() == k_) limit_bound(heap_.front().key);
}

std::vector<Candidate> TopK::take() {
    std::sort_heap(heap_.begin(), heap_.end(),
                   [this](const Candidate& a, const Candidate& b) { return before(a, b); });
    return std::move(heap_);
}

}  // namespace grape::index
