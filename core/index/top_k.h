// TopK: the k best of the candidates that it is offered; ties go to the smaller point id.
// Threads: belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace grape::index {

// Says which of two rows with equal scores comes first. Asked rarely.
class RowOrder {
  public:
    virtual ~RowOrder() = default;
    virtual bool before(uint32_t row_a, uint32_t row_b) const = 0;
};

// `key` is the score turned so that less is nearer.
struct Candidate {
    float key = 0;
    uint32_t row = 0;
};

class TopK {
  public:
    TopK(size_t k, const RowOrder& order) : k_(k), order_(&order) {}

    // No candidate with a greater key can get in.
    float bound() const { return bound_; }
    // Candidates with greater keys are of no interest (a score threshold).
    void limit_bound(float key) { bound_ = key < bound_ ? key : bound_; }
    void offer(Candidate candidate);
    size_t size() const { return heap_.size(); }
    // Nearest first; empties the heap.
    std::vector<Candidate> take();

  private:
    bool before(const Candidate& a, const Candidate& b) const {
        if (a.key != b.key) return a.key < b.key;
        return order_->before(a.row, b.row);
    }
    size_t k_;
    const RowOrder* order_;
    float bound_ = std::numeric_limits<float>::max();
    std::vector<Candidate> heap_;  // the last one in order on top
};

}  // namespace grape::index
