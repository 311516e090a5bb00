// What the demo shows, one function for each part. All of them use Grape as any program does:
// through grape.hpp. A failure that is not part of the show is a std::runtime_error.
#ifndef GRAPE_DEMO_CHAPTERS_H
#define GRAPE_DEMO_CHAPTERS_H

#include <chrono>
#include <cstddef>
#include <functional>
#include <grape.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "dictionary.h"
#include "terminal.h"

namespace demo {

inline constexpr const char* kCollection = "words";
inline constexpr std::size_t kPointsPerRequest = 1000;

class Stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The value of a Result, or an exception that says what was tried.
template <typename T>
T must(grape::Result<T> result, const std::string& tried) {
    if (result) return std::move(result).value();
    throw std::runtime_error(tried + ": " + result.error().name() + ": " + result.error().message);
}

// One answer of a search: the point and what its payload says.
struct Answer {
    std::uint64_t id = 0;
    double score = 0;
    std::vector<std::string> words;
    std::string definition;
};

// How many of the described words came first, among the first five, among the first ten.
struct Found {
    std::size_t first = 0;
    std::size_t in_five = 0;
    std::size_t in_ten = 0;
};

// Makes the collection and writes the dictionary into it, request by request; after each one
// `acknowledged` hears how many points there are. Returns the seconds that it took.
double import_words(grape::Database& db, const Dictionary& dictionary,
                    const std::function<void(std::size_t)>& acknowledged);

// The same with a progress bar and the rate.
void show_import(grape::Database& db, const Dictionary& dictionary, Terminal& out);

// A described word is looked for and the best answers shown.
std::vector<Answer> show_search(grape::Database& db, const Dictionary& dictionary,
                                std::size_t question, Terminal& out);
void show_searches(grape::Database& db, const Dictionary& dictionary, Terminal& out);
void show_search_by_example(grape::Database& db, const Dictionary& dictionary, Terminal& out);
void show_mistakes(grape::Database& db, const Dictionary& dictionary, Terminal& out);

// Searches for all described words, several times: prints latencies, returns what was found.
Found show_figures(grape::Database& db, const Dictionary& dictionary, Terminal& out);

// Closes the database, opens it again and asks one question again.
void show_reopening(grape::Database& db, const std::string& path, const Dictionary& dictionary,
                    Terminal& out);

// Starts `program` again as an importer of the database `path`, kills it in the middle, opens what
// is left and compares it with what had been acknowledged.
void show_kill(const std::string& program, const std::string& data, const std::string& path,
               const Dictionary& dictionary, Terminal& out);

// The importer that is going to be killed: imports, writes each acknowledged count to stdout as a
// line, then waits until stdin ends.
int run_victim(const std::string& path, const Dictionary& dictionary);

// The index of the question whose answer is `word`.
std::size_t question_for(const Dictionary& dictionary, const std::string& word);

}  // namespace demo

#endif
