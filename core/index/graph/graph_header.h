// The header of a graph's section and where the parts lie; internal to core/index/graph.
// Threads: values.
#pragma once

#include <cstdint>
#include <string>

#include "core/index/graph/graph_code.h"

namespace grape::index {

inline constexpr size_t kGraphHeaderBytes = 128;
inline constexpr size_t kGraphAlignment = 64;

struct GraphHeader {
    uint32_t vector = 0, datatype = 0, distance = 0, dim = 0;
    uint32_t code_bytes = 0, degree = 0, count = 0, entry_points = 0;
    float step = 0, norm_max = 0, query_norm = 0;

    bool has_shape(const GraphShape& shape) const;
    // Within the limits, so that GraphLayout does not overflow.
    bool is_sane() const;
};

// Where the parts of a section lie, from its beginning.
struct GraphLayout {
    uint64_t centres, entry_points, rows, commits, sorted, blocks, end;
    GraphLayout(const GraphHeader& header, const GraphShape& shape);
};

std::string encode_header(const GraphHeader& header);
// False when magic, version or size are not those of a graph.
bool decode_header(base::Bytes bytes, GraphHeader* header);

}  // namespace grape::index
