#include "core/index/graph/graph_builder.h"

#include <algorithm>

#include "core/index/graph/connect.h"
#include "core/index/graph/graph_reuse.h"
#include "core/index/graph/graph_run.h"
#include "core/index/graph/graph_walk.h"
#include "core/index/graph/link_choice.h"
#include "core/index/graph/scale_training.h"
#include "core/index/graph/workers.h"

namespace grape::index {

using base::Result;
using base::Status;

// What one worker needs.
struct LinkScratch {
    LinkScratch(const Blocks& blocks, vector::CodeMeasure measure) : chooser(blocks, measure) {}
    WalkScratch walk;
    LinkChooser chooser;
    std::vector<uint64_t> candidates;
    std::vector<uint32_t> nodes;
};

namespace {

constexpr uint32_t kFirstNodes = 256;  // linked among each other, by all distances
constexpr uint32_t kBatchPart = 16;    // a batch is at most this part of the graph
constexpr uint32_t kBatchMax = 2048;
constexpr uint32_t kReadAtOnce = 256;
constexpr uint32_t kThreadsMax = 64;
constexpr uint32_t kDegreeStep = 16;
constexpr uint32_t kEffortMax = 10'000;

// Links that a node may have while the graph grows: cutting them back at each new one would cost
// more than the longer lists do.
uint32_t growing_degree(uint32_t degree) {
    return (degree + degree / 2 + kDegreeStep - 1) / kDegreeStep * kDegreeStep;
}

// A number from a number, evenly (splitmix64, by S. Vigna, in the public domain).
uint64_t mix(uint64_t value) {
    value += 0x9E3779B97F4A7C15u;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

Status check(const GraphShape& shape, const GraphBuildOptions& options, uint64_t nodes) {
    if (shape.dim == 0) return Status::make_invalid("graph: dim: must be at least 1");
    if (options.degree == 0 || options.degree % kDegreeStep != 0 || options.degree > 64) {
        return Status::make_invalid("graph: degree: must be 16, 32, 48 or 64");
    }
    if (options.effort == 0 || options.effort > kEffortMax) {
        return Status::make_invalid("graph: effort: must be 1 to ", kEffortMax);
    }
    if (nodes == 0 || nodes >= kNoNode) {
        return Status::make_invalid("graph: must have 1 to ", kNoNode - 1, " nodes");
    }
    return {};
}

}  // namespace

GraphBuilder::GraphBuilder(const GraphShape& shape, const GraphBuildOptions& options,
                           ReadVectors read)
    : options_(options), read_(std::move(read)) {
    graph_.shape = shape;
    graph_.degree = options.degree;
}

GraphBuilder::~GraphBuilder() = default;

GraphBuilder::Memory GraphBuilder::memory(const GraphShape& shape, const GraphBuildOptions& options,
                                          uint64_t count) {
    const uint64_t block = shape.code_bytes() + 4u * growing_degree(options.degree);
    // Entries, the node of each entry, parents and order at the end; then what does not grow.
    const uint64_t node = sizeof(DenseEntry) + 3 * sizeof(uint32_t);
    const uint64_t sample =
        uint64_t{scale_sample(shape, count)} * (shape.row_bytes() + 4u * shape.code_dims());
    const uint64_t worker = count / 8 + 64u * options.effort + 16u * shape.code_dims() + (1u << 20);
    const uint64_t batch = uint64_t{kBatchMax} * options.degree * 8 * 2;
    return {block * count, node * count + sample + batch + worker * options.threads};
}

Result<std::unique_ptr<GraphBuilder>> GraphBuilder::create(const GraphShape& shape,
                                                           const GraphBuildOptions& options,
                                                           std::vector<DenseEntry> entries,
                                                           ReadVectors read, GraphReuse reuse,
                                                           ScratchMaker scratch) {
    uint64_t kept = 0;
    if (reuse.graph != nullptr) kept = reuse.graph->count() - reuse.dead.count();
    GRAPE_TRY(check(shape, options, kept + entries.size()));
    std::unique_ptr<GraphBuilder> out(new GraphBuilder(shape, options, std::move(read)));
    if (reuse.graph != nullptr) {
        if (kept == 0) return Status::make_invalid("graph: no node of the old one is left");
        if (reuse.graph->block_shape().code_bytes != shape.code_bytes()) {
            return Status::make_invalid("graph: the old one is of another shape");
        }
        out->reuse_ = std::move(reuse);
        out->kept_ = static_cast<uint32_t>(kept);
    }
    Blocks& blocks = out->graph_.blocks;
    blocks.shape = {static_cast<uint32_t>(kept + entries.size()), growing_degree(options.degree),
                    shape.code_bytes()};
    if (scratch) {
        GRAPE_ASSIGN(auto memory, scratch(blocks.shape.bytes()));
        blocks.memory.use(std::move(memory));
    } else {
        GRAPE_TRY(blocks.memory.allocate(blocks.shape.bytes()));
    }
    out->place_new(std::move(entries));
    out->workers_ = std::make_unique<Workers>(std::clamp(options.threads, 1u, kThreadsMax));
    for (size_t i = 0; i < out->workers_->count(); ++i) {
        out->scratch_.push_back(std::make_unique<LinkScratch>(blocks, shape.measure()));
    }
    out->step_ = out->kept_ != 0 ? Step::reuse : Step::train;
    return out;
}

// New nodes come in a random order: neighbours that are inserted one behind the other would find
// little to link to.
void GraphBuilder::place_new(std::vector<DenseEntry> entries) {
    const auto count = static_cast<uint32_t>(entries.size());
    node_of_.resize(count);
    for (uint32_t i = 0; i < count; ++i) node_of_[i] = kept_ + i;
    for (uint32_t i = count; i > 1; --i) {
        std::swap(node_of_[i - 1], node_of_[mix(options_.seed + i) % i]);
    }
    graph_.entries.resize(size_t{kept_} + count);
    for (uint32_t i = 0; i < count; ++i) graph_.entries[node_of_[i]] = entries[i];
    progress_.vectors = count;
}

Status GraphBuilder::run(const std::function<bool()>& stop) {
    stop_ = &stop;
    while (step_ != Step::done) {
        if (stop && stop()) return Status::make_cancelled("graph build: stopped");
        GRAPE_TRY(step());
    }
    return {};
}

Status GraphBuilder::step() {
    switch (step_) {
        case Step::reuse:
            return reuse();
        case Step::train:
            return train();
        case Step::read:
            return read_vectors();
        case Step::link:
            return link_batch();
        case Step::trim:
            return trim();
        case Step::connect:
            return connect();
        case Step::done:
            break;
    }
    return {};
}

Status GraphBuilder::reuse() {
    GRAPE_TRY(load_kept(*reuse_.graph, reuse_.dead, graph_));
    graph_.scale = reuse_.graph->scale();
    reuse_ = {};
    linked_ = kept_;
    progress_.nodes_linked = linked_;
    graph_.entry_points = spread_nodes(linked_);
    step_ = Step::read;
    return {};
}

Status GraphBuilder::train() {
    const auto count = static_cast<uint32_t>(node_of_.size());
    GRAPE_ASSIGN(graph_.scale, train_scale(graph_.shape, count, read_));
    step_ = Step::read;
    return {};
}

// One piece of the new vectors.
Status GraphBuilder::read_vectors() {
    const auto count = static_cast<uint32_t>(node_of_.size());
    const size_t row_bytes = graph_.shape.row_bytes();
    const uint32_t size = std::min(kReadAtOnce, count - read_count_);
    std::vector<uint8_t> rows(size * row_bytes);
    std::vector<float>& floats = scratch_[0]->walk.floats;
    if (size != 0) GRAPE_TRY(read_(read_count_, size, rows.data()));
    for (uint32_t i = 0; i < size; ++i) {
        const uint32_t node = node_of_[read_count_ + i];
        graph_.scale.encode(rows.data() + i * row_bytes, graph_.blocks.code(node), floats);
        set_links(node, {});
    }
    read_count_ += size;
    progress_.vectors_read = read_count_;
    if (read_count_ == count) step_ = Step::link;
    return {};
}

void GraphBuilder::set_links(uint32_t node, std::span<const uint32_t> links) {
    uint8_t* out = graph_.blocks.links(node);
    for (uint32_t i = 0; i < graph_.blocks.shape.degree; ++i) {
        set_link(out, i, i < links.size() ? links[i] : kNoNode);
    }
}

uint32_t GraphBuilder::batch_end() const {
    const uint32_t count = graph_.blocks.shape.count;
    if (linked_ == 0) return std::min(count, kFirstNodes);
    return std::min(count, linked_ + std::clamp(linked_ / kBatchPart, 16u, kBatchMax));
}

Status GraphBuilder::link_batch() {
    const uint32_t first = linked_, end = batch_end();
    if (first == end) {
        step_ = Step::trim;
        return {};
    }
    if (first == 0) graph_.entry_points = spread_nodes(end);
    GRAPE_TRY(workers_->run(end - first, *stop_, [&](size_t item, size_t worker) {
        const auto node = static_cast<uint32_t>(first + item);
        first == 0 ? link_first(end, node, worker) : link_node(node, worker);
    }));
    GRAPE_TRY(link_back(first, end));
    linked_ = end;
    progress_.nodes_linked = linked_;
    return {};
}

// Among the first `end` nodes: all distances.
void GraphBuilder::link_first(uint32_t end, uint32_t node, size_t worker) {
    LinkScratch& scratch = *scratch_[worker];
    scratch.nodes.clear();
    for (uint32_t other = 0; other < end; ++other) {
        if (other != node) scratch.nodes.push_back(other);
    }
    choose_links(node, worker);
}

// The best of scratch.nodes become the node's links.
void GraphBuilder::choose_links(uint32_t node, size_t worker) {
    LinkScratch& scratch = *scratch_[worker];
    scratch.candidates.clear();
    scratch.chooser.measure(node, scratch.nodes, scratch.candidates);
    progress_.distances.fetch_add(scratch.nodes.size(), std::memory_order_relaxed);
    std::sort(scratch.candidates.begin(), scratch.candidates.end());
    set_links(node, scratch.chooser.choose(scratch.candidates, options_.degree));
}

void GraphBuilder::link_node(uint32_t node, size_t worker) {
    LinkScratch& scratch = *scratch_[worker];
    const Blocks& blocks = graph_.blocks;
    MemoryNodes nodes(blocks.memory.data(), blocks.shape);
    const WalkQuery query{blocks.code(node), blocks.shape.code_bytes,
                          vector::code_distances(graph_.shape.measure())};
    scratch.walk.pool.reset(options_.effort);
    scratch.walk.visited.reset(blocks.shape.count);
    uint64_t visits = 0;
    walk(
        nodes, query, graph_.entry_points, scratch.walk, [](uint32_t) { return true; }, &visits,
        UINT64_MAX);
    progress_.distances.fetch_add(visits, std::memory_order_relaxed);
    scratch.candidates.clear();
    scratch.walk.pool.each_answer([&](uint32_t distance, uint32_t found) {
        scratch.candidates.push_back(make_link(distance, found));
        return true;
    });
    set_links(node, scratch.chooser.choose(scratch.candidates, options_.degree));
}

// Gives the targets of the links of [first, end) links back.
Status GraphBuilder::link_back(uint32_t first, uint32_t end) {
    back_links_.clear();
    for (uint32_t node = first; node < end; ++node) {
        const uint8_t* links = graph_.blocks.links(node);
        const uint32_t count = link_count(links, graph_.blocks.shape.degree);
        for (uint32_t i = 0; i < count; ++i) {
            back_links_.push_back(uint64_t{link_at(links, i)} << 32 | node);
        }
    }
    std::sort(back_links_.begin(), back_links_.end());
    std::vector<size_t> starts;
    for (size_t i = 0; i < back_links_.size(); ++i) {
        if (i == 0 || back_links_[i] >> 32 != back_links_[i - 1] >> 32) starts.push_back(i);
    }
    starts.push_back(back_links_.size());
    // Not to be stopped: done twice it would give other links.
    return workers_->run(starts.size() - 1, {}, [&](size_t item, size_t worker) {
        const std::span<const uint64_t> all(back_links_);
        add_links(all.subspan(starts[item], starts[item + 1] - starts[item]), worker);
    });
}

void GraphBuilder::add_links(std::span<const uint64_t> back_links, size_t worker) {
    const auto node = static_cast<uint32_t>(back_links.front() >> 32);
    std::vector<uint32_t>& nodes = scratch_[worker]->nodes;
    nodes.clear();
    const uint32_t degree = graph_.blocks.shape.degree;
    const uint8_t* links = graph_.blocks.links(node);
    const uint32_t count = link_count(links, degree);
    for (uint32_t i = 0; i < count; ++i) nodes.push_back(link_at(links, i));
    for (const uint64_t each : back_links) {
        const auto from = static_cast<uint32_t>(each);
        // The first nodes may have linked each other already.
        if (std::find(nodes.begin(), nodes.begin() + count, from) == nodes.begin() + count) {
            nodes.push_back(from);
        }
    }
    if (nodes.size() > degree) {
        choose_links(node, worker);
    } else {
        set_links(node, nodes);
    }
}

Status GraphBuilder::trim() {
    GRAPE_TRY(workers_->run(linked_, *stop_, [&](size_t item, size_t worker) {
        const auto node = static_cast<uint32_t>(item);
        const uint8_t* links = graph_.blocks.links(node);
        const uint32_t count = link_count(links, graph_.blocks.shape.degree);
        if (count <= options_.degree) return;
        std::vector<uint32_t>& nodes = scratch_[worker]->nodes;
        nodes.clear();
        for (uint32_t i = 0; i < count; ++i) nodes.push_back(link_at(links, i));
        choose_links(node, worker);
    }));
    step_ = Step::connect;
    return {};
}

Status GraphBuilder::connect() {
    scratch_.clear();
    workers_.reset();
    graph_.entry_points = spread_nodes(linked_);
    add_in_links(graph_.blocks, graph_.degree, options_.in_links);
    graph_.order = connect_nodes(graph_.blocks, graph_.degree, graph_.entry_points);
    step_ = Step::done;
    return {};
}

BuiltGraph GraphBuilder::take() {
    GRAPE_DCHECK(step_ == Step::done);
    return std::move(graph_);
}

}  // namespace grape::index
