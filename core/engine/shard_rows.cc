#include "core/engine/shard_rows.h"

namespace grape::engine {

bool ShardRows::has_vector(uint32_t row, std::string_view name) const {
    const std::optional<uint32_t> number = collection_.find_vector(name);
    return number && !shard_.rows.place(row, *number).none();
}

const query::FieldIndex* ShardRows::field(const base::JsonPath& path) const {
    const Collection::Field* wanted = collection_.find_field(path);
    const FieldRuns* runs = wanted == nullptr ? nullptr : shard_.field(wanted->number);
    if (runs == nullptr) return nullptr;
    const auto found = fields_.find(wanted->number);
    if (found != fields_.end()) return &found->second;
    query::FieldIndex index = runs->index();
    index.covered_until = indexed_until_;
    return &fields_.emplace(wanted->number, std::move(index)).first->second;
}

base::Result<index::DenseBlock> ShardVectors::vector_of(uint32_t row) const {
    const Place place = shard_.rows.place(row, vector_);
    if (place.none()) return index::DenseBlock();
    return shard_.vector_at(vector_, place);
}

}  // namespace grape::engine
