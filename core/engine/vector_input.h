// The vectors of a request: reading them as floats wherever they lie, checking and storing them.
// Threads: a VectorReader belongs to one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/engine/collection.h"
#include "core/vector/convert.h"

namespace grape::engine {

// Gives vectors as floats; keeps a buffer for those that have to be converted.
class VectorReader {
  public:
    std::span<const float> floats(const VectorData& data);

  private:
    std::vector<float> buffer_;
};

// Whether the vector may be stored (or, with `query`, searched for) as this one of the collection.
base::Status check_vector(const Collection& collection, uint32_t number,
                          std::span<const float> values, const std::string& path);

}  // namespace grape::engine
