// KeyGap: a stretch of keys of which the store has none. New points come one behind the other more
// often than not: one look at what follows the first ones says that the store has none of the
// others, where each would cost a read.
//
// Threads: belongs to one, while nobody else writes such keys.
#pragma once

#include <string>
#include <string_view>

#include "storage/store.h"

namespace grape::engine {

class KeyGap {
  public:
    // True when the store is known not to have the key.
    bool has(std::string_view key) const;
    // The store was asked for a key that starts with `prefix` (and has no 0xff next), and has it
    // not: looks how far the next one is, if it is worth that.
    base::Status note_missing(const storage::Store& store, std::string_view prefix,
                              std::string_view key);
    // After writes of such keys.
    void clear();

  private:
    uint32_t missing_ = 0;  // since clear()
    uint32_t next_look_ = 8;
    std::string first_, end_;
    bool known_ = false;
};

}  // namespace grape::engine
