// Calendar arithmetic in the proleptic Gregorian calendar, as RFC 3339 has it.
#include "core/base/datetime.h"

namespace grape::base {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kMinuteUs = 60 * kSecondUs;
constexpr int64_t kDayUs = 24 * 60 * kMinuteUs;

// Days since 1970-01-01. Years are counted from March, so that the leap day is a year's last.
int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct Date {
    int64_t year, month, day;
};

Date date_of(int64_t days) {
    days += 719468;
    const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t from_march = (5 * day_of_year + 2) / 153;
    const int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    return {year_of_era + era * 400 + (month <= 2), month,
            day_of_year - (153 * from_march + 2) / 5 + 1};
}

bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int64_t days_in(int64_t year, int64_t month) {
    constexpr int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

// Takes the parts of a date from the front of a text. Each take() leaves the text alone when it
// gives false.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool done() const { return text_.empty(); }
    bool take(std::string_view any_of) {
        if (text_.empty() || any_of.find(text_[0]) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool take_blanks() {
        bool some = false;
        while (take(" \t\n\r\f\v")) some = true;
        return some;
    }
    bool take_word(std::string_view word) {
        if (text_.substr(0, word.size()) != word) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    bool take_number(size_t least_digits, size_t most_digits, int64_t least, int64_t most,
                     int64_t& out) {
        size_t digits = 0;
        int64_t value = 0;
        while (digits < most_digits && digits < text_.size() && is_digit(text_[digits])) {
            value = value * 10 + (text_[digits++] - '0');
        }
        if (digits < least_digits || value < least || value > most) return false;
        text_.remove_prefix(digits);
        out = value;
        return true;
    }
    // The digits behind the point; what is finer than microseconds is cut off.
    bool take_fraction(int64_t& out_us) {
        int64_t unit = kSecondUs / 10;
        size_t digits = 0;
        for (; digits < text_.size() && is_digit(text_[digits]); ++digits, unit /= 10) {
            out_us += (text_[digits] - '0') * unit;
        }
        text_.remove_prefix(digits);
        return digits > 0;
    }

  private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    std::string_view text_;
};

// Z, UTC, +hh, +hhmm or +hh:mm, with blanks before it; nothing means UTC.
bool take_zone(Reader& in, int64_t& offset_us) {
    if (in.done()) return true;
    const bool blanks = in.take_blanks();
    if (!blanks && in.take("Zz")) return true;
    if (blanks && in.take_word("UTC")) return true;
    const bool east = in.take("+");
    int64_t hours = 0;
    int64_t minutes = 0;
    if (!east && !in.take("-")) return false;
    if (!in.take_number(2, 2, 0, 23, hours)) return false;
    if (!in.done()) {
        in.take(":");
        if (!in.take_number(2, 2, 0, 59, minutes)) return false;
    }
    offset_us = (hours * 60 + minutes) * (east ? kMinuteUs : -kMinuteUs);
    return true;
}

// hh:mm, or hh:mm:ss with a fraction and a zone, in microseconds of the day in UTC. A leap second
// is the first second of the next minute.
bool take_time(Reader& in, int64_t& time_us) {
    int64_t hour = 0;
    int64_t minute = 0;
    int64_t second = 0;
    if (!in.take_number(1, 2, 0, 23, hour) || !in.take(":")) return false;
    if (!in.take_number(1, 2, 0, 59, minute)) return false;
    time_us = (hour * 60 + minute) * kMinuteUs;
    if (in.done()) return true;
    if (!in.take(":") || !in.take_number(1, 2, 0, 60, second)) return false;
    time_us += second * kSecondUs;
    if (in.take(".") && !in.take_fraction(time_us)) return false;
    int64_t offset_us = 0;
    if (!take_zone(in, offset_us)) return false;
    time_us -= offset_us;
    return true;
}

void append_digits(std::string& out, int64_t value, size_t width) {
    std::string digits = std::to_string(value);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    out += digits;
}

}  // namespace

std::optional<int64_t> parse_datetime_us(std::string_view text) {
    Reader in(text);
    in.take_blanks();
    Date date{};
    if (!in.take_number(4, 4, 1, 9999, date.year) || !in.take("-")) return std::nullopt;
    if (!in.take_number(1, 2, 1, 12, date.month) || !in.take("-")) return std::nullopt;
    const int64_t last = days_in(date.year, date.month);
    if (!in.take_number(1, 2, 1, last, date.day)) return std::nullopt;
    int64_t time_us = 0;
    if (!in.done()) {
        if (!in.take("Tt") && !in.take_blanks()) return std::nullopt;
        if (!take_time(in, time_us) || !in.done()) return std::nullopt;
    }
    return days_of(date.year, date.month, date.day) * kDayUs + time_us;
}

std::string format_datetime_us(int64_t datetime_us) {
    int64_t days = datetime_us / kDayUs;
    int64_t rest = datetime_us % kDayUs;
    if (rest < 0) {
        rest += kDayUs;
        --days;
    }
    const Date date = date_of(days);
    std::string out = date.year < 0 ? "-" : "";
    append_digits(out, date.year < 0 ? -date.year : date.year, 4);
    const auto part = [&](char before, int64_t value, size_t width) {
        out.push_back(before);
        append_digits(out, value, width);
    };
    part('-', date.month, 2);
    part('-', date.day, 2);
    part('T', rest / (60 * kMinuteUs), 2);
    part(':', rest / kMinuteUs % 60, 2);
    part(':', rest / kSecondUs % 60, 2);
    if (rest % kSecondUs != 0) part('.', rest % kSecondUs, 6);
    out.push_back('Z');
    return out;
}

}  // namespace grape::base
