#include "core/engine/row_sets.h"

#include <algorithm>

namespace grape::engine {

using index::CommitInterval;
using index::RowBitset;

namespace {

// No interval of commits is empty: the key of all live rows.
constexpr std::pair<uint64_t, uint64_t> kLive = {UINT64_MAX, 0};

bool is_wanted(std::pair<uint64_t, uint64_t> key, uint64_t commit) {
    return key == kLive || CommitInterval{key.first, key.second}.contains(commit);
}

// The 64 rows of a leaf of the table.
uint64_t leaf_word(const RowTable& rows, uint32_t index, std::pair<uint64_t, uint64_t> key) {
    uint64_t out = 0;
    if (const RowLeaf* leaf = rows.overlay().find(index)) {
        for (uint64_t left = leaf->alive; left != 0; left &= left - 1) {
            const auto slot = static_cast<size_t>(std::countr_zero(left));
            if (is_wanted(key, leaf->key_commits[slot])) out |= uint64_t{1} << slot;
        }
        return out;
    }
    const RowBase* const base = rows.base().get();
    const uint32_t first = index * RowLeaf::kRows;
    if (base == nullptr || first >= base->high()) return 0;
    const uint32_t count = std::min(RowLeaf::kRows, base->high() - first);
    for (uint32_t slot = 0; slot < count; ++slot) {
        const uint32_t row = first + slot;
        if (base->alive(row) && is_wanted(key, base->key_commit(row))) out |= uint64_t{1} << slot;
    }
    return out;
}

uint32_t leaf_count(const RowTable& rows) {
    return (rows.high() + RowLeaf::kRows - 1) / RowLeaf::kRows;
}

RowBitset make_set(const RowTable& rows, std::pair<uint64_t, uint64_t> key) {
    RowBitset out(rows.high());
    for (uint32_t leaf = 0; leaf < leaf_count(rows); ++leaf) {
        out.set_word(leaf, leaf_word(rows, leaf, key));
    }
    return out;
}

// A set, and the table that it was made for. It does not keep the table's files.
struct MadeSet {
    std::weak_ptr<const RowBase> base;
    base::Radix<RowLeaf> overlay;
    std::shared_ptr<const RowBitset> rows;

    bool has_files_of(const RowTable& table) const {
        return !base.owner_before(table.base()) && !table.base().owner_before(base);
    }
};

// The set of `rows` from one of a table with the same files.
RowBitset update_set(const RowTable& rows, std::pair<uint64_t, uint64_t> key,
                     const MadeSet& before) {
    RowBitset out = *before.rows;
    out.resize(rows.high());
    const auto update = [&](uint32_t leaf) {
        if (leaf < leaf_count(rows)) out.set_word(leaf, leaf_word(rows, leaf, key));
    };
    base::Radix<RowLeaf>::for_each_difference(before.overlay, rows.overlay(), update);
    return out;
}

}  // namespace

// What the views of a shard share: for each interval the last set and the table that it is of.
class RowSetCache::Shared {
  public:
    Rows get(Key key, const RowTable& rows, bool published) GRAPE_EXCLUDES(mutex_) {
        const std::shared_ptr<const MadeSet> last = find(key);
        const bool usable = last != nullptr && last->has_files_of(rows);
        auto made = std::make_shared<const RowBitset>(usable ? update_set(rows, key, *last)
                                                             : make_set(rows, key));
        if (published) {
            put(key, std::make_shared<const MadeSet>(MadeSet{rows.base(), rows.overlay(), made}));
        }
        return made;
    }

  private:
    static constexpr size_t kEntriesMax = 16;

    std::shared_ptr<const MadeSet> find(Key key) GRAPE_EXCLUDES(mutex_) {
        const base::MutexLock lock(mutex_);
        const auto found = std::find_if(entries_.begin(), entries_.end(),
                                        [key](const auto& each) { return each.first == key; });
        return found == entries_.end() ? nullptr : found->second;
    }
    // The last used ones stay.
    void put(Key key, std::shared_ptr<const MadeSet> entry) GRAPE_EXCLUDES(mutex_) {
        const base::MutexLock lock(mutex_);
        std::erase_if(entries_, [key](const auto& each) { return each.first == key; });
        if (entries_.size() == kEntriesMax) entries_.erase(entries_.begin());
        entries_.emplace_back(key, std::move(entry));
    }

    base::Mutex mutex_;
    std::vector<std::pair<Key, std::shared_ptr<const MadeSet>>> entries_ GRAPE_GUARDED_BY(mutex_);
};

RowSetCache::RowSetCache() : shared_(std::make_shared<Shared>()) {}

RowSetCache& RowSetCache::operator=(const RowSetCache& other) {
    if (this == &other) return *this;
    const base::MutexLock lock(mutex_);
    shared_ = other.shared_;
    sets_.clear();
    return *this;
}

const RowBitset& RowSetCache::live(const RowTable& rows, bool published) const {
    return get(kLive, rows, published);
}

const RowBitset& RowSetCache::written_in(CommitInterval interval, const RowTable& rows,
                                         bool published) const {
    return get({interval.low, interval.high}, rows, published);
}

const RowBitset& RowSetCache::get(Key key, const RowTable& rows, bool published) const {
    const base::MutexLock lock(mutex_);
    Rows& set = sets_[key];
    if (set == nullptr) set = shared_->get(key, rows, published);
    return *set;
}

size_t RowSetCache::heap_bytes() const {
    const base::MutexLock lock(mutex_);
    size_t bytes = 0;
    for (const auto& [key, rows] : sets_) bytes += rows->heap_bytes();
    return bytes;
}

}  // namespace grape::engine
