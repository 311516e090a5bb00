#include "core/index/field/row_bitset.h"

#include <algorithm>

#include "core/base/bits.h"

namespace grape::index {

void RowBitset::set(std::span<const uint32_t> rows) {
    for (const uint32_t row : rows) set(row);
}

void RowBitset::set_all() {
    std::fill(words_.begin(), words_.end(), ~uint64_t{0});
    trim();
}

void RowBitset::clear_all() {
    std::fill(words_.begin(), words_.end(), 0);
}

void RowBitset::resize(uint32_t size) {
    size_ = size;
    words_.resize((size_t{size} + 63) / 64);
    trim();
}

void RowBitset::trim() {
    if (size_ % 64 != 0) words_.back() &= (uint64_t{1} << (size_ % 64)) - 1;
}

void RowBitset::and_with(const RowBitset& other) {
    const size_t common = std::min(words_.size(), other.words_.size());
    for (size_t i = 0; i < common; ++i) words_[i] &= other.words_[i];
    std::fill(words_.begin() + static_cast<std::ptrdiff_t>(common), words_.end(), 0);
}

void RowBitset::or_with(const RowBitset& other) {
    const size_t common = std::min(words_.size(), other.words_.size());
    for (size_t i = 0; i < common; ++i) words_[i] |= other.words_[i];
    trim();
}

void RowBitset::or_with_both(const RowBitset& a, const RowBitset& b) {
    const size_t common = std::min({words_.size(), a.words_.size(), b.words_.size()});
    for (size_t i = 0; i < common; ++i) words_[i] |= a.words_[i] & b.words_[i];
    trim();
}

void RowBitset::and_not(const RowBitset& other) {
    const size_t common = std::min(words_.size(), other.words_.size());
    for (size_t i = 0; i < common; ++i) words_[i] &= ~other.words_[i];
}

void RowBitset::invert() {
    for (uint64_t& word : words_) word = ~word;
    trim();
}

uint32_t RowBitset::count() const {
    // Most words of few rows are empty: eight at once.
    constexpr size_t kAtOnce = 8;
    size_t count = 0, i = 0;
    for (; i + kAtOnce <= words_.size(); i += kAtOnce) {
        uint64_t any = 0;
        for (size_t k = 0; k < kAtOnce; ++k) any |= words_[i + k];
        if (any == 0) continue;
        for (size_t k = 0; k < kAtOnce; ++k) count += base::bit_count(words_[i + k]);
    }
    for (; i < words_.size(); ++i) count += base::bit_count(words_[i]);
    return static_cast<uint32_t>(count);
}

uint32_t RowBitset::count_and(const RowBitset& other) const {
    const size_t common = std::min(words_.size(), other.words_.size());
    size_t count = 0;
    for (size_t i = 0; i < common; ++i) count += base::bit_count(words_[i] & other.words_[i]);
    return static_cast<uint32_t>(count);
}

bool RowBitset::any() const {
    return std::any_of(words_.begin(), words_.end(), [](uint64_t word) { return word != 0; });
}

uint32_t RowBitset::next(uint32_t from) const {
    if (from >= size_) return size_;
    size_t i = from / 64;
    uint64_t word = words_[i] & (~uint64_t{0} << (from % 64));
    while (word == 0) {
        if (++i == words_.size()) return size_;
        word = words_[i];
    }
    return static_cast<uint32_t>(i * 64 + static_cast<size_t>(std::countr_zero(word)));
}

}  // namespace grape::index
