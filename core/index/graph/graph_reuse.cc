#include "core/index/graph/graph_reuse.h"

#include <algorithm>
#include <cstring>

#include "core/index/graph/graph_run.h"
#include "core/index/graph/link_choice.h"

namespace grape::index {
namespace {

using base::Status;

constexpr uint32_t kNodesAtOnce = 256;

class Loader {
  public:
    Loader(const GraphRun& old, BuiltGraph& graph) : old_(old), graph_(graph) {}

    void number(const base::ChunkedBitset& dead);
    Status copy();
    Status link_again();

  private:
    Status copy_piece(uint32_t first, uint32_t count);
    Status copy_links(const uint8_t* links, uint32_t node);
    Status link_node(uint32_t old_node, uint32_t node, LinkChooser& chooser);
    // Appends the new numbers of what `old_node` links to; of the dead ones to `lost`.
    Status add_targets(uint32_t old_node, std::vector<uint32_t>* lost);

    const GraphRun& old_;
    BuiltGraph& graph_;
    std::vector<uint32_t> new_of_;                      // kNoNode for dead nodes
    std::vector<std::pair<uint32_t, uint32_t>> again_;  // old and new number: lost a link
    std::vector<uint32_t> targets_, lost_, none_;
    std::vector<uint64_t> candidates_;
};

void Loader::number(const base::ChunkedBitset& dead) {
    new_of_.resize(old_.count());
    uint32_t next = 0;
    for (uint32_t node = 0; node < old_.count(); ++node) {
        new_of_[node] = dead.test(node) ? kNoNode : next++;
    }
}

Status Loader::copy() {
    for (uint32_t first = 0; first < old_.count(); first += kNodesAtOnce) {
        GRAPE_TRY(copy_piece(first, std::min(kNodesAtOnce, old_.count() - first)));
    }
    return {};
}

Status Loader::copy_piece(uint32_t first, uint32_t count) {
    std::vector<DenseEntry> entries(count);
    GRAPE_TRY(old_.entries(first, entries));
    GRAPE_ASSIGN(const storage::BlobView view, old_.blocks(first, count));
    const BlockShape shape = old_.block_shape();
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t node = new_of_[first + i];
        if (node == kNoNode) continue;
        const uint8_t* block = view.bytes().data() + shape.stride() * i;
        std::memcpy(graph_.blocks.code(node), block, shape.code_bytes);
        graph_.entries[node] = entries[i];
        const size_t before = again_.size();
        GRAPE_TRY(copy_links(block + shape.code_bytes, node));
        if (again_.size() != before) again_.back().first = first + i;
    }
    return {};
}

Status Loader::copy_links(const uint8_t* links, uint32_t node) {
    const uint32_t degree = old_.block_shape().degree;
    uint8_t* out = graph_.blocks.links(node);
    uint32_t put = 0;
    bool lost = false;
    for (uint32_t i = 0; i < degree && link_at(links, i) != kNoNode; ++i) {
        const uint32_t target = link_at(links, i);
        if (target >= old_.count()) return old_.bad_link();
        const uint32_t new_target = new_of_[target];
        if (new_target == kNoNode || put == graph_.degree) {
            lost = true;
        } else {
            set_link(out, put++, new_target);
        }
    }
    for (; put < graph_.blocks.shape.degree; ++put) set_link(out, put, kNoNode);
    if (lost) again_.emplace_back(0, node);
    return {};
}

Status Loader::add_targets(uint32_t old_node, std::vector<uint32_t>* lost) {
    GRAPE_ASSIGN(const storage::BlobView view, old_.blocks(old_node, 1));
    const uint8_t* links = view.bytes().data() + old_.block_shape().code_bytes;
    const uint32_t degree = old_.block_shape().degree;
    for (uint32_t i = 0; i < degree && link_at(links, i) != kNoNode; ++i) {
        const uint32_t target = link_at(links, i);
        if (target >= old_.count()) return old_.bad_link();
        if (new_of_[target] != kNoNode) {
            targets_.push_back(new_of_[target]);
        } else if (lost != nullptr) {
            lost->push_back(target);
        }
    }
    return {};
}

Status Loader::link_node(uint32_t old_node, uint32_t node, LinkChooser& chooser) {
    targets_.clear();
    lost_.clear();
    GRAPE_TRY(add_targets(old_node, &lost_));
    for (const uint32_t dead : lost_) GRAPE_TRY(add_targets(dead, nullptr));
    std::sort(targets_.begin(), targets_.end());
    targets_.erase(std::unique(targets_.begin(), targets_.end()), targets_.end());
    targets_.erase(std::remove(targets_.begin(), targets_.end(), node), targets_.end());
    candidates_.clear();
    chooser.measure(node, targets_, candidates_);
    std::sort(candidates_.begin(), candidates_.end());
    const auto links = chooser.choose(candidates_, graph_.degree);
    uint8_t* out = graph_.blocks.links(node);
    for (uint32_t i = 0; i < graph_.blocks.shape.degree; ++i) {
        set_link(out, i, i < links.size() ? links[i] : kNoNode);
    }
    return {};
}

Status Loader::link_again() {
    LinkChooser chooser(graph_.blocks, graph_.shape.measure());
    for (const auto& [old_node, node] : again_) GRAPE_TRY(link_node(old_node, node, chooser));
    return {};
}

}  // namespace

Status load_kept(const GraphRun& old, const base::ChunkedBitset& dead, BuiltGraph& graph) {
    Loader loader(old, graph);
    loader.number(dead);
    GRAPE_TRY(loader.copy());
    return loader.link_again();
}

}  // namespace grape::index
