// The store in memory: the twin of the LevelDB store for tests and for databases that live in
// memory.
//
// Each key has its versions, oldest first; an iterator remembers the number of the last write that
// it may see, and so sees the store as it was when it was made. A version goes when no iterator is
// left that could see it.
// Threads: one mutex around everything; an iterator takes it for each step. An iterator must not
// outlive its store.
// What must stay true:
//  1. `open_` holds the sequence of each living iterator.
//  2. The versions of a key have rising sequences; without living iterators a key has one version,
//     and it is not a removal.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/base/check.h"
#include "core/base/mutex.h"
#include "storage/disk.h"
#include "storage/store_limits.h"

namespace grape::storage {
namespace {

using base::MutexLock;
using base::Result;
using base::Status;

constexpr size_t kEntryOverheadBytes = 128;  // tree node, strings, vector: an estimate

struct Version {
    uint64_t sequence = 0;
    std::optional<std::string> value;  // none: the key was removed
};

struct Entry {
    std::string key;
    std::string value;
};

class MemoryStore final : public Store {
  public:
    Result<std::optional<std::string>> get(std::string_view key) const override;
    std::unique_ptr<Iterator> iterate(std::string_view prefix) const override;
    Result<std::optional<std::string>> last_key(std::string_view prefix) const override;
    Status write(const WriteBatch& batch, Sync sync) override;
    Status sync() override { return {}; }
    Status settle() override { return {}; }
    Status health() const override { return {}; }
    size_t memory_bytes() const override;

    // For iterators: the first entry at or behind `key` (behind: `after`) that `sequence` sees.
    std::optional<Entry> find(std::string_view key, bool after, uint64_t sequence) const;
    uint64_t open_iterator() const;
    void close_iterator(uint64_t sequence) const;

  private:
    using Versions = std::vector<Version>;
    using Map = std::map<std::string, Versions, std::less<>>;

    void add(std::string_view key, std::optional<std::string> value) GRAPE_REQUIRES(mutex_);
    void prune(Map::iterator entry) const GRAPE_REQUIRES(mutex_);

    mutable base::Mutex mutex_;
    mutable Map map_ GRAPE_GUARDED_BY(mutex_);
    uint64_t sequence_ GRAPE_GUARDED_BY(mutex_) = 0;
    mutable size_t bytes_ GRAPE_GUARDED_BY(mutex_) = 0;
    mutable std::multiset<uint64_t> open_ GRAPE_GUARDED_BY(mutex_);
    // Keys that may have versions or removals to drop once an iterator ends.
    mutable std::set<std::string, std::less<>> stale_ GRAPE_GUARDED_BY(mutex_);
};

const Version* visible(const std::vector<Version>& versions, uint64_t sequence) {
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
        if (version->sequence <= sequence) return version->value ? &*version : nullptr;
    }
    return nullptr;
}

class MemoryIterator final : public Iterator {
  public:
    MemoryIterator(const MemoryStore& store, std::string_view prefix)
        : store_(store), prefix_(prefix), sequence_(store.open_iterator()) {
        move(prefix_, false);
    }
    ~MemoryIterator() override { store_.close_iterator(sequence_); }

    bool valid() const override { return current_.has_value(); }
    void next() override {
        GRAPE_DCHECK(valid());
        const std::string from = std::move(current_->key);
        move(from, true);
    }
    void seek(std::string_view key) override {
        move(std::max(key, std::string_view(prefix_)), false);
    }
    std::string_view key() const override { return current_->key; }
    std::string_view value() const override { return current_->value; }
    Status status() const override { return {}; }

  private:
    void move(std::string_view key, bool after) {
        current_ = store_.find(key, after, sequence_);
        if (current_ && !current_->key.starts_with(prefix_)) current_.reset();
    }

    const MemoryStore& store_;
    const std::string prefix_;
    const uint64_t sequence_;
    std::optional<Entry> current_;
};

Result<std::optional<std::string>> MemoryStore::get(std::string_view key) const {
    MutexLock lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end()) return std::optional<std::string>();
    return found->second.back().value;
}

std::unique_ptr<Iterator> MemoryStore::iterate(std::string_view prefix) const {
    return std::make_unique<MemoryIterator>(*this, prefix);
}

Result<std::optional<std::string>> MemoryStore::last_key(std::string_view prefix) const {
    MutexLock lock(mutex_);
    const std::string end = end_of_prefix(prefix);
    for (auto at = end.empty() ? map_.end() : map_.lower_bound(end); at != map_.begin();) {
        --at;
        if (!at->first.starts_with(prefix)) break;
        if (visible(at->second, sequence_) != nullptr) return std::optional(at->first);
    }
    return std::optional<std::string>();
}

std::optional<Entry> MemoryStore::find(std::string_view key, bool after, uint64_t sequence) const {
    MutexLock lock(mutex_);
    for (auto at = after ? map_.upper_bound(key) : map_.lower_bound(key); at != map_.end(); ++at) {
        const Version* version = visible(at->second, sequence);
        if (version != nullptr) return Entry{at->first, *version->value};
    }
    return std::nullopt;
}

uint64_t MemoryStore::open_iterator() const {
    MutexLock lock(mutex_);
    open_.insert(sequence_);
    return sequence_;
}

void MemoryStore::close_iterator(uint64_t sequence) const {
    MutexLock lock(mutex_);
    open_.erase(open_.find(sequence));
    if (!open_.empty()) return;
    for (const std::string& key : stale_) {
        const auto entry = map_.find(key);
        if (entry != map_.end()) prune(entry);
    }
    stale_.clear();
}

// Drops the versions that no living iterator sees.
void MemoryStore::prune(Map::iterator entry) const {
    Versions& versions = entry->second;
    if (!open_.empty()) {
        stale_.insert(entry->first);
        return;
    }
    for (size_t i = 0; i + 1 < versions.size(); ++i) {
        if (versions[i].value) bytes_ -= versions[i].value->size();
    }
    versions.erase(versions.begin(), versions.end() - 1);
    if (versions.back().value) return;
    bytes_ -= entry->first.size() + kEntryOverheadBytes;
    map_.erase(entry);
}

void MemoryStore::add(std::string_view key, std::optional<std::string> value) {
    auto entry = map_.lower_bound(key);
    if (entry == map_.end() || entry->first != key) {
        if (!value) return;
        entry = map_.emplace_hint(entry, key, Versions());
        bytes_ += key.size() + kEntryOverheadBytes;
    }
    if (value) bytes_ += value->size();
    Versions& versions = entry->second;
    versions.push_back({sequence_, std::move(value)});
    if (versions.size() > 1) prune(entry);
}

Status MemoryStore::write(const WriteBatch& batch, Sync) {
    GRAPE_TRY(check_batch_limits(batch));
    MutexLock lock(mutex_);
    ++sequence_;
    // The lambdas run under the lock that this function holds; clang cannot see through them.
    batch.for_each(
        [this](std::string_view key, std::string_view value)
            GRAPE_THREAD_ATTRIBUTE(no_thread_safety_analysis) { add(key, std::string(value)); },
        [this](std::string_view key)
            GRAPE_THREAD_ATTRIBUTE(no_thread_safety_analysis) { add(key, std::nullopt); });
    return {};
}

size_t MemoryStore::memory_bytes() const {
    MutexLock lock(mutex_);
    return bytes_;
}

}  // namespace

std::unique_ptr<Store> make_memory_store() {
    return std::make_unique<MemoryStore>();
}

}  // namespace grape::storage
