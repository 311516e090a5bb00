// The bytes of a payload, for payload*.cc only: tags and the head of arrays and objects.
// docs/formats/payload.md has the whole layout. Threads: pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/json.h"

namespace grape::base {

// A tag is a family and, in its low two bits, the width of integers or offsets: 1 << bits bytes.
enum PayloadTag : uint8_t {
    kTagNull = 0x00,
    kTagFalse = 0x01,
    kTagTrue = 0x02,
    kTagString = 0x03,
    kTagReal = 0x04,
    kTagUnsigned = 0x05,
    kTagInteger = 0x08,  // 0x08 to 0x0B
    kTagArray = 0x10,    // 0x10 to 0x12
    kTagObject = 0x18,   // 0x18 to 0x1A
};

inline constexpr uint8_t kWidthBits = 3;

inline uint8_t tag_of(std::string_view data) {
    return data.empty() ? static_cast<uint8_t>(kTagNull) : static_cast<uint8_t>(data[0]);
}
inline size_t width_of(uint8_t tag) {
    return size_t{1} << (tag & kWidthBits);
}
inline uint8_t family_of(uint8_t tag) {
    return tag < kTagInteger ? tag : static_cast<uint8_t>(tag & ~kWidthBits);
}
inline bool is_known(uint8_t tag) {
    return tag <= kTagUnsigned || family_of(tag) == kTagInteger ||
           ((family_of(tag) == kTagArray || family_of(tag) == kTagObject) && width_of(tag) <= 4);
}

// The bits (0, 1, 2) of the smallest offset width that holds `value`.
inline uint8_t offset_bits(size_t value) {
    return value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : 2;
}
// The bits (0 to 3) of the smallest integer width that holds `value`.
inline uint8_t integer_bits(int64_t value) {
    if (value == static_cast<int8_t>(value)) return 0;
    if (value == static_cast<int16_t>(value)) return 1;
    return value == static_cast<int32_t>(value) ? 2 : 3;
}

inline size_t load_offset(const char* from, size_t width) {
    if (width == 1) return load_le<uint8_t>(from);
    return width == 2 ? load_le<uint16_t>(from) : load_le<uint32_t>(from);
}

// data[from, to), or nothing where that is not inside of data.
inline std::string_view slice(std::string_view data, size_t from, size_t to) {
    return from <= to && to <= data.size() ? data.substr(from, to - from) : std::string_view{};
}

// The head of an array or object: how many entries, and the tables that say where each ends. Bytes
// that are too few for their own head read as an empty container.
class PayloadContainer {
  public:
    explicit PayloadContainer(std::string_view data) : data_(data) {
        const uint8_t tag = tag_of(data);
        is_object_ = family_of(tag) == kTagObject;
        if (!is_object_ && family_of(tag) != kTagArray) return;
        width_ = std::min<size_t>(width_of(tag), 4);
        if (data.size() < 1 + width_) return;
        const size_t count = load_offset(data.data() + 1, width_);
        const size_t tables = is_object_ ? 2 : 1;
        if (count > (data.size() - 1 - width_) / (tables * width_)) return;
        count_ = count;
        keys_ = 1 + width_ + tables * width_ * count;
        const size_t keys_size = is_object_ ? end(0, count) : 0;
        complete_ =
            keys_size <= data.size() - keys_ && values_size() <= data.size() - keys_ - keys_size;
        if (!complete_) count_ = 0;
        values_ = keys_ + (complete_ ? keys_size : 0);
    }

    // False when the tables, or what they promise, are cut short.
    bool complete() const { return complete_; }
    size_t count() const { return count_; }
    size_t width() const { return width_; }
    // Sizes of the two areas, by the tables.
    size_t keys_size() const { return values_ - keys_; }
    size_t values_size() const { return end(is_object_ ? 1 : 0, count_); }
    size_t total_size() const { return values_ + values_size(); }
    std::string_view key(size_t index) const {
        return slice(data_, keys_ + end(0, index), keys_ + end(0, index + 1));
    }
    std::string_view value(size_t index) const {
        const size_t table = is_object_ ? 1 : 0;
        return slice(data_, values_ + end(table, index), values_ + end(table, index + 1));
    }
    // The ends in one table never fall.
    bool ascending(size_t table) const {
        for (size_t i = 0; i < count_; ++i) {
            if (end(table, i) > end(table, i + 1)) return false;
        }
        return true;
    }

  private:
    // Where entry index - 1 ends, which is where entry `index` begins.
    size_t end(size_t table, size_t index) const {
        if (index == 0 || index > count_) return 0;
        const size_t entry = table * count_ + index - 1;
        return load_offset(data_.data() + 1 + width_ + entry * width_, width_);
    }

    std::string_view data_;
    size_t width_ = 1;
    size_t count_ = 0;
    size_t keys_ = 0;
    size_t values_ = 0;
    bool is_object_ = false;
    bool complete_ = false;
};

}  // namespace grape::base
