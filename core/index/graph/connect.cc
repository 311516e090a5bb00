#include "core/index/graph/connect.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace grape::index {
namespace {

// Where vectors lie in many groups, a walk that begins far from the right one may not come to it:
// recall of lsi's 201,000 at effort 10 was 0.72 to 0.87 with 32, as these happened to lie, and 0.91
// with 256. Half of the root of all is 224 there.
constexpr uint32_t kEntryPointsMin = 32, kEntryPointsMax = 1024;
constexpr uint32_t kRoot = UINT32_MAX - 1;  // the parent of an entry point; no node has the number

// A breadth-first search that goes on when nodes are added. parent_[n] -> n is a link of the tree
// by which n is reached; kNoNode: not reached yet.
class Search {
  public:
    explicit Search(Blocks& blocks) : blocks_(blocks), parent_(blocks.shape.count, kNoNode) {
        order_.reserve(blocks.shape.count);
    }

    void reach(uint32_t node, uint32_t from) {
        if (parent_[node] != kNoNode) return;
        parent_[node] = from;
        order_.push_back(node);
    }
    void run() {
        for (; done_ < order_.size(); ++done_) {
            const uint32_t node = order_[done_];
            const uint8_t* links = blocks_.links(node);
            const uint32_t count = link_count(links, blocks_.shape.degree);
            for (uint32_t i = 0; i < count; ++i) reach(link_at(links, i), node);
        }
    }
    // Links a node that was not reached to one that was.
    void attach(uint32_t node, uint32_t degree);
    bool reached(uint32_t node) const { return parent_[node] != kNoNode; }
    std::vector<uint32_t>& order() { return order_; }

  private:
    bool link_from(uint32_t host, uint32_t node, uint32_t degree);

    Blocks& blocks_;
    std::vector<uint32_t> parent_;
    std::vector<uint32_t> order_;
    size_t done_ = 0;
    size_t host_ = 0;  // no node of order_ before it has room, as far as we know
};

// True when `host` had room: a free place, or a link that the tree does not need.
bool Search::link_from(uint32_t host, uint32_t node, uint32_t degree) {
    uint8_t* links = blocks_.links(host);
    const uint32_t count = link_count(links, degree);
    if (count < degree) {
        set_link(links, count, node);
        return true;
    }
    for (uint32_t i = count; i-- > 0;) {
        const uint32_t target = link_at(links, i);
        if (parent_[target] == host) continue;
        set_link(links, i, node);
        return true;
    }
    return false;
}

void Search::attach(uint32_t node, uint32_t degree) {
    const uint8_t* links = blocks_.links(node);
    const uint32_t count = link_count(links, degree);
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t host = link_at(links, i);
        if (host != node && reached(host) && link_from(host, node, degree)) {
            return reach(node, host);
        }
    }
    // The tree has fewer links than there are places, so there always is one with room.
    for (; host_ < order_.size(); ++host_) {
        if (link_from(order_[host_], node, degree)) return reach(node, order_[host_]);
    }
    GRAPE_DCHECK(false);
}

// Makes `host` link to `node`, unless it does so already or has no place for it: the last links are
// the furthest.
void add_in_link(Blocks& blocks, uint32_t host, uint32_t node, uint32_t degree, uint32_t many,
                 std::vector<uint32_t>& in_links) {
    uint8_t* const links = blocks.links(host);
    const uint32_t size = link_count(links, blocks.shape.degree);
    for (uint32_t i = 0; i < size; ++i) {
        if (link_at(links, i) == node) return;
    }
    if (size < degree) {
        set_link(links, size, node);
        ++in_links[node];
        return;
    }
    for (uint32_t i = size; i-- > 0;) {
        uint32_t& of_target = in_links[link_at(links, i)];
        if (of_target <= many) continue;
        --of_target;
        ++in_links[node];
        set_link(links, i, node);
        return;
    }
}

}  // namespace

std::vector<uint32_t> spread_nodes(uint32_t count) {
    const auto half_root = static_cast<uint32_t>(std::sqrt(static_cast<double>(count)) / 2);
    const uint32_t size = std::min(count, std::clamp(half_root, kEntryPointsMin, kEntryPointsMax));
    std::vector<uint32_t> out(size);
    for (uint32_t i = 0; i < size; ++i) {
        out[i] = static_cast<uint32_t>(uint64_t{i} * count / size);
    }
    return out;
}

void add_in_links(Blocks& blocks, uint32_t degree, uint32_t wanted) {
    const uint32_t count = blocks.shape.count;
    std::vector<uint32_t> in_links(count);
    for (uint32_t node = 0; node < count; ++node) {
        const uint8_t* links = blocks.links(node);
        const uint32_t size = link_count(links, blocks.shape.degree);
        for (uint32_t i = 0; i < size; ++i) ++in_links[link_at(links, i)];
    }
    for (uint32_t node = 0; node < count; ++node) {
        const uint8_t* links = blocks.links(node);
        const uint32_t size = link_count(links, blocks.shape.degree);
        for (uint32_t i = 0; i < size && in_links[node] < wanted; ++i) {
            add_in_link(blocks, link_at(links, i), node, degree, 2 * wanted, in_links);
        }
    }
}

std::vector<uint32_t> connect_nodes(Blocks& blocks, uint32_t degree,
                                    const std::vector<uint32_t>& entry_points) {
    Search search(blocks);
    for (const uint32_t node : entry_points) search.reach(node, kRoot);
    search.run();
    for (uint32_t node = 0; node < blocks.shape.count; ++node) {
        if (search.reached(node)) continue;
        search.attach(node, degree);
        search.run();
    }
    return std::move(search.order());
}

}  // namespace grape::index
