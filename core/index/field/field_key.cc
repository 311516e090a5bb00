#include "core/index/field/field_key.h"

#include <bit>
#include <cmath>

#include "core/base/bytes.h"
#include "core/index/field/z_order.h"

namespace grape::index {
namespace {

constexpr uint64_t kSign = uint64_t{1} << 63;

// The smallest bits for which `holds` is true; it is false below and true from there on. Nothing
// when it is never true.
template <typename Predicate>
std::optional<uint64_t> first_bits(Predicate holds) {
    if (!holds(~uint64_t{0})) return std::nullopt;
    uint64_t low = 0, high = ~uint64_t{0};
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (holds(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

// `value_of` keeps the order of the bits; the values are compared with the bounds.
template <typename Number, typename ValueOf>
KeyRange range_of(const Bounds<Number>& bounds, ValueOf value_of) {
    const auto is_above = [&](uint64_t bits) {
        const Number value = value_of(bits);
        return (!bounds.gt || value > *bounds.gt) && (!bounds.gte || value >= *bounds.gte);
    };
    const auto is_beyond = [&](uint64_t bits) {
        const Number value = value_of(bits);
        return !((!bounds.lt || value < *bounds.lt) && (!bounds.lte || value <= *bounds.lte));
    };
    const std::optional<uint64_t> low = first_bits(is_above);
    if (!low.has_value()) return KeyRange::nothing();
    const std::optional<uint64_t> high = first_bits(is_beyond);
    KeyRange range{key_of_bits(*low), std::nullopt};
    if (high.has_value()) range.high = key_of_bits(*high);
    return range;
}

constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

constexpr bool is_hyphen_place(size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

std::string key_of_bits(uint64_t bits) {
    std::string out;
    base::append_be(out, bits);
    return out;
}

uint64_t bits_of_key(std::string_view key) {
    return key.size() < 8 ? 0 : base::load_be<uint64_t>(key.data());
}

uint64_t integer_bits(int64_t value) {
    return static_cast<uint64_t>(value) ^ kSign;
}

int64_t integer_of_bits(uint64_t bits) {
    return static_cast<int64_t>(bits ^ kSign);
}

uint64_t floating_bits(double value) {
    const auto bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double floating_of_bits(uint64_t bits) {
    return std::bit_cast<double>((bits & kSign) != 0 ? bits & ~kSign : ~bits);
}

std::string integer_key(int64_t value) {
    return key_of_bits(integer_bits(value));
}

std::string floating_key(double value) {
    return key_of_bits(floating_bits(value));
}

std::string boolean_key(bool value) {
    return std::string(1, value ? '\1' : '\0');
}

std::optional<std::string> uuid_key(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string out;
    out.reserve(16);
    for (size_t i = 0; i < text.size();) {
        if (is_hyphen_place(i)) {
            if (text[i++] != '-') return std::nullopt;
            continue;
        }
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

std::string geo_key(const GeoPoint& point) {
    // Both zeros are one value, as in comparisons.
    const double lon = point.lon == 0 ? 0.0 : point.lon;
    const double lat = point.lat == 0 ? 0.0 : point.lat;
    std::string out = key_of_bits(z_order_code(point));
    base::append_le(out, std::bit_cast<uint64_t>(lon));
    base::append_le(out, std::bit_cast<uint64_t>(lat));
    return out;
}

int64_t integer_of_key(std::string_view key) {
    return integer_of_bits(bits_of_key(key));
}

double floating_of_key(std::string_view key) {
    return floating_of_bits(bits_of_key(key));
}

bool boolean_of_key(std::string_view key) {
    return !key.empty() && key[0] != '\0';
}

std::string uuid_of_key(std::string_view key) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    for (const char each : key.substr(0, 16)) {
        if (is_hyphen_place(out.size())) out.push_back('-');
        const auto byte = static_cast<uint8_t>(each);
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
    return out;
}

GeoPoint geo_of_key(std::string_view key) {
    if (key.size() < 24) return {};
    return {std::bit_cast<double>(base::load_le<uint64_t>(key.data() + 8)),
            std::bit_cast<double>(base::load_le<uint64_t>(key.data() + 16))};
}

KeyRange integer_range(const Bounds<double>& bounds) {
    return range_of(bounds,
                    [](uint64_t bits) { return static_cast<double>(integer_of_bits(bits)); });
}

KeyRange floating_range(const Bounds<double>& bounds) {
    // The bits of NaN sort outside of the infinities; as ends of the scale they stand for those.
    constexpr double kInfinity = INFINITY;
    return range_of(bounds, [](uint64_t bits) {
        const double value = floating_of_bits(bits);
        if (!std::isnan(value)) return value;
        return (bits & kSign) != 0 ? kInfinity : -kInfinity;
    });
}

KeyRange datetime_range(const Bounds<int64_t>& bounds) {
    return range_of(bounds, integer_of_bits);
}

KeyRange prefix_range(std::string_view prefix) {
    KeyRange range{std::string(prefix), std::nullopt};
    std::string high(prefix);
    while (!high.empty() && static_cast<uint8_t>(high.back()) == 0xFF) high.pop_back();
    if (high.empty()) return range;
    high.back() = static_cast<char>(static_cast<uint8_t>(high.back()) + 1);
    range.high = std::move(high);
    return range;
}

}  // namespace grape::index
