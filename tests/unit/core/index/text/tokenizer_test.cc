// Tokens of texts: kinds, options, languages, hostile bytes.
#include "core/index/text/tokenizer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "core/index/text/unicode.h"

namespace grape::index {
namespace {

using Kind = TextOptions::Kind;

std::shared_ptr<const Tokenizer> make(const TextOptions& options) {
    auto made = Tokenizer::make(options);
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return made.ok() ? *made : nullptr;
}

std::string document(const TextOptions& options, std::string_view text) {
    std::string out;
    make(options)->document(
        text, [&](std::string_view token) { out.append(out.empty() ? "" : "|").append(token); });
    return out;
}

std::string query(const TextOptions& options, std::string_view text) {
    std::string out;
    make(options)->query(
        text, [&](std::string_view token) { out.append(out.empty() ? "" : "|").append(token); });
    return out;
}

TextOptions kind(Kind kind) {
    TextOptions options;
    options.tokenizer = kind;
    return options;
}

TEST(Tokenizer, cuts_words_at_everything_but_letters_and_digits) {
    EXPECT_EQ(document({}, "Hello, World! it's 42nd_street-7"), "hello|world|it|s|42nd|street|7");
    EXPECT_EQ(document({}, "Привет, МИР"), "привет|мир");
    EXPECT_EQ(document({}, "naïve ÉCOLE"), "naïve|école");
    EXPECT_EQ(document({}, "हिन्दी"), "हिन|दी");  // the virama is no letter
    EXPECT_EQ(document({}, "x² Ⅷ ½"), "x²|ⅷ|½");
    EXPECT_EQ(document({}, ""), "");
    EXPECT_EQ(document({}, " ,;"), "");
}

TEST(Tokenizer, keeps_punctuation_between_white_space) {
    EXPECT_EQ(document(kind(Kind::whitespace), "Hello, World!\t it's\n\xC2\xA0ok\xE3\x80\x80x"),
              "hello,|world!|it's|ok|x");
}

TEST(Tokenizer, keeps_the_case_when_it_is_told_to) {
    TextOptions options;
    options.lowercase = false;
    EXPECT_EQ(document(options, "Hello World"), "Hello|World");
}

TEST(Tokenizer, indexes_prefixes_and_asks_for_whole_words) {
    TextOptions options = kind(Kind::prefix);
    EXPECT_EQ(document(options, "abc Дa"), "a|ab|abc|д|дa");
    EXPECT_EQ(query(options, "abc Дa"), "abc|дa");
    options.min_token_len = 2;
    options.max_token_len = 3;
    EXPECT_EQ(document(options, "abcde x"), "ab|abc");
    EXPECT_EQ(query(options, "abcde x"), "abc");
    options.stopwords = {"the"};
    EXPECT_EQ(document(options, "the theory"), "th|the");
    EXPECT_EQ(query(options, "the"), "the");
}

TEST(Tokenizer, bounds_the_prefixes_of_one_word) {
    const std::string word(100'000, 'a');
    size_t bytes = 0;
    size_t count = 0;
    std::string longest;
    const auto tokenizer = make(kind(Kind::prefix));
    tokenizer->document(word, [&](std::string_view token) {
        bytes += token.size();
        ++count;
        longest = token;
    });
    EXPECT_EQ(count, 255u);
    EXPECT_LT(bytes, 40'000u);
    tokenizer->query(word, [&](std::string_view token) { EXPECT_EQ(token, longest); });
}

TEST(Tokenizer, takes_scripts_without_blanks_apart) {
    const TextOptions options = kind(Kind::multilingual);
    EXPECT_EQ(document(options, "今天hello星期"), "今|天|hello|星|期");
    EXPECT_EQ(document(options, "カタカナ と"), "カタカナ|と");
    EXPECT_EQ(document(options, "Hello, мир 42"), "hello|мир|42");
    EXPECT_EQ(document(options, "ที่นี่"), "ที่|นี่");
    EXPECT_EQ(document(options, "हिन्दी"), "हिन्दी");
}

TEST(Tokenizer, checks_lengths_in_characters) {
    TextOptions options;
    options.min_token_len = 2;
    options.max_token_len = 4;
    EXPECT_EQ(document(options, "a дом слово été x words"), "дом|été");
    EXPECT_EQ(query(options, "a дом слово"), "дом");
    options.min_token_len = 5;
    EXPECT_EQ(Tokenizer::make(options).status().code(), base::Code::invalid);
}

TEST(Tokenizer, folds_letters_to_ascii) {
    TextOptions options;
    options.ascii_folding = true;
    EXPECT_EQ(document(options, "Ação ÉCOLE Straße Łódź Æsir Þór ﬁn"),
              "acao|ecole|strasse|lodz|aesir|thor|fin");
    EXPECT_EQ(document(options, "мир"), "мир");
    EXPECT_EQ(document(options, "ｆｕｌｌ"), "full");
    options.lowercase = false;
    EXPECT_EQ(document(options, "Øre"), "Ore");
}

TEST(Tokenizer, stems_by_language) {
    TextOptions options;
    options.stemmer = "english";
    EXPECT_EQ(document(options, "running runs connection connected"), "run|run|connect|connect");
    options.stemmer = "german";
    EXPECT_EQ(document(options, "Häuser Haus"), "haus|haus");
    options.stemmer = "russian";
    EXPECT_EQ(document(options, "важные важный"), "важн|важн");
    for (const std::string_view language :
         {"arabic", "armenian", "danish", "dutch", "english", "finnish", "french", "german",
          "greek", "hungarian", "italian", "norwegian", "portuguese", "romanian", "russian",
          "spanish", "swedish", "tamil", "turkish"}) {
        options.stemmer = language;
        EXPECT_TRUE(Tokenizer::make(options).ok()) << language;
    }
    for (const std::string_view language : {"klingon", "en", "porter"}) {
        options.stemmer = language;
        const base::Status status = Tokenizer::make(options).status();
        EXPECT_EQ(status.code(), base::Code::unsupported);
        EXPECT_NE(status.message().find(language), std::string::npos);
    }
}

TEST(Tokenizer, leaves_stop_words_out) {
    TextOptions options;
    options.stopword_languages = {"english", "german"};
    options.stopwords = {"GRAPE"};
    EXPECT_EQ(document(options, "The quick Fox und der Grape"), "quick|fox");
    EXPECT_EQ(query(options, "the fox"), "fox");
    for (const std::string_view language :
         {"english", "german", "french", "spanish", "italian", "portuguese", "dutch", "swedish",
          "danish", "norwegian", "russian"}) {
        options.stopword_languages = {std::string(language)};
        EXPECT_TRUE(Tokenizer::make(options).ok()) << language;
    }
    options.stopword_languages = {"hinglish"};
    const base::Status status = Tokenizer::make(options).status();
    EXPECT_EQ(status.code(), base::Code::unsupported);
    EXPECT_NE(status.message().find("hinglish"), std::string::npos);
}

TEST(Tokenizer, survives_any_bytes) {
    constexpr uint64_t seed = 77;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const Kind each : {Kind::prefix, Kind::whitespace, Kind::word, Kind::multilingual}) {
        TextOptions options = kind(each);
        options.ascii_folding = true;
        options.stemmer = "english";
        const auto tokenizer = make(options);
        for (int i = 0; i < 500; ++i) {
            std::string text;
            for (size_t n = random() % 64; n > 0; --n) text.push_back(static_cast<char>(random()));
            size_t bytes = 0;
            tokenizer->document(text, [&](std::string_view token) { bytes += token.size(); });
            EXPECT_LT(bytes, 100'000u);
        }
    }
}

TEST(Tokenizer, may_be_used_by_many_threads) {
    TextOptions options;
    options.stemmer = "english";
    const auto tokenizer = make(options);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 2'000; ++i) {
                tokenizer->document("running connections", [&](std::string_view token) {
                    if (token != "run" && token != "connect") ++wrong;
                });
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}

TEST(Unicode, cuts_between_characters) {
    EXPECT_EQ(first_characters("aбc", 2), "aб");
    EXPECT_EQ(first_characters("ab", 9), "ab");
    EXPECT_EQ(count_characters("aбc"), 3u);
    std::string out;
    append_character(out, 0x1F347);
    std::string_view text = out;
    EXPECT_EQ(take_character(text), char32_t{0x1F347});
    EXPECT_TRUE(text.empty());
}

}  // namespace
}  // namespace grape::index
