// Whether bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most
// U+10FFFF).
#pragma once

#include <string_view>

namespace grape::base {

bool is_utf8(std::string_view text);

}  // namespace grape::base
