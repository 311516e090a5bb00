// cat(a, b, ...): joins strings, characters and numbers into one string (gcc 12 has no <format>).
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

namespace grape::base {

inline void cat_append(std::string& out, std::string_view part) {
    out.append(part);
}
inline void cat_append(std::string& out, const char* part) {
    out.append(part);
}
inline void cat_append(std::string& out, char part) {
    out.push_back(part);
}
inline void cat_append(std::string& out, bool part) {
    out.append(part ? "true" : "false");
}

template <typename T>
concept CatNumber = std::is_arithmetic_v<T> && !std::is_same_v<T, char> && !std::is_same_v<T, bool>;

template <CatNumber Number>
void cat_append(std::string& out, Number part) {
    char digits[32];
    const auto result = std::to_chars(digits, digits + sizeof(digits), part);
    out.append(digits, result.ptr);
}

template <typename... Parts>
std::string cat(const Parts&... parts) {
    std::string out;
    (cat_append(out, parts), ...);
    return out;
}

}  // namespace grape::base
