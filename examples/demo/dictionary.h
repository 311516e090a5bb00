// The example's data in memory: definitions of words with their vectors, and described words to
// look for. Loaded once, constant afterwards.
#ifndef GRAPE_DEMO_DICTIONARY_H
#define GRAPE_DEMO_DICTIONARY_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace demo {

// Rows of floats, one after the other.
struct Matrix {
    std::size_t rows = 0;
    std::size_t dim = 0;
    std::vector<float> values;

    const float* row(std::size_t i) const { return values.data() + i * dim; }
};

struct Dictionary {
    std::vector<std::string> payloads;  // JSON, as it is stored; row i has the id i + 1
    Matrix vectors;
    std::vector<std::string> questions;  // "a small pet that purrs and chases mice"
    std::vector<std::string> answers;    // "cat"
    Matrix question_vectors;

    std::size_t size() const { return payloads.size(); }

    // The id of the first definition whose first word is `word`; 0 when there is none.
    std::uint64_t id_of(const std::string& word) const;
};

// Throws std::runtime_error that names the file and what is wrong with it.
Dictionary load_dictionary(const std::string& folder);

}  // namespace demo

#endif
