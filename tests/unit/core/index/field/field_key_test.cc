#include "core/index/field/field_key.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/index/field/z_order.h"

namespace grape::index {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

const std::vector<int64_t>& integers() {
    static const std::vector<int64_t> values = {kMin,
                                                kMin + 1,
                                                -(int64_t{1} << 53) - 1,
                                                -300,
                                                -1,
                                                0,
                                                1,
                                                2,
                                                255,
                                                256,
                                                (int64_t{1} << 53),
                                                (int64_t{1} << 53) + 1,
                                                (int64_t{1} << 53) + 2,
                                                kMax - 1,
                                                kMax};
    return values;
}
const std::vector<double>& doubles() {
    static const std::vector<double> values = {-INFINITY,
                                               -kLargest,
                                               -9223372036854775808.0,
                                               -1.5,
                                               -1,
                                               -kSmallest,
                                               0,
                                               kSmallest,
                                               0.5,
                                               1,
                                               9007199254740992.0,
                                               9007199254740993.0,
                                               9223372036854775807.0,
                                               kLargest,
                                               INFINITY};
    return values;
}

TEST(FieldKey, sorts_integers_as_numbers) {
    for (const int64_t a : integers()) {
        EXPECT_EQ(integer_of_key(integer_key(a)), a);
        for (const int64_t b : integers()) {
            EXPECT_EQ(integer_key(a) < integer_key(b), a < b) << a << " " << b;
        }
    }
}

TEST(FieldKey, sorts_doubles_as_numbers) {
    for (const double a : doubles()) {
        EXPECT_EQ(floating_of_key(floating_key(a)), a);
        for (const double b : doubles()) {
            EXPECT_EQ(floating_key(a) < floating_key(b), a < b) << a << " " << b;
        }
    }
    EXPECT_EQ(floating_key(-0.0), floating_key(0.0));
}

TEST(FieldKey, takes_only_uuids_in_their_usual_form) {
    const std::string uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    const auto key = uuid_key(uuid);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->size(), 16u);
    EXPECT_EQ(uuid_of_key(*key), uuid);
    EXPECT_FALSE(uuid_key("6F9619FF-8b86-d011-b42d-00c04fc964ff").has_value());
    EXPECT_FALSE(uuid_key("6f9619ff8b86d011b42d00c04fc964ff").has_value());
    EXPECT_FALSE(uuid_key("6f9619ff-8b86-d011-b42d-00c04fc964f").has_value());
    EXPECT_FALSE(uuid_key("6f9619ff-8b86-d011-b42d000c04fc964ff").has_value());
    EXPECT_FALSE(uuid_key("6f9619ff-8b86-d011-b42d-00c04fc964fg").has_value());
    EXPECT_FALSE(uuid_key("").has_value());
}

// All combinations of bounds against plain comparisons.
template <typename Number, typename Value, typename RangeOf, typename KeyOf>
void check_ranges(const std::vector<Number>& bounds, const std::vector<Value>& values,
                  RangeOf range_of, KeyOf key_of) {
    for (int used = 0; used < 16; ++used) {
        for (const Number a : bounds) {
            for (const Number b : bounds) {
                Bounds<Number> made;
                if ((used & 1) != 0) made.gt = a;
                if ((used & 2) != 0) made.gte = a;
                if ((used & 4) != 0) made.lt = b;
                if ((used & 8) != 0) made.lte = b;
                const KeyRange range = range_of(made);
                for (const Value each : values) {
                    const auto value = static_cast<Number>(each);
                    const bool inside = (!made.gt || value > a) && (!made.gte || value >= a) &&
                                        (!made.lt || value < b) && (!made.lte || value <= b);
                    ASSERT_EQ(range.contains(key_of(each)), inside)
                        << each << " " << used << " " << a << " " << b;
                }
            }
        }
    }
}

TEST(FieldKey, turns_bounds_into_ranges) {
    check_ranges(doubles(), integers(), integer_range, integer_key);
    check_ranges(doubles(), doubles(), floating_range, floating_key);
    check_ranges(integers(), integers(), datetime_range, integer_key);
}

TEST(FieldKey, gives_nothing_for_bounds_that_are_no_numbers) {
    EXPECT_FALSE(floating_range({.gt = NAN}).contains(floating_key(1)));
    EXPECT_FALSE(integer_range({.lt = NAN}).contains(integer_key(1)));
}

TEST(FieldKey, covers_a_prefix_with_a_range) {
    for (const std::string prefix : {"", "a", "ab", "a\xFF", "\xFF\xFF"}) {
        const KeyRange range = prefix_range(prefix);
        for (const std::string key : {"", "a", "ab", "abc", "ac", "a\xFE", "a\xFF", "a\xFF\xFF",
                                      "b", "\xFE", "\xFF", "\xFF\xFF", "\xFF\xFFz"}) {
            EXPECT_EQ(range.contains(key), key.starts_with(prefix)) << prefix << " " << key;
        }
    }
}

TEST(FieldKey, reads_keys_of_the_wrong_length) {
    for (const std::string key : {"", "x", "1234567", "12345678901234567"}) {
        static_cast<void>(integer_of_key(key));
        static_cast<void>(floating_of_key(key));
        static_cast<void>(boolean_of_key(key));
        static_cast<void>(uuid_of_key(key));
        EXPECT_EQ(geo_of_key(key).lon, 0);
    }
}

TEST(ZOrder, covers_what_a_box_holds) {
    const uint64_t seed = 7;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> lon(-180, 180), lat(-90, 90), size(-12, 3);
    for (int round = 0; round < 2000; ++round) {
        const GeoPoint center{lon(random), lat(random)};
        const double half = std::exp(size(random));
        const GeoBox box{{std::max(-180.0, center.lon - half), std::min(90.0, center.lat + half)},
                         {std::min(180.0, center.lon + half), std::max(-90.0, center.lat - half)}};
        const std::vector<CodeRange> ranges = z_order_cover({box});
        ASSERT_LE(ranges.size(), 64u);
        for (size_t i = 1; i < ranges.size(); ++i) {
            ASSERT_GT(ranges[i].first, ranges[i - 1].last + 1);
        }
        std::uniform_real_distribution<double> x(box.top_left.lon, box.bottom_right.lon);
        std::uniform_real_distribution<double> y(box.bottom_right.lat, box.top_left.lat);
        for (int point = 0; point < 50; ++point) {
            const uint64_t code = z_order_code({x(random), y(random)});
            bool covered = false;
            for (const CodeRange& range : ranges) {
                covered = covered || (range.first <= code && code <= range.last);
            }
            ASSERT_TRUE(covered) << round;
        }
    }
}

TEST(ZOrder, covers_boxes_across_the_antimeridian) {
    const auto ranges = z_order_cover({{{170, 10}, {-170, -10}}});
    const auto covers = [&](double lon, double lat) {
        const uint64_t code = z_order_code({lon, lat});
        for (const CodeRange& range : ranges) {
            if (range.first <= code && code <= range.last) return true;
        }
        return false;
    };
    EXPECT_TRUE(covers(175, 0));
    EXPECT_TRUE(covers(180, 5));
    EXPECT_TRUE(covers(-180, -5));
    EXPECT_TRUE(covers(-171, 9));
    EXPECT_FALSE(covers(0, 0));
    EXPECT_TRUE(z_order_cover({{{0, -10}, {10, 10}}}).empty());
}

}  // namespace
}  // namespace grape::index
