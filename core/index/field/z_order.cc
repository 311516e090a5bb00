#include "core/index/field/z_order.h"

#include <algorithm>
#include <bit>

namespace grape::index {
namespace {

constexpr uint64_t spread(uint64_t value) {
    value = (value | value << 16) & 0x0000FFFF0000FFFF;
    value = (value | value << 8) & 0x00FF00FF00FF00FF;
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F;
    value = (value | value << 2) & 0x3333333333333333;
    return (value | value << 1) & 0x5555555555555555;
}

constexpr uint64_t interleave(uint32_t x, uint32_t y) {
    return spread(x) | spread(y) << 1;
}

// [low, high] to all of u32; never falls when `value` rises.
uint32_t quantise(double value, double low, double high) {
    if (!(value > low)) return 0;
    if (value >= high) return UINT32_MAX;
    const double scaled = (value - low) / (high - low) * 4294967296.0;
    return scaled >= 4294967295.0 ? UINT32_MAX : static_cast<uint32_t>(scaled);
}

uint32_t column_of(double lon) {
    return quantise(lon, -180, 180);
}
uint32_t line_of(double lat) {
    return quantise(lat, -90, 90);
}

struct Rectangle {
    uint32_t left, right, bottom, top;
};

// Cells of one size that meet the rectangle: so large that it is at most five cells wide and high.
void cover(const Rectangle& area, std::vector<CodeRange>& out) {
    const uint32_t extent = std::max(area.right - area.left, area.top - area.bottom);
    const int bits = std::max(0, static_cast<int>(std::bit_width(extent)) - 2);
    const uint64_t last = bits == 32 ? ~uint64_t{0} : (uint64_t{1} << 2 * bits) - 1;
    for (uint64_t y = area.bottom >> bits; y <= area.top >> bits; ++y) {
        for (uint64_t x = area.left >> bits; x <= area.right >> bits; ++x) {
            const uint64_t first =
                interleave(static_cast<uint32_t>(x << bits), static_cast<uint32_t>(y << bits));
            out.push_back({first, first + last});
        }
    }
}

void join(std::vector<CodeRange>& ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const CodeRange& a, const CodeRange& b) { return a.first < b.first; });
    size_t kept = 0;
    for (const CodeRange& range : ranges) {
        CodeRange* before = kept == 0 ? nullptr : &ranges[kept - 1];
        if (before != nullptr && (before->last == UINT64_MAX || range.first <= before->last + 1)) {
            before->last = std::max(before->last, range.last);
        } else {
            ranges[kept++] = range;
        }
    }
    ranges.resize(kept);
}

}  // namespace

uint64_t z_order_code(const GeoPoint& point) {
    return interleave(column_of(point.lon), line_of(point.lat));
}

std::vector<CodeRange> z_order_cover(const std::vector<GeoBox>& boxes) {
    std::vector<CodeRange> out;
    for (const GeoBox& box : boxes) {
        const uint32_t left = column_of(box.top_left.lon);
        const uint32_t right = column_of(box.bottom_right.lon);
        const uint32_t bottom = line_of(box.bottom_right.lat);
        const uint32_t top = line_of(box.top_left.lat);
        if (bottom > top) continue;
        if (box.top_left.lon <= box.bottom_right.lon) {
            cover({left, right, bottom, top}, out);
        } else {
            cover({left, UINT32_MAX, bottom, top}, out);
            cover({0, right, bottom, top}, out);
        }
    }
    join(out);
    return out;
}

}  // namespace grape::index
