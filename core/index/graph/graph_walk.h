// The walk: from the entry points always on to the nearest node that was not expanded yet, until
// the pool holds no such node. Written over `Nodes`, which says where blocks are read:
//   bool links(node, const uint8_t** links)          valid until the next call of links()
//   bool codes(nodes, count, const uint8_t** codes)  valid until the next call of codes()
//   uint32_t degree(), count()
// A function that gives false has failed for good; the caller of the walk asks `Nodes` for the
// reason. A link to a node that is not there ends the walk too: links come from files.
// Threads: belongs to one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/index/graph/graph_blocks.h"
#include "core/index/graph/graph_pool.h"
#include "core/vector/code_distance.h"

namespace grape::index {

inline constexpr uint32_t kDegreeMax = 128;

// What one walk needs and the next uses again.
struct WalkScratch {
    CandidatePool pool;
    VisitedSet visited;
    std::vector<uint8_t> query_bytes;  // with room to align
    std::vector<float> floats;

    // Memory for a code, at a multiple of 64.
    uint8_t* query(size_t code_bytes) {
        query_bytes.resize(code_bytes + vector::code_line_bytes);
        const auto at = reinterpret_cast<uintptr_t>(query_bytes.data());
        return query_bytes.data() +
               (vector::code_line_bytes - at % vector::code_line_bytes) % vector::code_line_bytes;
    }
    size_t heap_bytes() const {
        return pool.heap_bytes() + visited.heap_bytes() + query_bytes.capacity() +
               floats.capacity() * sizeof(float);
    }
};

struct WalkQuery {
    const uint8_t* code = nullptr;
    size_t code_bytes = 0;
    vector::CodeDistances kernel = nullptr;
};

// Nodes in memory that need no checks at their first use.
struct MemoryNodes {
    const uint8_t* base = nullptr;
    BlockShape shape;
    size_t stride = 0;

    MemoryNodes() = default;
    MemoryNodes(const uint8_t* blocks, const BlockShape& block_shape)
        : base(blocks), shape(block_shape), stride(block_shape.stride()) {}
    uint32_t count() const { return shape.count; }
    uint32_t degree() const { return shape.degree; }
    bool links(uint32_t node, const uint8_t** out) const {
        *out = base + stride * node + shape.code_bytes;
        return true;
    }
    bool codes(const uint32_t* nodes, size_t size, const uint8_t** out) const {
        for (size_t i = 0; i < size; ++i) out[i] = base + stride * nodes[i];
        return true;
    }
    void prefetch_links(uint32_t node) const {
        const uint8_t* at = base + stride * node + shape.code_bytes;
        __builtin_prefetch(at);
        __builtin_prefetch(at + 64);
    }
};

// The links of `node` that were not visited yet; -1 when reading failed or a link is out of bounds.
template <typename Nodes>
int fresh_links(Nodes& nodes, uint32_t node, VisitedSet& visited, uint32_t* fresh) {
    const uint8_t* links = nullptr;
    if (!nodes.links(node, &links)) return -1;
    int size = 0;
    for (uint32_t i = 0; i < nodes.degree(); ++i) {
        const uint32_t link = link_at(links, i);
        if (link >= nodes.count()) return link == kNoNode ? size : -1;
        if (visited.visit(link)) fresh[size++] = link;
    }
    return size;
}

// `MayAnswer` says of a node whether it may be an answer. Counts into `visits` the distances that
// were taken, and stops between hops once they exceed `visits_max`. False: see above.
template <typename Nodes, typename MayAnswer>
bool score_into_pool(Nodes& nodes, const WalkQuery& query, std::span<const uint32_t> fresh,
                     CandidatePool& pool, MayAnswer& may_answer) {
    if (fresh.empty()) return true;
    const uint8_t* codes[kDegreeMax];
    uint32_t distances[kDegreeMax];
    if (!nodes.codes(fresh.data(), fresh.size(), codes)) return false;
    query.kernel(query.code, codes, fresh.size(), query.code_bytes, distances);
    for (size_t i = 0; i < fresh.size(); ++i) {
        if (distances[i] < pool.bound()) pool.insert(distances[i], fresh[i], may_answer(fresh[i]));
    }
    return true;
}

template <typename Nodes, typename MayAnswer>
bool walk(Nodes& nodes, const WalkQuery& query, std::span<const uint32_t> entries,
          WalkScratch& scratch, MayAnswer may_answer, uint64_t* visits, uint64_t visits_max) {
    uint32_t fresh[kDegreeMax];
    for (size_t first = 0; first < entries.size();) {
        size_t size = 0;
        for (; first < entries.size() && size < kDegreeMax; ++first) {
            if (scratch.visited.visit(entries[first])) fresh[size++] = entries[first];
        }
        *visits += size;
        if (!score_into_pool(nodes, query, {fresh, size}, scratch.pool, may_answer)) return false;
    }
    while (*visits <= visits_max) {
        const uint32_t node = scratch.pool.expand();
        if (node == CandidatePool::kNone) break;
        const int size = fresh_links(nodes, node, scratch.visited, fresh);
        if (size < 0) return false;
        *visits += static_cast<uint64_t>(size);
        const uint32_t next = scratch.pool.peek();
        if (next != CandidatePool::kNone) nodes.prefetch_links(next);
        if (!score_into_pool(nodes, query, {fresh, static_cast<size_t>(size)}, scratch.pool,
                             may_answer)) {
            return false;
        }
    }
    return true;
}

}  // namespace grape::index
