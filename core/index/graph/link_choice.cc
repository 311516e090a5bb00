#include "core/index/graph/link_choice.h"

#include <algorithm>

namespace grape::index {
namespace {

// "Clearly nearer": the distance to the link times this / 16 is at most the one to the node.
// Squares for all but Manhattan: 1.1 as a distance is 1.21 as a square.
constexpr uint64_t kUnit = 16;
constexpr uint64_t kNearerSquares = 16;
constexpr uint64_t kNearerDifferences = 16;

}  // namespace

LinkChooser::LinkChooser(const Blocks& blocks, vector::CodeMeasure measure)
    : blocks_(blocks),
      kernel_(vector::code_distances(measure)),
      nearer_numerator_(measure == vector::CodeMeasure::squares ? kNearerSquares
                                                                : kNearerDifferences) {}

bool LinkChooser::passed_over(uint64_t candidate) {
    constexpr size_t kAtOnce = 8;
    const uint8_t* code = blocks_.code(linked_node(candidate));
    const uint64_t limit = uint64_t{link_distance(candidate)} * kUnit;
    uint32_t distances[kAtOnce];
    for (size_t first = 0; first < codes_.size(); first += kAtOnce) {
        const size_t size = std::min(kAtOnce, codes_.size() - first);
        kernel_(code, codes_.data() + first, size, blocks_.shape.code_bytes, distances);
        for (size_t i = 0; i < size; ++i) {
            if (distances[i] * nearer_numerator_ <= limit) return true;
        }
    }
    return false;
}

std::span<const uint32_t> LinkChooser::choose(std::span<const uint64_t> candidates,
                                              uint32_t links_max) {
    chosen_.clear();
    codes_.clear();
    for (const uint64_t candidate : candidates) {
        if (chosen_.size() == links_max) break;
        if (passed_over(candidate)) continue;
        chosen_.push_back(linked_node(candidate));
        codes_.push_back(blocks_.code(chosen_.back()));
    }
    return chosen_;
}

void LinkChooser::measure(uint32_t node, std::span<const uint32_t> others,
                          std::vector<uint64_t>& out) {
    codes_.clear();
    for (const uint32_t other : others) codes_.push_back(blocks_.code(other));
    distances_.resize(others.size());
    kernel_(blocks_.code(node), codes_.data(), codes_.size(), blocks_.shape.code_bytes,
            distances_.data());
    for (size_t i = 0; i < others.size(); ++i) out.push_back(make_link(distances_[i], others[i]));
}

}  // namespace grape::index
