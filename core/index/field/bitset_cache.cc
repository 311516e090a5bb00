#include "core/index/field/bitset_cache.h"

#include <utility>

#include "core/base/bytes.h"

namespace grape::index {
namespace {

// What the list and the map take for an entry, about.
constexpr size_t kEntryBytes = 160;

}  // namespace

std::string BitsetCache::key_of(uint64_t run, std::string_view lookup) {
    std::string key;
    base::append_le(key, run);
    key.append(lookup);
    return key;
}

std::shared_ptr<const RowBitset> BitsetCache::find(uint64_t run, std::string_view lookup) {
    const std::string key = key_of(run, lookup);
    const base::MutexLock lock(mutex_);
    const auto place = places_.find(key);
    if (place == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, place->second);
    return place->second->rows;
}

void BitsetCache::insert(uint64_t run, std::string_view lookup,
                         std::shared_ptr<const RowBitset> rows) {
    // Made outside of the lock.
    Entries made(1);
    made.front().run = run;
    made.front().key = key_of(run, lookup);
    made.front().bytes = kEntryBytes + made.front().key.capacity() + rows->heap_bytes();
    made.front().rows = std::move(rows);
    const base::MutexLock lock(mutex_);
    if (made.front().bytes > bytes_max_ || places_.contains(made.front().key)) return;
    places_.emplace(made.front().key, made.begin());
    bytes_ += made.front().bytes;
    entries_.splice(entries_.begin(), made);
    while (bytes_ > bytes_max_) remove(std::prev(entries_.end()));
}

void BitsetCache::forget(uint64_t run) {
    const base::MutexLock lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const auto next = std::next(entry);
        if (entry->run == run) remove(entry);
        entry = next;
    }
}

size_t BitsetCache::bytes() const {
    const base::MutexLock lock(mutex_);
    return bytes_;
}

void BitsetCache::remove(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    places_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace grape::index
