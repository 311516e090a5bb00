// RowBitset: a set of rows, one bit each, uncompressed: what filters are computed in. Rows at or
// beyond size() are never in the set: adding them does nothing, so rows that a file names need no
// check. Threads: one that is not being changed may be read by any thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace grape::index {

class RowBitset {
  public:
    RowBitset() = default;
    explicit RowBitset(uint32_t size) : size_(size), words_((size_t{size} + 63) / 64) {}

    uint32_t size() const { return size_; }
    bool test(uint32_t row) const {
        return row < size_ && (words_[row / 64] >> (row % 64) & 1) != 0;
    }
    void set(uint32_t row) {
        if (row < size_) words_[row / 64] |= uint64_t{1} << (row % 64);
    }
    void clear(uint32_t row) {
        if (row < size_) words_[row / 64] &= ~(uint64_t{1} << (row % 64));
    }
    void set(std::span<const uint32_t> rows);
    void set_all();
    void clear_all();
    // Rows from the old size on are not in the set.
    void resize(uint32_t size);

    // With sets of any size: what the other one does not cover is not in it.
    void and_with(const RowBitset& other);
    void or_with(const RowBitset& other);                       // keeps its own size
    void or_with_both(const RowBitset& a, const RowBitset& b);  // what is in both
    void and_not(const RowBitset& other);
    void invert();

    uint32_t count() const;
    uint32_t count_and(const RowBitset& other) const;
    bool any() const;
    // The first row at or after `from`, or size().
    uint32_t next(uint32_t from) const;

    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (size_t first = 0; first < words_.size(); first += kWordsAtOnce) {
            const size_t end = std::min(first + kWordsAtOnce, words_.size());
            if (!any_of(first, end)) continue;
            for (size_t i = first; i < end; ++i) {
                for (uint64_t word = words_[i]; word != 0; word &= word - 1) {
                    visit(static_cast<uint32_t>(i * 64 +
                                                static_cast<size_t>(std::countr_zero(word))));
                }
            }
        }
    }
    // 64 rows each, the first row in the lowest bit.
    std::span<const uint64_t> words() const { return words_; }
    // Replaces those 64 rows; bits beyond the size must be zero.
    void set_word(size_t index, uint64_t rows) { words_[index] = rows; }
    size_t heap_bytes() const { return words_.capacity() * sizeof(uint64_t); }
    bool operator==(const RowBitset& other) const = default;

  private:
    // Where few rows are in a set most words are passed over, some at once.
    static constexpr size_t kWordsAtOnce = 8;

    bool any_of(size_t first, size_t end) const {
        uint64_t found = 0;
        for (size_t i = first; i < end; ++i) found |= words_[i];
        return found != 0;
    }
    // Bits beyond the size stay zero.
    void trim();

    uint32_t size_ = 0;
    std::vector<uint64_t> words_;
};

}  // namespace grape::index
