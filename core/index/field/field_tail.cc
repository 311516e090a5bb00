#include "core/index/field/field_tail.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <new>

namespace grape::index {
namespace {

using base::Result;
using base::Status;

constexpr uint32_t kFirstChunk = 16;
constexpr size_t kBlockBytesMin = 1024;
constexpr size_t kBlockBytesMax = 1u << 20;
constexpr uint32_t kSample = 256;
constexpr size_t kSinkRows = 1024;

uint32_t capacity_of(uint32_t chunk) {
    return chunk == 0 ? kFirstChunk : kFirstChunk << (chunk - 1);
}

}  // namespace

FieldTail::~FieldTail() {
    for (const Chunk& chunk : chunks_) ::operator delete(chunk.entries);
}

uint32_t FieldTail::chunk_of(uint32_t position) {
    return static_cast<uint32_t>(std::bit_width(position / kFirstChunk));
}

void FieldTail::allocate(uint32_t index) {
    Chunk& chunk = chunks_[index];
    const uint32_t capacity = capacity_of(index);
    chunk.first = index == 0 ? 0 : capacity;
    // Large chunks come from the system page by page: what is not used yet costs nothing.
    chunk.entries = static_cast<Entry*>(::operator new(capacity * sizeof(Entry)));
}

const FieldTail::Entry& FieldTail::entry(uint32_t position) const {
    const Chunk& chunk = chunks_[chunk_of(position)];
    return chunk.entries[position - chunk.first];
}

std::span<const FieldTail::Entry> FieldTail::entries(uint32_t first, uint32_t last) const {
    const uint32_t index = chunk_of(first);
    const Chunk& chunk = chunks_[index];
    const uint32_t end = std::min(last, chunk.first + capacity_of(index));
    return {chunk.entries + (first - chunk.first), end - first};
}

char* FieldTail::take(size_t size) {
    size = (size + 3) / 4 * 4;
    if (size > free_bytes_) {
        // Blocks grow with the tail; what is left of the last one is given up.
        const size_t grown = std::clamp<size_t>(used_bytes_, kBlockBytesMin, kBlockBytesMax);
        const size_t block = std::max(size, std::bit_floor(grown));
        blocks_.reserve(blocks_.size() + 1);
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
        free_ = blocks_.back().get();
        free_bytes_ = block;
    }
    char* out = free_;
    free_ += size;
    free_bytes_ -= size;
    used_bytes_ += size;
    return out;
}

void FieldTail::copy_keys(const KeyList& keys, Entry& entry) {
    if (keys.empty()) return;
    const bool is_fixed = key_width(type_.kind) != 0;
    size_t size = 0;
    for (size_t i = 0; i < keys.size(); ++i) size += keys[i].size();
    const size_t ends_bytes = is_fixed ? 0 : keys.size() * sizeof(uint32_t);
    char* out = take(ends_bytes + size);
    auto* ends = reinterpret_cast<uint32_t*>(out);
    char* bytes = out + ends_bytes;
    uint32_t end = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
        std::memcpy(bytes + end, keys[i].data(), keys[i].size());
        end += static_cast<uint32_t>(keys[i].size());
        if (!is_fixed) ends[i] = end;
    }
    entry.key_count = static_cast<uint32_t>(keys.size());
    entry.ends = is_fixed ? nullptr : ends;
    entry.bytes = bytes;
}

void FieldTail::put(uint32_t position, uint32_t row, uint64_t commit, const FieldValues& values) {
    const uint32_t index = chunk_of(position);
    if (chunks_[index].entries == nullptr) allocate(index);
    Entry made;
    made.row = row;
    made.facts = values.facts.pack();
    made.commit = commit;
    copy_keys(values.keys(), made);
    made.used_bytes = used_bytes_;
    new (chunks_[index].entries + (position - chunks_[index].first)) Entry(made);
}

size_t FieldTail::heap_bytes(uint32_t length) const {
    if (length == 0) return sizeof(*this);
    const size_t positions = size_t{kFirstChunk} << chunk_of(length - 1);
    return sizeof(*this) + positions * sizeof(Entry) + entry(length - 1).used_bytes;
}

Result<FieldEstimate> FieldTailView::estimate(const FieldLookup& lookup) const {
    const uint32_t step = std::max(1u, length_ / kSample);
    uint64_t tested = 0, matching = 0;
    for (uint64_t i = 0; i < length_; i += step, ++tested) {
        const FieldTail::Entry& entry = tail_->entry(static_cast<uint32_t>(i));
        matching += matches(lookup, tail_->facts(entry), tail_->keys(entry)) ? 1 : 0;
    }
    if (step == 1) return FieldEstimate{matching, matching, matching};
    return FieldEstimate{matching, matching * length_ / tested, length_ - (tested - matching)};
}

Status FieldTailView::check(const FieldLookup& lookup) const {
    const auto* tokens = std::get_if<TokenMatch>(&lookup);
    if (tokens != nullptr && tokens->kind == TokenMatch::Kind::phrase && !tail_->type().ordered) {
        return Status::make_invalid("the field's index keeps no phrases");
    }
    return {};
}

