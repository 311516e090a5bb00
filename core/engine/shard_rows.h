// ShardRows: the rows of one shard in one view, as queries ask for them: what filters test, and
// where vectors lie. Threads: belongs to one; the view that it reads must stay pinned.
#pragma once

#include <functional>
#include <map>

#include "core/engine/shard_view.h"
#include "core/index/flat_search.h"
#include "core/query/row_source.h"

namespace grape::engine {

// How points of the view are found and read in the store; a transaction or an edit looks at what it
// wrote itself first.
class PointStore {
  public:
    virtual ~PointStore() = default;
    virtual base::Result<std::optional<uint32_t>> find_row(const base::PointId& id) const = 0;
    // The payload of a live row, validated.
    virtual base::Result<std::string> payload(uint32_t row) const = 0;
};

class ShardRows final : public query::RowSource {
  public:
    // Payloads that were written after `indexed_until` are not in the view's indexes yet.
    // `answers` may be null.
    ShardRows(const Collection& collection, const ShardView& shard, const PointStore& points,
              index::BitsetCache* answers, uint64_t indexed_until = UINT64_MAX)
        : collection_(collection),
          shard_(shard),
          points_(points),
          answers_(answers),
          indexed_until_(indexed_until) {}

    uint32_t high() const override { return shard_.rows.high(); }
    uint32_t live() const override { return shard_.rows.live(); }
    bool alive(uint32_t row) const override { return shard_.rows.alive(row); }
    base::PointId id(uint32_t row) const override { return shard_.rows.id(row); }
    base::Result<std::optional<uint32_t>> find_row(const base::PointId& id) const override {
        return points_.find_row(id);
    }
    bool has_vector(uint32_t row, std::string_view name) const override;
    base::Result<std::string> payload(uint32_t row) const override { return points_.payload(row); }
    const index::RowBitset& live_rows() const override {
        return shard_.row_sets.live(shard_.rows, published());
    }
    const index::RowBitset& written_in(index::CommitInterval interval) const override {
        return shard_.row_sets.written_in(interval, shard_.rows, published());
    }
    index::BitsetCache* answers() const override { return answers_; }
    uint64_t written_at(uint32_t row) const override { return shard_.rows.key_commit(row); }
    const query::FieldIndex* field(const base::JsonPath& path) const override;

    // Not of a request that goes on writing.
    bool published() const { return indexed_until_ == UINT64_MAX; }

  private:
    const Collection& collection_;
    const ShardView& shard_;
    const PointStore& points_;
    index::BitsetCache* const answers_;
    const uint64_t indexed_until_;
    mutable std::map<uint32_t, query::FieldIndex> fields_;  // those that were asked for
};

// The vectors of one name.
class ShardVectors final : public index::RowVectors {
  public:
    ShardVectors(const ShardView& shard, uint32_t vector) : shard_(shard), vector_(vector) {}
    base::Result<index::DenseBlock> vector_of(uint32_t row) const override;

  private:
    const ShardView& shard_;
    const uint32_t vector_;
};

}  // namespace grape::engine
