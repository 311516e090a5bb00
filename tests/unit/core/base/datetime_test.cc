// Dates and times: which texts are some, and which moment they are.
#include "core/base/datetime.h"

#include <gtest/gtest.h>

#include <random>

namespace grape::base {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHour = 3600 * kSecond;
constexpr int64_t kDay = 24 * kHour;

TEST(Datetime, reads_rfc_3339) {
    EXPECT_EQ(parse_datetime_us("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_datetime_us("1970-01-02T00:00:01.5Z"), kDay + 3 * kSecond / 2);
    EXPECT_EQ(parse_datetime_us("1970-01-01T01:00:00+01:00"), 0);
    EXPECT_EQ(parse_datetime_us("1969-12-31T23:30:00-00:30"), 0);
    EXPECT_EQ(parse_datetime_us("1970-01-01t00:00:00z"), 0);
    EXPECT_EQ(parse_datetime_us("2024-02-29T12:30:00.000001Z"), 1'709'209'800'000'001);
    EXPECT_EQ(parse_datetime_us("2000-03-01T00:00:00Z"), 951'868'800 * kSecond);
    EXPECT_EQ(parse_datetime_us("1900-03-01T00:00:00Z"), -2'203'891'200 * kSecond);
    EXPECT_EQ(parse_datetime_us("2016-12-31T23:59:60Z"), parse_datetime_us("2017-01-01T00:00:00Z"));
}

TEST(Datetime, reads_the_shorter_forms_as_utc) {
    EXPECT_EQ(parse_datetime_us("1970-01-02"), kDay);
    EXPECT_EQ(parse_datetime_us("1970-01-02 01:00"), kDay + kHour);
    EXPECT_EQ(parse_datetime_us("1970-01-02T01:00"), kDay + kHour);
    EXPECT_EQ(parse_datetime_us("1970-01-02 01:00:02"), kDay + kHour + 2 * kSecond);
    EXPECT_EQ(parse_datetime_us("1970-01-02 01:00:02.25"), kDay + kHour + 9 * kSecond / 4);
    EXPECT_EQ(parse_datetime_us("1970-1-2"), kDay);
    EXPECT_EQ(parse_datetime_us("  1970-01-02"), kDay);
    EXPECT_EQ(parse_datetime_us("1970-01-01 00:00:00 UTC"), 0);
    EXPECT_EQ(parse_datetime_us("1970-01-01 01:00:00 +0100"), 0);
    EXPECT_EQ(parse_datetime_us("1970-01-01 01:00:00+01"), 0);
}

TEST(Datetime, cuts_what_is_finer_than_microseconds) {
    EXPECT_EQ(parse_datetime_us("1970-01-01T00:00:00.1234567899Z"), 123'456);
    EXPECT_EQ(parse_datetime_us("1970-01-01T00:00:00.0000009Z"), 0);
}

TEST(Datetime, refuses_what_is_no_date) {
    for (const std::string_view text : {"",
                                        " ",
                                        "x",
                                        "1970",
                                        "1970-01",
                                        "1970-01-01T",
                                        "1970-01-01T00",
                                        "1970-01-01 00",
                                        "1970-13-01",
                                        "1970-00-01",
                                        "1970-01-00",
                                        "1970-01-32",
                                        "1970-02-29",
                                        "1900-02-29",
                                        "0000-01-01",
                                        "10000-01-01",
                                        "70-01-01",
                                        "1970-01-01T24:00:00Z",
                                        "1970-01-01T00:60:00Z",
                                        "1970-01-01T00:00:61Z",
                                        "1970-01-01T00:00:00.Z",
                                        "1970-01-01T00:00:00.",
                                        "1970-01-01T00:00:00+1",
                                        "1970-01-01T00:00:00+24:00",
                                        "1970-01-01T00:00:00+01:60",
                                        "1970-01-01T00:00:00+01:",
                                        "1970-01-01T00:00:00 ",
                                        "1970-01-01 ",
                                        "1970-01-01x",
                                        "1970-01-01T00:00:00Zx",
                                        "1970-01-01T00:00Z",
                                        "1970-01-01Z",
                                        "-970-01-01",
                                        "1970-01-01T00:00:00UTC",
                                        "1970/01/01",
                                        "1970-01-01T00:00:00,5Z"}) {
        EXPECT_FALSE(parse_datetime_us(text).has_value()) << text;
    }
}

TEST(Datetime, writes_what_reads_back) {
    EXPECT_EQ(format_datetime_us(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_datetime_us(-1), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(format_datetime_us(1'709'209'800'000'001), "2024-02-29T12:30:00.000001Z");
    EXPECT_EQ(format_datetime_us(*parse_datetime_us("0001-01-01")), "0001-01-01T00:00:00Z");
    constexpr uint64_t seed = 20240229;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const int64_t first = *parse_datetime_us("0001-01-01");
    const int64_t last = *parse_datetime_us("9999-12-31T23:59:59.999999");
    std::uniform_int_distribution<int64_t> moment(first, last);
    for (int i = 0; i < 100'000; ++i) {
        const int64_t value = moment(random);
        ASSERT_EQ(parse_datetime_us(format_datetime_us(value)), value);
    }
}

}  // namespace
}  // namespace grape::base