Status FieldTailView::update(const FieldLookup& lookup, uint32_t first, RowBitset& rows) const {
    GRAPE_TRY(check(lookup));
    while (first < length_) {
        const std::span<const FieldTail::Entry> entries = tail_->entries(first, length_);
        for (const FieldTail::Entry& entry : entries) {
            if (!matches(lookup, tail_->facts(entry), tail_->keys(entry))) {
                rows.clear(entry.row);
                continue;
            }
            if (entry.row >= rows.size()) {
                const uint64_t grown = uint64_t{entry.row} + entry.row / 8 + 1;
                rows.resize(static_cast<uint32_t>(std::min<uint64_t>(grown, UINT32_MAX)));
            }
            rows.set(entry.row);
        }
        first += static_cast<uint32_t>(entries.size());
    }
    return {};
}

Status FieldTailView::find(const FieldLookup& lookup, const EntrySink& sink) const {
    GRAPE_TRY(check(lookup));
    // The rows of one commit go together.
    std::vector<uint32_t> rows;
    uint64_t commit = 0;
    const auto flush = [&] {
        if (!rows.empty()) sink(rows, {commit - 1, commit});
        rows.clear();
    };
    for (uint32_t first = 0; first < length_;) {
        const std::span<const FieldTail::Entry> entries = tail_->entries(first, length_);
        for (const FieldTail::Entry& entry : entries) {
            if (!matches(lookup, tail_->facts(entry), tail_->keys(entry))) continue;
            if (entry.commit != commit || rows.size() == kSinkRows) flush();
            commit = entry.commit;
            rows.push_back(entry.row);
        }
        first += static_cast<uint32_t>(entries.size());
    }
    flush();
    return {};
}

Result<bool> FieldTailView::read(uint32_t row, uint64_t commit, FieldValues& out) const {
    uint32_t low = 0, high = length_;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (tail_->entry(middle).commit < commit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < length_ && tail_->entry(low).commit == commit; ++low) {
        const FieldTail::Entry& entry = tail_->entry(low);
        if (entry.row != row) continue;
        out.clear();
        out.facts = tail_->facts(entry);
        const KeyList keys = tail_->keys(entry);
        for (size_t i = 0; i < keys.size(); ++i) out.add(keys[i]);
        return true;
    }
    return false;
}

namespace {

struct TailValue {
    std::string_view key;
    const FieldTail::Entry* entry = nullptr;
};

// All (value, entry) pairs of the wanted entries in order, each once.
std::vector<TailValue> sorted_values(const FieldTailView& view, const EntryTest& test) {
    std::vector<TailValue> out;
    for (uint32_t i = 0; i < view.length(); ++i) {
        const FieldTail::Entry& entry = view.tail().entry(i);
        if (test && !test(entry.row, entry.interval())) continue;
        const KeyList keys = view.tail().keys(entry);
        for (size_t k = 0; k < keys.size(); ++k) out.push_back({keys[k], &entry});
    }
    std::sort(out.begin(), out.end(), [](const TailValue& a, const TailValue& b) {
        const int order = a.key.compare(b.key);
        if (order != 0) return order < 0;
        return a.entry->row != b.entry->row ? a.entry->row < b.entry->row : a.entry < b.entry;
    });
    const auto is_same = [](const TailValue& a, const TailValue& b) {
        return a.entry == b.entry && a.key == b.key;
    };
    out.erase(std::unique(out.begin(), out.end(), is_same), out.end());
    return out;
}

class TailCursor final : public FieldCursor {
  public:
    TailCursor(std::shared_ptr<const FieldTail> tail, std::vector<TailValue> values)
        : tail_(std::move(tail)), values_(std::move(values)) {}

    Result<bool> next() override { return ++at_ < values_.size(); }
    std::string_view key() const override { return values_[at_].key; }
    std::span<const uint32_t> rows() const override { return {&values_[at_].entry->row, 1}; }
    CommitInterval interval() const override { return values_[at_].entry->interval(); }

  private:
    const std::shared_ptr<const FieldTail> tail_;  // owns the keys
    const std::vector<TailValue> values_;
    size_t at_ = std::numeric_limits<size_t>::max();  // before the first
};

}  // namespace

Status FieldTailView::count_values(const EntryTest& test, const KeyCount& visit) const {
    const std::vector<TailValue> values = sorted_values(*this, test);
    for (size_t i = 0; i < values.size();) {
        size_t end = i + 1;
        while (end < values.size() && values[end].key == values[i].key) ++end;
        visit(values[i].key, end - i);
        i = end;
    }
    return {};
}

Result<std::unique_ptr<FieldCursor>> FieldTailView::ordered(bool descending,
                                                            std::optional<std::string> from) const {
    std::vector<TailValue> values = sorted_values(*this, {});
    if (from.has_value()) {
        std::erase_if(values, [&](const TailValue& value) {
            return descending ? value.key > *from : value.key < *from;
        });
    }
    if (descending) std::reverse(values.begin(), values.end());
    return std::unique_ptr<FieldCursor>(std::make_unique<TailCursor>(tail_, std::move(values)));
}

}  // namespace grape::index
