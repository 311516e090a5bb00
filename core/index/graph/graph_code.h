// GraphShape: whose vectors a graph is over. CodeScale: how they become the codes that a walk
// compares (core/vector/code_distance.h).
//
// A code has one byte for each dimension: (x - centre of the dimension) / step, cut to 0..127. One
// step for all dimensions, so that sums of codes are distances; centres differ, since they cancel
// out. All distances but Manhattan become the Euclidean one:
//   cosine     vectors of length 1 (u8 ones are scaled for the code only)
//   dot        more dimensions share sqrt(norm_max^2 - |x|^2) evenly, in whole steps, which makes
//              all vectors equally long; the query gets 0 there and the length query_norm, which
//              changes no order
// Every float step is the same on every CPU. Threads: immutable.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/vector/code_distance.h"
#include "core/vector/datatype.h"

namespace grape::index {

struct GraphShape {
    uint32_t vector = 0;  // its number in the collection
    vector::Datatype datatype = vector::Datatype::f32;
    vector::Distance distance = vector::Distance::cosine;
    uint32_t dim = 0;

    size_t row_bytes() const { return dim * vector::element_bytes(datatype); }
    // Dot: at least so many more that their share is no longer than what other dimensions hold.
    uint32_t code_dims() const {
        constexpr uint32_t kMore = 16, kLine = vector::code_line_bytes;
        return distance == vector::Distance::dot ? (dim + kMore + kLine - 1) / kLine * kLine : dim;
    }
    size_t code_bytes() const {
        return (code_dims() + vector::code_line_bytes - 1) / vector::code_line_bytes *
               vector::code_line_bytes;
    }
    vector::CodeMeasure measure() const {
        return distance == vector::Distance::manhattan ? vector::CodeMeasure::differences
                                                       : vector::CodeMeasure::squares;
    }
};

class CodeScale {
  public:
    struct Parameters {
        float step = 1;
        float norm_max = 0;          // dot: the greatest length of a vector
        float query_norm = 0;        // dot: the length that queries are given
        std::vector<float> centres;  // code_dims() of them: what becomes the middle of a code
    };
    // Of a query: what turns its exact keys into code distances.
    struct QueryFacts {
        double key_factor = 0, key_shift = 0;
        double error = 0;  // of the query's code, as encode_with_error() gives it
    };

    CodeScale() = default;
    CodeScale(const GraphShape& shape, Parameters parameters);
    // From a sample of stored vectors, one behind the other; at least one.
    static CodeScale train(const GraphShape& shape, base::Bytes sample, float norm_max);
    // False for numbers that no training gives; `parameters` come from a file.
    static bool is_valid(const GraphShape& shape, const Parameters& parameters);

    // `code` gets code_bytes(); `scratch` is the caller's, to be used again.
    void encode(const uint8_t* stored, uint8_t* code, std::vector<float>& scratch) const;
    // The same, and how far rounding moved it, in steps (a root of squares, or a sum for
    // Manhattan), never less than that. Infinity where limit() would not hold.
    float encode_with_error(const uint8_t* stored, uint8_t* code,
                            std::vector<float>& scratch) const;
    // How many values of a vector are further out than codes go.
    uint32_t cut_values(const uint8_t* stored, std::vector<float>& scratch) const;
    // `query` as vector::encode_query() made it.
    QueryFacts encode_query(const void* query, uint8_t* code, std::vector<float>& scratch) const;
    // Codes at a greater distance hardly belong to vectors with this key or a nearer one.
    double reach(float key, const QueryFacts& facts) const;
    // Codes at a greater distance do not belong to vectors with this key or a nearer one, if the
    // codes have at most this error.
    uint32_t limit(float key, const QueryFacts& facts, float error) const;

    const Parameters& parameters() const { return parameters_; }

  private:
    // How far rounding moved it, in steps.
    double put_code(std::span<const float> values, uint8_t* code) const;
    void prepare_stored(const uint8_t* stored, std::vector<float>& out) const;
    double length_slack() const;
    bool has_length(std::span<const float> values, double squared) const;

    GraphShape shape_;
    Parameters parameters_;
    float per_step_ = 1;
};

// The length of a stored vector.
float stored_norm(const GraphShape& shape, const uint8_t* stored, std::vector<float>& scratch);

}  // namespace grape::index
