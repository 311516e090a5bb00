#include "core/index/graph/outside_codes.h"

#include <algorithm>
#include <new>

#include "core/index/graph/graph_run.h"

namespace grape::index {

using base::Result;
using base::Status;

namespace {

constexpr uint32_t kSampleNodes = 512;

}  // namespace

Result<std::shared_ptr<const CodeOrder>> CodeOrder::of(const GraphRun& graph) {
    const size_t bytes = graph.block_shape().code_bytes;
    const uint32_t count = std::min(graph.count(), kSampleNodes);
    std::vector<uint64_t> sums(bytes), squares(bytes);
    for (uint32_t i = 0; i < count; ++i) {
        const auto node = static_cast<uint32_t>(uint64_t{i} * graph.count() / count);
        GRAPE_ASSIGN(const storage::BlobView view, graph.blocks(node, 1));
        const uint8_t* const code = view.bytes().data();
        for (size_t d = 0; d < bytes; ++d) {
            sums[d] += code[d];
            squares[d] += uint64_t{code[d]} * code[d];
        }
    }
    // The variance of four bytes, times count squared.
    const auto spread = [&](uint32_t first) {
        uint64_t sum = 0;
        for (size_t d = first; d < first + vector::code_column_bytes; ++d) {
            sum += squares[d] * count - sums[d] * sums[d];
        }
        return sum;
    };
    auto out = std::make_shared<CodeOrder>();
    for (uint32_t d = 0; d < bytes; d += vector::code_column_bytes) out->firsts_.push_back(d);
    std::stable_sort(out->firsts_.begin(), out->firsts_.end(),
                     [&](uint32_t a, uint32_t b) { return spread(a) > spread(b); });
    return std::shared_ptr<const CodeOrder>(std::move(out));
}

RunCodes::~RunCodes() {
    for (std::atomic<Block*>& block : blocks_) delete block.load(std::memory_order_relaxed);
}

RunCodes::Group RunCodes::group(uint32_t index) const {
    const Block& block = *blocks_[block_of(index)].load(std::memory_order_acquire);
    const uint32_t at = index - block.first;
    return {block.codes.data() + size_t{at} * kGroup * graph_->block_shape().code_bytes,
            block.positions.get() + size_t{at} * kGroup, block.rows.get() + size_t{at} * kGroup,
            block.errors[at].load(std::memory_order_relaxed)};
}

Result<RunCodes::Block*> RunCodes::block_for(uint32_t code) {
    const uint32_t group = code / kGroup;
    std::atomic<Block*>& place = blocks_[block_of(group)];
    if (Block* const there = place.load(std::memory_order_relaxed)) return there;
    auto made = std::make_unique<Block>();
    made->first = group;  // groups come in order
    made->capacity = std::max(group, 1u);
    const size_t codes = size_t{made->capacity} * kGroup;
    const size_t bytes = codes * graph_->block_shape().code_bytes;
    const size_t taken = bytes + codes * 2 * sizeof(uint32_t);
    base::MemoryHold hold;
    if (memory_ != nullptr) hold = base::MemoryHold(*memory_);
    GRAPE_TRY(hold.grow(taken, "codes of vectors"));
    GRAPE_TRY(made->codes.allocate(bytes, GraphMemory::Pages::small));
    made->positions.reset(new uint32_t[codes]);
    made->rows.reset(new uint32_t[codes]);
    made->errors.reset(new std::atomic<float>[made->capacity]());
    made->hold = std::move(hold);
    heap_bytes_ += taken;
    place.store(made.get(), std::memory_order_release);
    return made.release();
}

Status RunCodes::put(uint32_t code, uint32_t position, uint32_t row, const uint8_t* stored) {
    GRAPE_ASSIGN(Block * block, block_for(code));
    const size_t at = code - size_t{block->first} * kGroup;
    const size_t code_bytes = graph_->block_shape().code_bytes;
    constexpr size_t kColumns = vector::code_columns, kAtOnce = vector::code_column_bytes;
    code_.resize(code_bytes);
    const float error = graph_->scale().encode_with_error(stored, code_.data(), scratch_);
    order_->arrange(
        code_.data(),
        block->codes.data() + at / kColumns * kColumns * code_bytes + at % kColumns * kAtOnce,
        kColumns * kAtOnce);
    block->positions[at] = position;
    block->rows[at] = row;
    std::atomic<float>& most = block->errors[at / kGroup];
    most.store(std::max(most.load(std::memory_order_relaxed), error), std::memory_order_relaxed);
    return {};
}

// Consecutive positions that are no nodes of the graph.
Status RunCodes::add(const RunView& run, uint32_t first, uint32_t count, Extent* extent) {
    std::array<uint32_t, kGroup> rows;
    GRAPE_TRY(run.run->rows(first, std::span(rows.data(), count)));
    for (uint32_t done = 0; done < count;) {
        GRAPE_ASSIGN(const DenseBlock block, run.run->block(first + done, count - done));
        for (uint32_t i = 0; i < block.count; ++i, ++done) {
            GRAPE_TRY(put(extent->codes, first + done, rows[done],
                          block.vectors + size_t{i} * run.run->row_bytes()));
            ++extent->codes;
            extent->positions = first + done + 1;
            if (extent->codes % vector::code_columns == 0) publish(*extent);
        }
    }
    return {};
}

void RunCodes::publish(Extent extent) {
    extent_.store(uint64_t{extent.positions} << 32 | extent.codes, std::memory_order_release);
}

Status RunCodes::extend(const RunView& run, uint32_t count_max) {
    const uint32_t done = extent().positions;
    // A tail is all outside; less than a block of it is not worth the codes yet.
    const uint32_t enough = run.run->in_file() ? 1 : vector::code_columns;
    if (done >= run.length || run.length - done < enough || !extending_.try_lock()) return {};
    Extent extent = this->extent();
    const uint32_t codes_max =
        extent.codes + std::min(count_max, std::numeric_limits<uint32_t>::max() - extent.codes);
    Status added;
    try {
        while (added.ok() && extent.positions < run.length && extent.codes < codes_max) {
            const uint32_t first = extent.positions;
            uint32_t count = 0;
            const uint32_t most = std::min({kGroup, run.length - first, codes_max - extent.codes});
            while (count < most && !run.graphed.test(first + count)) ++count;
            if (count == 0) {
                ++extent.positions;
            } else {
                added = add(run, first, count, &extent);
            }
        }
    } catch (const std::bad_alloc&) {
        added = Status::make_nomem("not enough memory for codes");
    }
    const bool all = extent.positions == run.length && run.run->in_file();
    if (added.ok() && (all || extent.codes % vector::code_columns == 0)) publish(extent);
    extending_.unlock();
    // Without codes a search is slower and nothing else.
    return added.code() == base::Code::nomem ? Status() : added;
}

size_t RunCodes::heap_bytes() const {
    return sizeof(*this) + heap_bytes_.load(std::memory_order_relaxed);
}

// Read once, under the lock: it is some hundred blocks, and everybody needs it.
Status OutsideCodes::find_order() {
    if (order_ != nullptr) return {};
    GRAPE_ASSIGN(order_, CodeOrder::of(*graph_));
    return {};
}

Result<std::shared_ptr<const CodeOrder>> OutsideCodes::order() {
    const base::MutexLock lock(mutex_);
    GRAPE_TRY(find_order());
    return order_;
}

Result<std::vector<std::shared_ptr<RunCodes>>> OutsideCodes::of(std::span<const RunView> runs) {
    const base::MutexLock lock(mutex_);
    GRAPE_TRY(find_order());
    std::vector<std::shared_ptr<RunCodes>> out;
    out.reserve(runs.size());
    for (const RunView& run : runs) out.push_back(run.outside_graph() == 0 ? nullptr : find(run));
    const auto found =
        std::count_if(out.begin(), out.end(), [](const auto& each) { return each != nullptr; });
    // Of runs that are gone; an older view may still hold some that this one has not.
    if (entries_.size() > static_cast<size_t>(found)) {
        std::erase_if(entries_, [](const auto& entry) { return entry.second.run.expired(); });
    }
    return out;
}

// A new run may lie where one lay that is gone.
std::shared_ptr<RunCodes> OutsideCodes::find(const RunView& run) {
    const auto found = entries_.find(run.run.get());
    if (found != entries_.end() && !found->second.run.expired()) return found->second.codes;
    auto codes = std::make_shared<RunCodes>(graph_, order_, memory_);
    entries_.insert_or_assign(run.run.get(), Entry{run.run, codes});
    return codes;
}

Status OutsideCodes::cover(std::span<const RunView> runs) {
    GRAPE_ASSIGN(const auto codes, of(runs));
    for (size_t i = 0; i < runs.size(); ++i) {
        if (codes[i] != nullptr) GRAPE_TRY(codes[i]->extend(runs[i], runs[i].length));
    }
    return {};
}

size_t OutsideCodes::heap_bytes() const {
    const base::MutexLock lock(mutex_);
    size_t sum = 0;
    for (const auto& [run, entry] : entries_) sum += sizeof(entry) + entry.codes->heap_bytes();
    return sum;
}

}  // namespace grape::index
