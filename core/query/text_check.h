// match text, text_any, phrase, prefix and substring, compiled. Threads: immutable.
#pragma once

#include <memory>
#include <string_view>

#include "core/query/payload_check.h"

namespace grape::query {

class TextCheck {
  public:
    virtual ~TextCheck() = default;
    virtual bool matches(std::string_view value) const = 0;
};

std::unique_ptr<const TextCheck> compile_text(const MatchText& match,
                                              const std::optional<TextField>& field);

}  // namespace grape::query
