// FieldTail: the entries of a field index that are not in a run yet: append-only in memory, in
// chunks that double in size, so that nothing that was written ever moves. The keys of an entry lie
// in blocks of bytes beside.
//
// Threads: one writer (the sequencer) puts positions that no published view covers; readers read
// below the length in their view. The publication of the view orders the two. A position may be put
// again as long as it is not published (a request that failed); the bytes of the old one stay until
// the tail goes.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "core/index/field/field_source.h"

namespace grape::index {

class FieldTail {
  public:
    explicit FieldTail(const FieldType& type) : type_(type) {}
    ~FieldTail();
    FieldTail(const FieldTail&) = delete;
    FieldTail& operator=(const FieldTail&) = delete;

    struct Entry {
        uint32_t row = 0;
        uint32_t facts = 0;  // FieldFacts::pack
        uint64_t commit = 0;
        uint32_t key_count = 0;
        const uint32_t* ends = nullptr;  // of keys that differ in length
        const char* bytes = nullptr;
        uint64_t used_bytes = 0;  // by the keys of all entries up to this one

        CommitInterval interval() const { return {commit - 1, commit}; }
    };

    // Positions come in order, and their commits do not fall.
    void put(uint32_t position, uint32_t row, uint64_t commit, const FieldValues& values);

    const FieldType& type() const { return type_; }
    const Entry& entry(uint32_t position) const;
    // From `first` on those that lie one behind the other, at least one, none at or after `last`.
    std::span<const Entry> entries(uint32_t first, uint32_t last) const;
    FieldFacts facts(const Entry& entry) const { return FieldFacts::unpack(entry.facts); }
    KeyList keys(const Entry& entry) const {
        return {key_width(type_.kind), entry.key_count, entry.ends, entry.bytes};
    }
    // Of the first `length` positions; the tail may be growing behind them.
    size_t heap_bytes(uint32_t length) const;

  private:
    struct Chunk {
        Entry* entries = nullptr;
        uint32_t first = 0;
    };
    static uint32_t chunk_of(uint32_t position);
    void allocate(uint32_t chunk);
    // Aligned to four bytes.
    char* take(size_t size);
    void copy_keys(const KeyList& keys, Entry& entry);

    const FieldType type_;
    std::array<Chunk, 29> chunks_{};
    // The writer's.
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* free_ = nullptr;
    size_t free_bytes_ = 0;
    uint64_t used_bytes_ = 0;
};

// The first entries of a tail, as a view sees them.
class FieldTailView final : public FieldSource {
  public:
    FieldTailView(std::shared_ptr<const FieldTail> tail, uint32_t length)
        : tail_(std::move(tail)), length_(length) {}

    const FieldTail& tail() const { return *tail_; }
    uint32_t length() const { return length_; }

    FieldKind kind() const override { return tail_->type().kind; }
    uint64_t entry_count() const override { return length_; }
    size_t heap_bytes() const override { return tail_->heap_bytes(length_); }
    // From a sample of the entries.
    base::Result<FieldEstimate> estimate(const FieldLookup& lookup) const override;
    base::Status find(const FieldLookup& lookup, const EntrySink& sink) const override;
    // For callers that keep the answer about a growing tail: `rows` holds the rows whose last entry
    // below `first` matches, and then those whose last entry below length() does; it grows as
    // needed. The last entry is the current one of a living row that has any in a view of this
    // length, so no interval is needed.
    base::Status update(const FieldLookup& lookup, uint32_t first, RowBitset& rows) const;
    base::Result<bool> read(uint32_t row, uint64_t commit, FieldValues& out) const override;
    base::Status count_values(const EntryTest& test, const KeyCount& visit) const override;
    base::Result<std::unique_ptr<FieldCursor>> ordered(
        bool descending, std::optional<std::string> from) const override;

  private:
    base::Status check(const FieldLookup& lookup) const;

    const std::shared_ptr<const FieldTail> tail_;
    const uint32_t length_;
};

}  // namespace grape::index
