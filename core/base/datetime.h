// Dates and times as filters and indexes know them: RFC 3339, and the shorter forms that Qdrant
// takes (`YYYY-MM-DD`, `YYYY-MM-DD[ T]HH:MM[:SS[.f]]`; without a zone they are UTC), as
// microseconds since 1970 UTC. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grape::base {

// Digits beyond microseconds are cut off. Nothing for a text that is no date, or out of the range
// of years 0001 to 9999.
std::optional<int64_t> parse_datetime_us(std::string_view text);
// "2024-02-29T12:30:00.000001Z"
std::string format_datetime_us(int64_t datetime_us);

}  // namespace grape::base
