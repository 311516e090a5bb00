// Codes of the vectors that a graph does not have, so that a search scans bytes where it would scan
// vectors. They are in the graph's own scale, made from the runs when a search or the background
// wants them, and lost with the graph or the run: nothing of them is on disk.
//
// RunCodes: of one run, all positions that are no nodes of the graph, hidden ones too (an older
// view may still see them), in order. Codes lie in blocks that double in size, as in a DenseTail,
// and are only added: below extent() nothing changes any more. For each group of 256 there is the
// greatest error of a code, which is what makes the scan exact (graph_code.h). Codes stand in
// columns of 16 (code_distance.h): most are too far away by their first bytes alone. Such a block
// is seen when it is full, or when the run is a file and has no more.
//
// CodeOrder: which bytes come first, four at a time: those in which the graph's nodes differ most.
// (By single bytes a scan reads 1 to 5 % less of the codes of four sets, and a code takes twice as
// long to be made.)
// OutsideCodes: those of all runs beside one graph.
//
// Threads: any number of readers; who extends holds a lock that nobody waits for.
#pragma once

#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>

#include "core/base/memory_budget.h"
#include "core/base/mutex.h"
#include "core/index/dense_run.h"
#include "core/index/graph/graph_blocks.h"
#include "core/index/graph/graph_code.h"

namespace grape::index {

class GraphRun;

class CodeOrder {
  public:
    static base::Result<std::shared_ptr<const CodeOrder>> of(const GraphRun& graph);
    // `out` gets four bytes of the code at every multiple of `stride`.
    void arrange(const uint8_t* code, uint8_t* out, size_t stride) const {
        for (const uint32_t first : firsts_) {
            std::memcpy(out, code + first, vector::code_column_bytes);
            out += stride;
        }
    }

  private:
    std::vector<uint32_t> firsts_;  // where each four of a code begin
};

class RunCodes {
  public:
    static constexpr uint32_t kGroup = 256;

    // What does not fit into `memory` gets no codes; null: no limit. The budget outlives the codes.
    RunCodes(std::shared_ptr<const GraphRun> graph, std::shared_ptr<const CodeOrder> order,
             base::MemoryBudget* memory = nullptr)
        : graph_(std::move(graph)), order_(std::move(order)), memory_(memory) {}
    ~RunCodes();
    RunCodes(const RunCodes&) = delete;
    RunCodes& operator=(const RunCodes&) = delete;

    // How far the codes go: positions of the run, and codes of them.
    struct Extent {
        uint32_t positions = 0, codes = 0;
    };
    Extent extent() const {
        const uint64_t both = extent_.load(std::memory_order_acquire);
        return {static_cast<uint32_t>(both >> 32), static_cast<uint32_t>(both)};
    }
    // Codes of a group, in columns; `error` may grow while the last group fills.
    struct Group {
        const uint8_t* codes = nullptr;
        const uint32_t* positions = nullptr;
        const uint32_t* rows = nullptr;
        float error = 0;
    };
    Group group(uint32_t index) const;

    // Makes codes of at most `count_max` more positions of the run; does nothing while somebody
    // else does so.
    base::Status extend(const RunView& run, uint32_t count_max);
    size_t heap_bytes() const;

  private:
    struct Block {
        GraphMemory codes;
        std::unique_ptr<uint32_t[]> positions, rows;
        std::unique_ptr<std::atomic<float>[]> errors;  // by group
        uint32_t first = 0, capacity = 0;              // groups
        base::MemoryHold hold;
    };
    static uint32_t block_of(uint32_t group) {
        return static_cast<uint32_t>(std::bit_width(group));
    }
    void publish(Extent extent) GRAPE_REQUIRES(extending_);
    base::Result<Block*> block_for(uint32_t code) GRAPE_REQUIRES(extending_);
    base::Status add(const RunView& run, uint32_t first, uint32_t count, Extent* extent)
        GRAPE_REQUIRES(extending_);
    base::Status put(uint32_t code, uint32_t position, uint32_t row, const uint8_t* stored)
        GRAPE_REQUIRES(extending_);

    const std::shared_ptr<const GraphRun> graph_;
    const std::shared_ptr<const CodeOrder> order_;
    std::atomic<uint64_t> extent_{0};
    base::MemoryBudget* const memory_;
    std::atomic<uint64_t> heap_bytes_{0};
    std::array<std::atomic<Block*>, 26> blocks_{};
    base::Mutex extending_;
    std::vector<float> scratch_ GRAPE_GUARDED_BY(extending_);
    std::vector<uint8_t> code_ GRAPE_GUARDED_BY(extending_);
};

class OutsideCodes {
  public:
    explicit OutsideCodes(std::shared_ptr<const GraphRun> graph,
                          base::MemoryBudget* memory = nullptr)
        : graph_(std::move(graph)), memory_(memory) {}
    // Those of each of the runs, which are in a published view; null where the graph has all of
    // one.
    base::Result<std::vector<std::shared_ptr<RunCodes>>> of(std::span<const RunView> runs)
        GRAPE_EXCLUDES(mutex_);
    base::Result<std::shared_ptr<const CodeOrder>> order() GRAPE_EXCLUDES(mutex_);
    // Codes of all that is outside of the graph.
    base::Status cover(std::span<const RunView> runs) GRAPE_EXCLUDES(mutex_);
    size_t heap_bytes() const GRAPE_EXCLUDES(mutex_);

  private:
    struct Entry {
        std::weak_ptr<const DenseRun> run;
        std::shared_ptr<RunCodes> codes;
    };
    base::Status find_order() GRAPE_REQUIRES(mutex_);
    std::shared_ptr<RunCodes> find(const RunView& run) GRAPE_REQUIRES(mutex_);

    const std::shared_ptr<const GraphRun> graph_;
    base::MemoryBudget* const memory_;
    mutable base::Mutex mutex_;
    std::shared_ptr<const CodeOrder> order_ GRAPE_GUARDED_BY(mutex_);  // once it was wanted
    std::map<const DenseRun*, Entry> entries_ GRAPE_GUARDED_BY(mutex_);
};

}  // namespace grape::index
