// MemoryBudget: how many bytes somebody may take, and MemoryHold: a part of it that is taken. What
// does not fit is refused at once; nobody waits here. docs/design/0009-memory.md.
// Threads: a budget by any; a hold belongs to one owner.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/status.h"

namespace grape::base {

class MemoryBudget {
  public:
    static constexpr uint64_t kUnlimited = UINT64_MAX;

    explicit MemoryBudget(uint64_t bytes_max = kUnlimited) : bytes_max_(bytes_max) {}
    MemoryBudget(const MemoryBudget&) = delete;
    MemoryBudget& operator=(const MemoryBudget&) = delete;

    // Before anybody takes from it.
    void set_bytes_max(uint64_t bytes_max) { bytes_max_ = bytes_max; }
    bool limited() const { return bytes_max_ != kUnlimited; }
    uint64_t bytes_max() const { return bytes_max_; }
    uint64_t used() const { return used_.load(std::memory_order_relaxed); }

    // False, and nothing is taken, when it does not fit.
    bool take(uint64_t bytes) noexcept {
        uint64_t used = used_.load(std::memory_order_relaxed);
        do {
            if (bytes > bytes_max_ - std::min(used, bytes_max_)) return false;
        } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
        return true;
    }
    void give_back(uint64_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  private:
    uint64_t bytes_max_;
    std::atomic<uint64_t> used_{0};
};

class MemoryHold {
  public:
    MemoryHold() = default;  // of no budget: grows without a limit
    // At most `bytes_max` of the budget, which outlives the hold.
    explicit MemoryHold(MemoryBudget& budget, uint64_t bytes_max = MemoryBudget::kUnlimited)
        : budget_(budget.limited() ? &budget : nullptr), bytes_max_(bytes_max) {}
    ~MemoryHold() { release(); }
    MemoryHold(MemoryHold&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)),
          bytes_max_(other.bytes_max_),
          bytes_(std::exchange(other.bytes_, 0)) {}
    MemoryHold& operator=(MemoryHold&& other) noexcept {
        std::swap(budget_, other.budget_);
        std::swap(bytes_max_, other.bytes_max_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }

    // Code::nomem that names `what` and the limit; what is held already stays held.
    Status grow(uint64_t bytes, std::string_view what) {
        if (budget_ == nullptr) return {};
        if (bytes > bytes_max_ - std::min(bytes_, bytes_max_)) {
            return Status::make_nomem(what, ": needs more than ", bytes_max_,
                                      " bytes, the part of memory_bytes_max for it");
        }
        if (!budget_->take(bytes)) {
            return Status::make_nomem(what, ": ", bytes, " bytes do not fit beside ",
                                      budget_->used(), " in use, of ", budget_->bytes_max(),
                                      " that memory_bytes_max leaves for it; try again");
        }
        bytes_ += bytes;
        return {};
    }
    void release() noexcept {
        if (budget_ != nullptr && bytes_ != 0) budget_->give_back(bytes_);
        bytes_ = 0;
    }
    uint64_t bytes() const { return bytes_; }

  private:
    MemoryBudget* budget_ = nullptr;
    uint64_t bytes_max_ = MemoryBudget::kUnlimited;
    uint64_t bytes_ = 0;
};

}  // namespace grape::base
