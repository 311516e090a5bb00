// BitsetCache: the rows that lookups found in runs, by (run, lookup_bytes()). Runs never change, so
// an entry is right for as long as its run lives. Bounded in bytes; what was used longest ago goes
// first.
//
// Threads: any; the sets it gives are shared and never change. Run ids are not given again, or
// forget() was called in between.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/mutex.h"
#include "core/index/field/row_bitset.h"

namespace grape::index {

class BitsetCache {
  public:
    explicit BitsetCache(size_t bytes_max) : bytes_max_(bytes_max) {}
    BitsetCache(const BitsetCache&) = delete;
    BitsetCache& operator=(const BitsetCache&) = delete;
    // Before it is used.
    void set_bytes_max(size_t bytes_max) { bytes_max_ = bytes_max; }

    // Null when it is not there.
    std::shared_ptr<const RowBitset> find(uint64_t run, std::string_view lookup);
    // Does nothing when it is there already, or larger than the whole cache.
    void insert(uint64_t run, std::string_view lookup, std::shared_ptr<const RowBitset> rows);
    void forget(uint64_t run);
    size_t bytes() const;

  private:
    struct Entry {
        uint64_t run = 0;
        std::string key;  // run and lookup
        std::shared_ptr<const RowBitset> rows;
        size_t bytes = 0;
    };
    using Entries = std::list<Entry>;
    static std::string key_of(uint64_t run, std::string_view lookup);
    void remove(Entries::iterator entry) GRAPE_REQUIRES(mutex_);

    size_t bytes_max_;
    mutable base::Mutex mutex_;
    Entries entries_ GRAPE_GUARDED_BY(mutex_);  // the last used one first
    // By key; the keys are the entries' own.
    std::unordered_map<std::string_view, Entries::iterator> places_ GRAPE_GUARDED_BY(mutex_);
    size_t bytes_ GRAPE_GUARDED_BY(mutex_) = 0;
};

}  // namespace grape::index
