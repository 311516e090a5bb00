// LinkChooser: which candidates become the links of a node. A candidate is passed over when a link
// that was chosen before lies clearly nearer to it than the node does: the walk finds it through
// that one. So links go in all directions and not all into the nearest heap of equals.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/index/graph/graph_blocks.h"
#include "core/vector/code_distance.h"

namespace grape::index {

// A candidate is distance << 32 | node: sorted by distance, ties by node.
constexpr uint64_t make_link(uint32_t distance, uint32_t node) {
    return uint64_t{distance} << 32 | node;
}
constexpr uint32_t linked_node(uint64_t candidate) {
    return static_cast<uint32_t>(candidate);
}
constexpr uint32_t link_distance(uint64_t candidate) {
    return static_cast<uint32_t>(candidate >> 32);
}

class LinkChooser {
  public:
    LinkChooser(const Blocks& blocks, vector::CodeMeasure measure);

    // At most `links_max` of the sorted candidates, nearest first; valid until the next call.
    std::span<const uint32_t> choose(std::span<const uint64_t> candidates, uint32_t links_max);
    // Distances from a node to others, as candidates, appended to `out`.
    void measure(uint32_t node, std::span<const uint32_t> others, std::vector<uint64_t>& out);

  private:
    bool passed_over(uint64_t candidate);

    const Blocks& blocks_;
    const vector::CodeDistances kernel_;
    const uint64_t nearer_numerator_;
    std::vector<uint32_t> chosen_;
    std::vector<uint32_t> passed_;
    std::vector<const uint8_t*> codes_;
    std::vector<uint32_t> distances_;
};

}  // namespace grape::index
