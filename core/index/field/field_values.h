// What a payload says about one indexed field: the keys of its values (field_key.h) and the facts.
// The only place where it is decided which value of a payload belongs to which kind of index:
//
//   keyword   strings
//   integer   JSON integers that fit i64 (1.0 is none)
//   floating  numbers that a double holds exactly
//   boolean   true and false
//   datetime  strings that base::parse_datetime_us takes
//   uuid      strings that are UUIDs in their usual form
//   geo       objects {"lon", "lat"}
//   text      the tokens of strings; those of all strings of a row are one document, as in Qdrant
//
// An array counts element by element, one level deep; null is no value; everything else is "other",
// and conditions test it on the payload. Threads: values; extraction is a pure function.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/payload.h"
#include "core/index/field/field_kind.h"

namespace grape::index {

// The keys of one row, borrowed. Sorted, each once; of an ordered type in their order, as often as
// they are there.
class KeyList {
  public:
    KeyList() = default;
    // Keys of the same width, or with `ends` (where each one ends) when that is 0.
    KeyList(size_t width, size_t count, const uint32_t* ends, const char* bytes)
        : width_(width), count_(count), ends_(ends), bytes_(bytes) {}

    size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::string_view operator[](size_t i) const {
        if (width_ != 0) return {bytes_ + i * width_, width_};
        const uint32_t begin = i == 0 ? 0 : ends_[i - 1];
        return {bytes_ + begin, ends_[i] - begin};
    }

  private:
    size_t width_ = 0, count_ = 0;
    const uint32_t* ends_ = nullptr;
    const char* bytes_ = nullptr;
};

// The same, owned; clear() keeps the memory for the next row.
class FieldValues {
  public:
    FieldFacts facts;

    void clear();
    void add(std::string_view key);
    void sort_unique();
    size_t size() const { return ends_.size(); }
    std::string_view operator[](size_t i) const { return keys()[i]; }
    KeyList keys() const { return {0, ends_.size(), ends_.data(), bytes_.data()}; }

  private:
    std::string bytes_;
    std::vector<uint32_t> ends_;
    // Scratch of sort_unique().
    std::string sorted_bytes_;
    std::vector<uint32_t> order_, sorted_ends_;
};

// Replaces `out`.
void extract_field(base::PayloadView payload, const base::JsonPath& path, const FieldType& type,
                   FieldValues& out);
// The facts alone, but for has_other, which needs a kind.
FieldFacts extract_facts(base::PayloadView payload, const base::JsonPath& path);

}  // namespace grape::index
