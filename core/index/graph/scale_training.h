// Which scale the codes of some vectors get, and whether that of an old graph still does for new
// ones. Threads: one.
#pragma once

#include "core/index/graph/graph_builder.h"

namespace grape::index {

// Vectors that a scale is trained on, of `count`.
uint32_t scale_sample(const GraphShape& shape, uint64_t count);

// From a sample of the vectors; dot looks at all of them for the longest. At least one.
base::Result<CodeScale> train_scale(const GraphShape& shape, uint32_t count,
                                    const ReadVectors& read);

// False where the codes would lose what tells vectors apart: many of their values are further out
// than codes go (by a sample), or, with dot, one is longer than all were. Then its code lies
// further from every query than its score says, just where the best answers are.
base::Result<bool> scale_fits(const CodeScale& scale, const GraphShape& shape, uint32_t count,
                              const ReadVectors& read);

}  // namespace grape::index
