// Searches: with their text, by example, with a mistake in them, and timed.
#include <algorithm>

#include "chapters.h"
#include "json_text.h"

namespace demo {
namespace {

constexpr std::size_t kShown = 3;
constexpr std::size_t kRounds = 10;
constexpr std::size_t kWordColumns = 26;

// What is asked; all are among the described words of the data. The last one is not found: to the
// model a bark is the outside of a tree. Exact search gives what the model knows, no more.
constexpr const char* kAsked[] = {"wedding", "claustrophobia", "library", "honey",
                                  "queue",   "piano",          "poet",    "nightmare",
                                  "widow",   "capacitor",      "wine",    "bark"};

grape::Slice<float> vector_of(const Dictionary& dictionary, std::size_t question) {
    return {dictionary.question_vectors.row(question), dictionary.question_vectors.dim};
}

std::vector<std::string> words_of(std::string_view payload) {
    std::vector<std::string> words;
    for (std::string_view word : elements(member(payload, "words"))) words.push_back(as_text(word));
    return words;
}

// The answers in the reply to a query.
std::vector<Answer> read_reply(std::string_view reply) {
    std::vector<Answer> answers;
    for (std::string_view point : elements(member(member(reply, "result"), "points"))) {
        const std::string_view payload = member(point, "payload");
        Answer answer;
        answer.id = static_cast<std::uint64_t>(as_number(member(point, "id")));
        answer.score = as_number(member(point, "score"));
        answer.words = words_of(payload);
        answer.definition = as_text(member(payload, "definition"));
        answers.push_back(std::move(answer));
    }
    return answers;
}

// A search as a JSON request. The vector lies beside it, so that no float is ever printed.
std::string query_request(const std::string& query, std::size_t limit = kShown,
                          bool exact = false) {
    return "{\"query_points\": {\"collection_name\": \"" + std::string(kCollection) +
           "\", \"query\": " + query + ", \"limit\": " + std::to_string(limit) +
           (exact ? ", \"params\": {\"exact\": true}" : "") +
           ", \"with_payload\": [\"words\", \"definition\"]}}";
}

// As many of the words as fit.
std::string joined(const std::vector<std::string>& words, std::size_t width) {
    std::string out;
    for (const std::string& word : words) {
        const std::string more = (out.empty() ? "" : ", ") + word;
        if (!out.empty() && out.size() + more.size() > width) break;
        out += more;
    }
    return padded(out, width);
}

bool has_word(const Answer& answer, const std::string& word) {
    return std::find(answer.words.begin(), answer.words.end(), word) != answer.words.end();
}

void print_answers(const std::vector<Answer>& answers, const std::string& meant, Terminal& out) {
    const std::size_t used = 2 + 6 + 2 + kWordColumns + 2;
    bool found = meant.empty();
    for (const Answer& answer : answers) {
        const bool hit = has_word(answer, meant);
        found = found || hit;
        const std::string words = joined(answer.words, kWordColumns);
        out.line("  " + out.styled(Terminal::kDim, fixed(answer.score, 4)) + "  " +
                 out.styled(hit ? Terminal::kGreen : "", words) + "  " +
                 fitted(answer.definition, out.width() - used));
    }
    if (!found) out.line(out.styled(Terminal::kDim, "  (meant was: " + meant + ")"));
    out.line();
}

void show_mistake(const grape::Error& error, const std::string& what, Terminal& out) {
    out.line("  " + out.styled(Terminal::kStrong, what));
    out.line("  " + out.styled(Terminal::kRed, error.name()));
    out.wrapped(error.message);
    out.line();
}

// `rank` counts from 0.
void count_rank(Found& found, std::size_t rank) {
    if (rank < 1) found.first++;
    if (rank < 5) found.in_five++;
    if (rank < 10) found.in_ten++;
}

// Where the word comes among the ten nearest, in an exact search: the figure must not depend on how
// far the background is with its graph.
std::size_t rank_of(grape::Database& db, const Dictionary& dictionary, std::size_t question) {
    const std::vector<grape_blob> blobs{grape::blob(
        vector_of(dictionary, question), static_cast<std::uint32_t>(dictionary.vectors.dim))};
    const grape::Buffer reply =
        must(db.request_json(query_request("{\"blob\": 0}", 10, true), blobs), "searching");
    const std::vector<Answer> answers = read_reply(reply.view());
    const auto found = std::find_if(answers.begin(), answers.end(), [&](const Answer& answer) {
        return has_word(answer, dictionary.answers[question]);
    });
    return static_cast<std::size_t>(found - answers.begin());
}

double percentile(const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

std::size_t question_for(const Dictionary& dictionary, const std::string& word) {
    const auto& answers = dictionary.answers;
    const auto place = std::find(answers.begin(), answers.end(), word);
    if (place == answers.end()) throw std::runtime_error("queries.tsv has no word '" + word + "'");
    return static_cast<std::size_t>(place - answers.begin());
}

std::vector<Answer> show_search(grape::Database& db, const Dictionary& dictionary,
                                std::size_t question, Terminal& out) {
    const std::vector<grape_blob> blobs{grape::blob(
        vector_of(dictionary, question), static_cast<std::uint32_t>(dictionary.vectors.dim))};
    const Stopwatch watch;
    const grape::Buffer reply =
        must(db.request_json(query_request("{\"blob\": 0}"), blobs), "searching");
    out.edges("  \"" + dictionary.questions[question] + "\"", duration(watch.seconds()),
              Terminal::kStrong);
    std::vector<Answer> answers = read_reply(reply.view());
    print_answers(answers, dictionary.answers[question], out);
    return answers;
}

void show_searches(grape::Database& db, const Dictionary& dictionary, Terminal& out) {
    out.heading("Describe a word, find it");
    for (const char* word : kAsked) {
        show_search(db, dictionary, question_for(dictionary, word), out);
    }
}

void show_search_by_example(grape::Database& db, const Dictionary& dictionary, Terminal& out) {
    out.heading("Search by example");
    const std::uint64_t id = dictionary.id_of("guitar");
    const Stopwatch watch;
    const grape::Buffer reply =
        must(db.request_json(query_request(std::to_string(id))), "searching by example");
    out.edges("  like point " + std::to_string(id) + ", guitar", duration(watch.seconds()),
              Terminal::kStrong);
    print_answers(read_reply(reply.view()), "", out);
}

void show_mistakes(grape::Database& db, const Dictionary& dictionary, Terminal& out) {
    out.heading("A request with a mistake in it");
    out.wrapped(
        "A request that is refused changes nothing, and says which field is wrong and why.");
    out.line();
    const auto wrong_length = db.search(kCollection, {1, 2, 3}, kShown);
    if (wrong_length) throw std::runtime_error("a vector of three floats was accepted");
    show_mistake(wrong_length.error(), "search(\"words\", {1, 2, 3}, 3)", out);

    const std::string request =
        "{\"query_points\": {\"collection_name\": \"words\", \"query\": 1, \"limmit\": 3}}";
    const auto misspelt = db.request_json(request);
    if (misspelt) throw std::runtime_error("a misspelt member was accepted");
    show_mistake(misspelt.error(), request, out);

    if (must(db.count(kCollection), "counting") != dictionary.size()) {
        throw std::runtime_error("a refused request changed something");
    }
}

Found show_figures(grape::Database& db, const Dictionary& dictionary, Terminal& out) {
    out.heading("How fast, and how good");
    std::vector<double> seconds;
    Found found;
    double total = 0;
    for (std::size_t round = 0; round < kRounds; round++) {
        for (std::size_t i = 0; i < dictionary.questions.size(); i++) {
            const Stopwatch watch;
            static_cast<void>(
                must(db.search(kCollection, vector_of(dictionary, i), 10), "searching"));
            seconds.push_back(watch.seconds());
            total += seconds.back();
        }
    }
    for (std::size_t i = 0; i < dictionary.questions.size(); i++) {
        count_rank(found, rank_of(db, dictionary, i));
    }
    const double rate = static_cast<double>(seconds.size()) / total;
    std::sort(seconds.begin(), seconds.end());
    out.fact("searches", grouped(static_cast<std::uint64_t>(rate)) + " a second",
             "one thread, the 10 nearest of " + grouped(dictionary.size()));
    out.fact("a search takes", duration(percentile(seconds, 0.5)) + " (p50)",
             duration(percentile(seconds, 0.99)) + " (p99) of " + grouped(seconds.size()));
    out.fact("described words found",
             std::to_string(found.first) + " first, " + std::to_string(found.in_five) +
                 " in five, " + std::to_string(found.in_ten) + " in ten",
             "of " + std::to_string(dictionary.questions.size()) + ", by exact search");
    return found;
}

}  // namespace demo
