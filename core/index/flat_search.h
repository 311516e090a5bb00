// Exact search: every current vector of a list of runs is scored, block by block, for one query or
// for several at once (a block is scored for all of them while it is in the cache). The runs share
// the queries' heaps, so that what one run found bounds the next. Threads: pure but for the heaps,
// which are the caller's.
#pragma once

#include <span>
#include <vector>

#include "core/index/dense_run.h"
#include "core/index/row_test.h"
#include "core/index/top_k.h"
#include "core/vector/distance.h"

namespace grape::index {

struct FlatQuery {
    const void* query = nullptr;  // as vector::encode_query() made it
    TopK* top = nullptr;
    RowTest* test = nullptr;  // null: every row is wanted
};

struct FlatShape {
    vector::Datatype datatype = vector::Datatype::f32;
    vector::Distance distance = vector::Distance::cosine;
    uint32_t dim = 0;
};

// `outside_graph`: only vectors that are no nodes of the runs' graph.
enum class FlatScope : uint8_t { all, outside_graph };
base::Status flat_search(std::span<const RunView> runs, const FlatShape& shape,
                         std::span<const FlatQuery> queries, FlatScope scope = FlatScope::all);
// The same of one run and query, from a position on.
base::Status flat_search_from(const RunView& run, uint32_t first, const FlatShape& shape,
                              const FlatQuery& query, FlatScope scope);

// Where the vectors of rows are: in whatever run has the current one.
class RowVectors {
  public:
    virtual ~RowVectors() = default;
    // A block of one; `vectors` is null when the row has none.
    virtual base::Result<DenseBlock> vector_of(uint32_t row) const = 0;
};
// The same for rows that are known already, for when they are few.
base::Status search_rows(std::span<const uint32_t> rows, const RowVectors& vectors,
                         const FlatShape& shape, const FlatQuery& query);

// Between scores and keys (less is nearer). A score that is no number counts as the worst there is,
// an infinite one as the largest float, so that answers are always finite.
float key_of_score(float score, vector::Distance distance);
float score_of_key(float key, vector::Distance distance);

}  // namespace grape::index
