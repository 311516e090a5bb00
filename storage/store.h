// Store: an ordered map from byte strings to byte strings with atomic batches; the truth of a
// database lives in one. LevelDB is behind it (leveldb_store), and a map in memory for tests.
//
// Threads: all functions may be called from any thread at once, an iterator by one at a time.
// What must stay true:
//  1. A batch is visible and durable as a whole or not at all; batches survive as a prefix of the
//     order in which write() returned.
//  2. An iterator sees the store as it was when it was made. There are no other snapshots: LevelDB
//     1.23 can bring deleted keys back while a snapshot is held (docs/design/0001).
//  3. After the first failed write every later one fails too (health() says why); reads go on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace grape::storage {

// Collects puts and deletes; later entries win over earlier ones for the same key.
class WriteBatch {
  public:
    void put(std::string_view key, std::string_view value);
    void remove(std::string_view key);
    void clear();
    bool empty() const { return count_ == 0; }
    size_t count() const { return count_; }
    size_t size_bytes() const { return data_.size(); }
    // Calls `put` or `remove` for each entry in order.
    void for_each(const std::function<void(std::string_view, std::string_view)>& put,
                  const std::function<void(std::string_view)>& remove) const;
    void append(const WriteBatch& other);

  private:
    std::string data_;  // per entry: kind, key length, key, value length, value
    size_t count_ = 0;
};

enum class Sync { no, yes };

// An iterator over the keys that begin with one prefix, in byte order.
class Iterator {
  public:
    virtual ~Iterator() = default;
    virtual bool valid() const = 0;
    virtual void next() = 0;
    // Moves to the first key >= `key` that has the prefix.
    virtual void seek(std::string_view key) = 0;
    virtual std::string_view key() const = 0;
    virtual std::string_view value() const = 0;
    // Must be asked when valid() has become false: a damaged block ends the iteration too.
    virtual base::Status status() const = 0;
};

class Store {
  public:
    virtual ~Store() = default;
    virtual base::Result<std::optional<std::string>> get(std::string_view key) const = 0;
    // Positioned at the first key of the prefix.
    virtual std::unique_ptr<Iterator> iterate(std::string_view prefix) const = 0;
    // The last key of the prefix, if there is one.
    virtual base::Result<std::optional<std::string>> last_key(std::string_view prefix) const = 0;
    // On failure with Code::unknown_outcome the batch may or may not be there after reopening.
    virtual base::Status write(const WriteBatch& batch, Sync sync) = 0;
    // Makes all earlier unsynced writes durable.
    virtual base::Status sync() = 0;
    // Moves what is in memory and in the log into tables, so that the next open replays nothing.
    virtual base::Status settle() = 0;
    // Ok, or why writes fail since the first failure.
    virtual base::Status health() const = 0;
    // Heap that the store holds: memtables, caches, table indexes.
    virtual size_t memory_bytes() const = 0;
};

// The least key that is greater than all of the prefix; empty: there is none.
std::string end_of_prefix(std::string_view prefix);

// Calls `visit(key, value)` for each key of the prefix until it returns a failure.
base::Status scan(const Store& store, std::string_view prefix,
                  const std::function<base::Status(std::string_view, std::string_view)>& visit);

}  // namespace grape::storage
