// Keys: the values of a field index as byte strings whose order (memcmp) is the order of the
// values. Stored in sections; docs/formats/field_section.md.
//
//   keyword, text   the bytes of the string, of the token
//   integer         8 bytes, big-endian, sign bit flipped
//   datetime        the same, of the microseconds since 1970 UTC
//   floating        8 bytes, big-endian: the bits of the double, flipped so that they sort; -0 is 0
//   boolean         1 byte
//   uuid            its 16 bytes
//   geo             8 bytes Z-order code (z_order.h), big-endian, then longitude and latitude as
//                   doubles, little-endian
//
// Readers of keys take hostile bytes: a key of the wrong length is read as 0. Threads: pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/index/field/field_kind.h"
#include "core/index/field/geo.h"

namespace grape::index {

// Eight bytes each; `of_bits` and `bits_of` are the big-endian number.
std::string key_of_bits(uint64_t bits);
uint64_t bits_of_key(std::string_view key);

uint64_t integer_bits(int64_t value);
int64_t integer_of_bits(uint64_t bits);
uint64_t floating_bits(double value);
double floating_of_bits(uint64_t bits);

std::string integer_key(int64_t value);  // and of datetimes
std::string floating_key(double value);
std::string boolean_key(bool value);
// Nothing for a text that is not a UUID in its usual form (hyphens, lower case): such a string is
// equal only to itself, so the index keeps it out.
std::optional<std::string> uuid_key(std::string_view text);
std::string geo_key(const GeoPoint& point);

int64_t integer_of_key(std::string_view key);
double floating_of_key(std::string_view key);
bool boolean_of_key(std::string_view key);
std::string uuid_of_key(std::string_view key);
GeoPoint geo_of_key(std::string_view key);

// low <= key < high; without `high` there is no upper end.
struct KeyRange {
    std::string low;
    std::optional<std::string> high;

    bool contains(std::string_view key) const {
        return key >= low && (!high.has_value() || key < *high);
    }
    bool empty() const { return high.has_value() && *high <= low; }
    static KeyRange nothing() { return {"", ""}; }
};

template <typename Number>
struct Bounds {
    std::optional<Number> lt = std::nullopt, gt = std::nullopt, lte = std::nullopt,
                          gte = std::nullopt;
};

// Integers are compared as doubles, as the condition `range` does.
KeyRange integer_range(const Bounds<double>& bounds);
KeyRange floating_range(const Bounds<double>& bounds);
KeyRange datetime_range(const Bounds<int64_t>& bounds);
KeyRange prefix_range(std::string_view prefix);

}  // namespace grape::index
