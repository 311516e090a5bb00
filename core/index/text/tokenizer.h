// Tokens of a text, as a text index and the conditions on its field see them. The kinds and options
// are Qdrant's: `word` (runs of letters and digits), `whitespace`, `prefix` (each token's prefixes
// when a document is indexed), `multilingual`. Threads: a Tokenizer is immutable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace grape::index {

struct TextOptions {
    enum class Kind : uint8_t { prefix = 0, whitespace = 1, word = 2, multilingual = 3 };  // stored
    Kind tokenizer = Kind::word;
    bool lowercase = true;
    bool ascii_folding = false;
    bool phrase_matching = false;
    std::optional<uint32_t> min_token_len, max_token_len;  // in characters
    std::string stemmer;                                   // "" or a Snowball language
    std::vector<std::string> stopword_languages, stopwords;
};

class Tokenizer {
  public:
    // Code::invalid for an option that is not known, with its name.
    static base::Result<std::shared_ptr<const Tokenizer>> make(const TextOptions& options);
    virtual ~Tokenizer() = default;
    // In order; a token that occurs twice is visited twice.
    virtual void document(std::string_view text,
                          const std::function<void(std::string_view token)>& visit) const = 0;
    // As document(), but with `prefix` only the whole tokens.
    virtual void query(std::string_view text,
                       const std::function<void(std::string_view token)>& visit) const = 0;
};

}  // namespace grape::index
