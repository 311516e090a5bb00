// Without a text index texts are compared by bytes; with one, both sides are its tokens.
#include "core/query/text_check.h"

#include <algorithm>
#include <unordered_map>

#include "core/index/text/unicode.h"

namespace grape::query {
namespace {

using Kind = MatchText::Kind;

class Substring : public TextCheck {
  public:
    explicit Substring(std::string text) : text_(std::move(text)) {}
    bool matches(std::string_view value) const override {
        return value.find(text_) != std::string_view::npos;
    }

  private:
    const std::string text_;
};

class Prefix : public TextCheck {
  public:
    explicit Prefix(std::string text) : text_(std::move(text)) {}
    bool matches(std::string_view value) const override { return value.starts_with(text_); }

  private:
    const std::string text_;
};

class AnySubstring : public TextCheck {
  public:
    explicit AnySubstring(std::string_view text) {
        std::string word;
        while (!text.empty()) {
            const char32_t character = index::take_character(text);
            if (!index::is_white_space(character)) {
                index::append_character(word, character);
                if (!text.empty()) continue;
            }
            if (!word.empty()) words_.push_back(std::move(word));
            word.clear();
        }
    }
    bool matches(std::string_view value) const override {
        return std::any_of(words_.begin(), words_.end(), [value](const std::string& word) {
            return value.find(word) != std::string_view::npos;
        });
    }

  private:
    std::vector<std::string> words_;
};

std::vector<std::string> tokens_of(const index::Tokenizer& tokenizer, std::string_view text) {
    std::vector<std::string> tokens;
    tokenizer.query(text, [&tokens](std::string_view token) { tokens.emplace_back(token); });
    return tokens;
}

// All tokens of the query are in the value, or one of them.
class Tokens : public TextCheck {
  public:
    Tokens(std::shared_ptr<const index::Tokenizer> tokenizer, std::string_view text, bool all)
        : tokenizer_(std::move(tokenizer)), wanted_(tokens_of(*tokenizer_, text)) {
        std::sort(wanted_.begin(), wanted_.end());
        wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
        needed_ = all ? wanted_.size() : 1;
    }
    bool matches(std::string_view value) const override {
        if (wanted_.empty()) return false;
        std::vector<bool> seen(wanted_.size());
        size_t found = 0;
        tokenizer_->document(value, [&](std::string_view token) {
            const auto at = std::lower_bound(wanted_.begin(), wanted_.end(), token);
            if (at == wanted_.end() || *at != token) return;
            const auto place = static_cast<size_t>(at - wanted_.begin());
            found += !seen[place];
            seen[place] = true;
        });
        return found >= needed_;
    }

  private:
    const std::shared_ptr<const index::Tokenizer> tokenizer_;
    std::vector<std::string> wanted_;
    size_t needed_ = 0;
};

// The tokens of the query stand in the value side by side, in their order: Knuth, Morris and Pratt,
// so that the value is walked once.
class Phrase : public TextCheck {
  public:
    Phrase(std::shared_ptr<const index::Tokenizer> tokenizer, std::string_view text)
        : tokenizer_(std::move(tokenizer)),
          wanted_(tokens_of(*tokenizer_, text)),
          fallback_(wanted_.size()) {
        for (size_t i = 1; i < wanted_.size(); ++i) {
            fallback_[i] = advance(fallback_[i - 1], wanted_[i]);
        }
    }
    bool matches(std::string_view value) const override {
        if (wanted_.empty()) return false;
        size_t matched = 0;
        tokenizer_->document(value, [&](std::string_view token) {
            if (matched < wanted_.size()) matched = advance(matched, token);
        });
        return matched == wanted_.size();
    }

  private:
    // How many tokens of the phrase end at `token`, after `matched` ended before it.
    size_t advance(size_t matched, std::string_view token) const {
        while (matched > 0 && wanted_[matched] != token) matched = fallback_[matched - 1];
        return matched + (wanted_[matched] == token);
    }

    const std::shared_ptr<const index::Tokenizer> tokenizer_;
    const std::vector<std::string> wanted_;
    std::vector<size_t> fallback_;
};

}  // namespace

std::unique_ptr<const TextCheck> compile_text(const MatchText& match,
                                              const std::optional<TextField>& field) {
    if (match.kind == Kind::prefix) return std::make_unique<Prefix>(match.text);
    const bool indexed = field.has_value() && match.kind != Kind::substring &&
                         (match.kind != Kind::phrase || field->phrase_matching);
    if (!indexed) {
        if (match.kind == Kind::text_any) return std::make_unique<AnySubstring>(match.text);
        return std::make_unique<Substring>(match.text);
    }
    if (match.kind == Kind::phrase) return std::make_unique<Phrase>(field->tokenizer, match.text);
    return std::make_unique<Tokens>(field->tokenizer, match.text, match.kind == Kind::text);
}

}  // namespace grape::query
