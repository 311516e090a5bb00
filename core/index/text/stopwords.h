// Lists of words that say little, by language, for text indexes. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grape::index {

// Words with blanks between them, in lower case; nothing for a language without a list.
std::optional<std::string_view> stopwords_of(std::string_view language);
// The languages that have one, with blanks between them.
std::string stopword_languages();

}  // namespace grape::index
