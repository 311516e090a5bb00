#include "dictionary.h"

#include <fstream>
#include <stdexcept>

#include "json_text.h"
#include "npy.h"

namespace demo {
namespace {

std::vector<std::string> read_lines(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

void split_questions(const std::string& path, Dictionary& dictionary) {
    for (const std::string& line : read_lines(path)) {
        const std::size_t tab = line.find('\t');
        if (tab == std::string::npos) {
            throw std::runtime_error(path + ": a line without a tab: " + line);
        }
        dictionary.questions.push_back(line.substr(0, tab));
        dictionary.answers.push_back(line.substr(tab + 1));
    }
}

void expect_rows(const std::string& name, std::size_t lines, const Matrix& matrix) {
    if (lines != matrix.rows) {
        throw std::runtime_error(name + ": " + std::to_string(lines) + " lines, but " +
                                 std::to_string(matrix.rows) + " vectors");
    }
}

}  // namespace

std::uint64_t Dictionary::id_of(const std::string& word) const {
    for (std::size_t i = 0; i < payloads.size(); i++) {
        const auto words = elements(member(payloads[i], "words"));
        if (!words.empty() && as_text(words.front()) == word) return i + 1;
    }
    return 0;
}

Dictionary load_dictionary(const std::string& folder) {
    Dictionary dictionary;
    dictionary.payloads = read_lines(folder + "/definitions.jsonl");
    dictionary.vectors = read_npy(folder + "/definitions.npy");
    split_questions(folder + "/queries.tsv", dictionary);
    dictionary.question_vectors = read_npy(folder + "/queries.npy");
    expect_rows("definitions", dictionary.payloads.size(), dictionary.vectors);
    expect_rows("queries", dictionary.questions.size(), dictionary.question_vectors);
    if (dictionary.vectors.dim != dictionary.question_vectors.dim) {
        throw std::runtime_error("definitions and queries have vectors of different lengths");
    }
    return dictionary;
}

}  // namespace demo
