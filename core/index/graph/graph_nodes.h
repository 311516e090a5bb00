// The nodes of a GraphRun as a walk reads them (see graph_walk.h): in a map whose pages must be
// checked at their first use, or by reading each block. In memory: MemoryNodes. Threads: belong to
// one walk.
#pragma once

#include <cstring>
#include <vector>

#include "core/index/graph/graph_run.h"
#include "core/index/graph/graph_walk.h"

namespace grape::index {

class CachedNodes {
  public:
    explicit CachedNodes(const GraphRun& run)
        : run_(run), memory_(run.memory(), run.block_shape()) {}

    uint32_t count() const { return memory_.count(); }
    uint32_t degree() const { return memory_.degree(); }
    bool links(uint32_t node, const uint8_t** out) {
        return check(node) && memory_.links(node, out);
    }
    bool codes(const uint32_t* nodes, size_t size, const uint8_t** out) {
        for (size_t i = 0; i < size; ++i) {
            if (!check(nodes[i])) return false;
        }
        return memory_.codes(nodes, size, out);
    }
    void prefetch_links(uint32_t) const {}
    const base::Status& status() const { return status_; }

  private:
    bool check(uint32_t node) {
        const uint32_t piece = node / run_.piece_nodes();
        if (run_.is_checked(piece)) return true;
        status_ = run_.check_piece(piece);
        return status_.ok();
    }

    const GraphRun& run_;
    MemoryNodes memory_;
    base::Status status_;
};

// One read for each block: what is read is checked and copied to where kernels can take it.
class ColdNodes {
  public:
    explicit ColdNodes(const GraphRun& run) : run_(run) {}

    uint32_t count() const { return run_.count(); }
    uint32_t degree() const { return run_.block_shape().degree; }
    bool links(uint32_t node, const uint8_t** out) {
        if (!read(node)) return false;
        *out = view_.bytes().data() + run_.block_shape().code_bytes;
        return true;
    }
    bool codes(const uint32_t* nodes, size_t size, const uint8_t** out) {
        const size_t code_bytes = run_.block_shape().code_bytes;
        buffer_.resize(size * code_bytes + vector::code_line_bytes);
        const auto start = reinterpret_cast<uintptr_t>(buffer_.data());
        uint8_t* at = buffer_.data() + (vector::code_line_bytes - start % vector::code_line_bytes) %
                                           vector::code_line_bytes;
        for (size_t i = 0; i < size; ++i, at += code_bytes) {
            if (!read(nodes[i])) return false;
            std::memcpy(at, view_.bytes().data(), code_bytes);
            out[i] = at;
        }
        return true;
    }
    void prefetch_links(uint32_t) const {}
    const base::Status& status() const { return status_; }

  private:
    bool read(uint32_t node) {
        auto view = run_.blocks(node, 1);
        status_ = view.status();
        if (!view.ok()) return false;
        view_ = std::move(view).value();
        return true;
    }

    const GraphRun& run_;
    storage::BlobView view_;
    std::vector<uint8_t> buffer_;
    base::Status status_;
};

}  // namespace grape::index
