#include "core/engine/key_gap.h"

namespace grape::engine {

bool KeyGap::has(std::string_view key) const {
    return known_ && key >= first_ && key < end_;
}

// A look costs some reads: where ids come in no order, there are few.
base::Status KeyGap::note_missing(const storage::Store& store, std::string_view prefix,
                                  std::string_view key) {
    if (++missing_ < next_look_) return {};
    next_look_ = missing_ * 2;
    const auto iterator = store.iterate(prefix);
    iterator->seek(key);
    GRAPE_TRY(iterator->status());
    first_ = key;
    if (iterator->valid()) {
        end_ = iterator->key();
    } else {
        end_.assign(prefix).push_back('\xff');  // what follows a prefix is less
    }
    known_ = true;
    return {};
}

void KeyGap::clear() {
    *this = KeyGap();
}

}  // namespace grape::engine
