// The query plan: what a search means once names are resolved and vectors are encoded. All
// encodings of requests decode into it, and only the executor runs it. Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace grape::query {

class RowFilter;

// Nearest points to one vector.
struct Nearest {
    std::vector<uint8_t> vector;  // as vector::encode_query() made it
    uint64_t limit = 10;
    uint64_t offset = 0;
    std::optional<float> score_threshold;  // strict: better than this
    std::optional<uint32_t> exclude_row;   // the point that gave the vector
    RowFilter* filter = nullptr;           // the caller's; null: every point
    bool exact = false;                    // look at every vector
    uint32_t effort = 0;                   // of a walk in a graph: nodes that it keeps; 0: enough
};

struct Hit {
    uint32_t row = 0;
    float score = 0;
};

}  // namespace grape::query
