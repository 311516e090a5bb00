// From text to tokens: cut into words, fold, lower the case, drop stop words, stem, check lengths.
#include "core/index/text/tokenizer.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "core/base/limits.h"
#include "core/index/text/stemmer.h"
#include "core/index/text/stopwords.h"
#include "core/index/text/unicode.h"

namespace grape::index {

using base::Result;
using base::Status;

namespace {

using Kind = TextOptions::Kind;
using Visit = std::function<void(std::string_view)>;
using WordList = std::unordered_set<std::string>;

// A word has at most this many prefixes, so that one long word does not make a quadratic number of
// bytes; what is longer is found by its first characters.
constexpr size_t kPrefixCharactersMax = 255;

// Calls visit for each part of the text between characters for which `divides` is true.
template <typename Divides, typename Word>
void split(std::string_view text, Divides&& divides, Word&& visit) {
    const char* from = text.data();
    while (!text.empty()) {
        const char* here = text.data();
        if (!divides(take_character(text))) continue;
        if (here != from) visit(std::string_view(from, static_cast<size_t>(here - from)));
        from = text.data();
    }
    const char* end = text.data();
    if (end != from) visit(std::string_view(from, static_cast<size_t>(end - from)));
}

// Takes a run of word characters apart where it has characters of unspaced scripts.
template <typename Word>
void split_unspaced(std::string_view run, Word&& visit) {
    size_t from = 0;
    bool alone = false;  // the word that begins at `from` is one character with its marks
    for (std::string_view rest = run; !rest.empty();) {
        const size_t here = run.size() - rest.size();
        const char32_t character = take_character(rest);
        const bool joins =
            here == from || is_mark(character) || (!alone && !is_unspaced(character));
        if (!joins) {
            visit(run.substr(from, here - from));
            from = here;
        }
        if (here == from) alone = is_unspaced(character);
    }
    if (from < run.size()) visit(run.substr(from));
}

class Words : public Tokenizer {
  public:
    Words(const TextOptions& options, WordList stopwords, std::shared_ptr<const Stemmer> stemmer)
        : options_(options), stopwords_(std::move(stopwords)), stemmer_(std::move(stemmer)) {}

    void document(std::string_view text, const Visit& visit) const override {
        std::string token;
        each_word(text, [&](std::string_view word) {
            if (!make_token(word, true, token)) return;
            if (options_.tokenizer == Kind::prefix) {
                visit_prefixes(token, visit);
            } else if (has_length(token)) {
                visit(token);
            }
        });
    }

    void query(std::string_view text, const Visit& visit) const override {
        const bool prefix = options_.tokenizer == Kind::prefix;
        std::string token;
        each_word(text, [&](std::string_view word) {
            // The beginning of a word may look like a stop word.
            if (!make_token(word, !prefix, token)) return;
            const std::string_view whole =
                prefix ? first_characters(token, prefix_max()) : std::string_view(token);
            if (has_length(whole)) visit(whole);
        });
    }

    void normalize(std::string_view word, std::string& out) const {
        out.clear();
        while (!word.empty()) {
            char32_t character = take_character(word);
            if (options_.lowercase) character = lower(character);
            if (options_.ascii_folding) {
                append_folded(out, character);
            } else {
                append_character(out, character);
            }
        }
    }

    void set_stopwords(WordList stopwords) { stopwords_ = std::move(stopwords); }

  private:
    template <typename Word>
    void each_word(std::string_view text, Word&& visit) const {
        if (options_.tokenizer == Kind::whitespace) {
            split(
                text, [](char32_t c) { return is_white_space(c); }, visit);
            return;
        }
        const auto divides = [](char32_t c) { return !is_word_character(c); };
        if (options_.tokenizer != Kind::multilingual) {
            split(text, divides, visit);
            return;
        }
        split(
            text, [](char32_t c) { return !is_word_character(c) && !is_mark(c); },
            [&visit](std::string_view run) { split_unspaced(run, visit); });
    }

    // False for a stop word.
    bool make_token(std::string_view word, bool stops, std::string& token) const {
        normalize(word, token);
        if (stops && stopwords_.count(token) != 0) return false;
        if (stemmer_ != nullptr) stemmer_->stem(token);
        return !token.empty();
    }

    bool has_length(std::string_view token) const {
        if (!options_.min_token_len && !options_.max_token_len) return true;
        const size_t length = count_characters(token);
        return length >= options_.min_token_len.value_or(0) &&
               length <= options_.max_token_len.value_or(std::numeric_limits<uint32_t>::max());
    }

    size_t prefix_max() const {
        return std::min<size_t>(kPrefixCharactersMax,
                                options_.max_token_len.value_or(kPrefixCharactersMax));
    }

    void visit_prefixes(std::string_view token, const Visit& visit) const {
        std::string_view rest = token;
        const size_t least = std::max<size_t>(1, options_.min_token_len.value_or(1));
        const size_t most = prefix_max();
        for (size_t length = 1; length <= most && !rest.empty(); ++length) {
            take_character(rest);
            if (length >= least) visit(token.substr(0, token.size() - rest.size()));
        }
    }

    const TextOptions options_;
    WordList stopwords_;
    const std::shared_ptr<const Stemmer> stemmer_;
};

Status add_language(const Words& words, std::string_view language, WordList& out) {
    const std::optional<std::string_view> list = stopwords_of(language);
    if (!list) {
        return Status::make_unsupported("stopwords: no list for \"", language.substr(0, 64),
                                        "\"; known are ", stopword_languages());
    }
    std::string word;
    split(
        *list, [](char32_t c) { return c == ' '; },
        [&](std::string_view each) {
            words.normalize(each, word);
            out.insert(word);
        });
    return {};
}

Status check(const TextOptions& options) {
    namespace limits = base::limits;
    if (options.tokenizer > Kind::multilingual) {
        return Status::make_invalid("tokenizer: ", static_cast<unsigned>(options.tokenizer),
                                    " is no tokenizer");
    }
    if (options.stopwords.size() > limits::stopwords_max) {
        return Status::make_limit("stopwords: ", options.stopwords.size(),
                                  " are over the limit of ", limits::stopwords_max);
    }
    if (options.min_token_len && options.max_token_len &&
        *options.min_token_len > *options.max_token_len) {
        return Status::make_invalid("min_token_len: ", *options.min_token_len,
                                    " is over max_token_len, which is ", *options.max_token_len);
    }
    return {};
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> Tokenizer::make(const TextOptions& options) {
    GRAPE_TRY(check(options));
    std::shared_ptr<const Stemmer> stemmer;
    if (!options.stemmer.empty()) {
        GRAPE_ASSIGN(stemmer, Stemmer::make(options.stemmer));
    }
    auto words = std::make_shared<Words>(options, WordList(), std::move(stemmer));
    WordList stopwords;
    for (const std::string& language : options.stopword_languages) {
        GRAPE_TRY(add_language(*words, language, stopwords));
    }
    std::string word;
    for (const std::string& each : options.stopwords) {
        words->normalize(each, word);
        stopwords.insert(word);
    }
    words->set_stopwords(std::move(stopwords));
    return std::shared_ptr<const Tokenizer>(std::move(words));
}

}  // namespace grape::index
