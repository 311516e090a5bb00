// Makes sure that a walk can come to every node. Threads: pure functions of what they are given.
#pragma once

#include <vector>

#include "core/index/graph/graph_blocks.h"

namespace grape::index {

// Nodes to begin walks at: some, evenly over the numbers 0..count-1.
std::vector<uint32_t> spread_nodes(uint32_t count);

// Gives nodes that fewer than `wanted` others link to links from those that they link to, nearest
// first: into free places, or in place of links to nodes that have many. Else a walk may come near
// such a node and never see it.
void add_in_links(Blocks& blocks, uint32_t degree, uint32_t wanted);

// Gives each node that no path from the entry points leads to a link from one that is reached, near
// it where possible. No node gets more than `degree` links, and a link that is given up for it was
// not the one by which its target is reached. Returns all nodes, in the order in which a
// breadth-first search meets them: near nodes near each other.
std::vector<uint32_t> connect_nodes(Blocks& blocks, uint32_t degree,
                                    const std::vector<uint32_t>& entry_points);

}  // namespace grape::index
