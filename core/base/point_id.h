// PointId: a point's name, chosen by the user: a number, a UUID or a string.
//
// A string that parses as a UUID (36 characters with hyphens, 32 hexadecimal digits, braces or
// "urn:uuid:" before it, either case) *is* that UUID; any other string is 1 to 255 bytes of UTF-8.
// Order, in keys, scrolls and ties: numbers by value, then UUIDs by bytes, then strings by bytes.
// Strings are shared, not copied. Threads: a PointId is a value.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace grape::base {

enum class IdKind : uint8_t { none = 0, number = 1, uuid = 2, string = 3 };  // stored: values fixed

using UuidBytes = std::array<uint8_t, 16>;
// Accepts the forms listed above; nothing when the text is not a UUID.
std::optional<UuidBytes> parse_uuid(std::string_view text);
std::string format_uuid(const UuidBytes& uuid);  // 8-4-4-4-12, lower case

class PointId {
  public:
    PointId() = default;  // kind none: no id
    static PointId number(uint64_t value);
    static PointId uuid(const UuidBytes& bytes);
    // Refuses text that is empty, over 255 bytes, or not UTF-8; `field` is named in the error.
    static Result<PointId> from_text(std::string_view text, std::string_view field = "id");

    IdKind kind() const { return kind_; }
    uint64_t as_number() const { return high_; }
    UuidBytes as_uuid() const;
    std::string_view as_string() const { return text_ ? std::string_view(*text_) : ""; }
    // As users write it: 17, 6f9619ff-8b86-d011-b42d-00c04fc964ff, some text.
    std::string to_string() const;
    uint64_t hash() const;

    friend bool operator==(const PointId& a, const PointId& b) {
        return (a <=> b) == std::strong_ordering::equal;
    }
    friend std::strong_ordering operator<=>(const PointId& a, const PointId& b);

    // Key form: a kind byte, then 8 bytes big-endian, 16 bytes, or the text. Sorts as the ids do.
    void append_key(std::string& out) const;
    // Whether the text is a string id as it is stored: legal, and no UUID.
    static bool is_stored_text(std::string_view text);
    // Reads all of `key`; damaged keys give Code::corrupt.
    static Result<PointId> from_key(std::string_view key);

  private:
    // A number is in high_; a UUID in both, big-endian.
    uint64_t high_ = 0;
    uint64_t low_ = 0;
    std::shared_ptr<const std::string> text_;
    IdKind kind_ = IdKind::none;
};

}  // namespace grape::base
