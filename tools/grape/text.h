// cat(a, b, ...): joins texts. A chain of + that begins with a literal does the same, but gcc 12
// warns of it at -O3 (-Wrestrict, a false alarm), and it moves the text at each step.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace grape::cli {

template <typename... Parts>
std::string cat(const Parts&... parts) {
    std::string text;
    (text.append(std::string_view(parts)), ...);
    return text;
}

}  // namespace grape::cli
