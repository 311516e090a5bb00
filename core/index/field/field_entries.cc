// A run from the entries of a tail: sorts their values in memory and writes the section.
#include <algorithm>
#include <vector>

#include "core/base/bytes.h"
#include "core/index/field/field_run.h"

namespace grape::index {
namespace {

using base::Result;
using base::Status;

// The wanted entries by row, and their values by key.
class EntriesContent final : public FieldContent {
  public:
    EntriesContent(const FieldTail& tail, uint32_t length, const EntryTest& test) : tail_(tail) {
        choose(length, test);
        sort_values();
    }

    Status values(const ValueVisit& visit) override {
        for (size_t i = 0; i < values_.size();) {
            const size_t end = end_of_key(i);
            GRAPE_TRY(visit(values_[i].key(), count_rows(i, end)));
            i = end;
        }
        return {};
    }
    Status postings(const NumbersVisit& visit) override {
        for (size_t i = 0; i < values_.size(); ++i) {
            if (is_repeated(i)) continue;
            GRAPE_TRY(visit({&entries_[values_[i].entry]->row, 1}));
        }
        return {};
    }
    Status rows(const RowVisit& visit) override {
        for (const FieldTail::Entry* entry : entries_) {
            GRAPE_TRY(visit(entry->row, tail_.facts(*entry), entry->key_count));
        }
        return {};
    }
    Status forward(const NumbersVisit& visit) override { return visit(ordinals_); }

  private:
    struct Value {
        uint64_t prefix;  // the first bytes of the key, to compare most of them at once
        const char* bytes;
        uint32_t size;
        uint32_t entry;  // index in entries_
        size_t slot;     // its place in the forward column

        std::string_view key() const { return {bytes, size}; }
    };
    static uint64_t prefix_of(std::string_view key) {
        char padded[8] = {};
        std::copy_n(key.data(), std::min<size_t>(key.size(), 8), padded);
        return base::load_be<uint64_t>(padded);
    }
    static bool before(const Value& a, const Value& b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        const int order = a.key().compare(b.key());
        return order != 0 ? order < 0 : a.slot < b.slot;
    }
    bool same_key(size_t a, size_t b) const { return values_[a].key() == values_[b].key(); }
    // A token that stands in its row more than once.
    bool is_repeated(size_t i) const {
        return i > 0 && values_[i].entry == values_[i - 1].entry && same_key(i, i - 1);
    }
    size_t end_of_key(size_t i) const {
        size_t end = i + 1;
        while (end < values_.size() && same_key(end, i)) ++end;
        return end;
    }
    uint64_t count_rows(size_t first, size_t last) const {
        uint64_t count = 0;
        for (size_t i = first; i < last; ++i) count += is_repeated(i) ? 0 : 1;
        return count;
    }

    void choose(uint32_t length, const EntryTest& test);
    void sort_values();

    const FieldTail& tail_;
    std::vector<const FieldTail::Entry*> entries_;  // by row
    std::vector<Value> values_;                     // by key, row and place
    std::vector<uint32_t> ordinals_;                // the forward column
};

void EntriesContent::choose(uint32_t length, const EntryTest& test) {
    for (uint32_t i = 0; i < length; ++i) {
        const FieldTail::Entry& entry = tail_.entry(i);
        if (!test || test(entry.row, entry.interval())) entries_.push_back(&entry);
    }
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const auto* a, const auto* b) { return a->row < b->row; });
    // The last entry of each row stays.
    size_t kept = 0;
    for (size_t i = 0; i < entries_.size(); ++i) {
        if (i + 1 < entries_.size() && entries_[i + 1]->row == entries_[i]->row) continue;
        entries_[kept++] = entries_[i];
    }
    entries_.resize(kept);
}

void EntriesContent::sort_values() {
    size_t total = 0;
    for (const FieldTail::Entry* entry : entries_) total += entry->key_count;
    values_.reserve(total);
    for (uint32_t i = 0; i < entries_.size(); ++i) {
        const KeyList keys = tail_.keys(*entries_[i]);
        for (size_t k = 0; k < keys.size(); ++k) {
            const std::string_view key = keys[k];
            values_.push_back(
                {prefix_of(key), key.data(), static_cast<uint32_t>(key.size()), i, values_.size()});
        }
    }
    std::sort(values_.begin(), values_.end(), before);
    ordinals_.resize(total);
    uint32_t ordinal = 0;
    for (size_t i = 0; i < values_.size(); ++i) {
        if (i > 0 && !same_key(i, i - 1)) ++ordinal;
        ordinals_[values_[i].slot] = ordinal;
    }
}

}  // namespace

Result<FieldPlace> write_field_run(storage::BlobWriter& out, CommitInterval interval,
                                   const FieldTail& tail, uint32_t length, const EntryTest& test) {
    EntriesContent content(tail, length, test);
    return write_field_section(out, tail.type(), interval, content);
}

}  // namespace grape::index
