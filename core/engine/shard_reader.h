// ShardReader: a collection's shard, held for one request, with what reads of it need: points,
// rows, filters. Threads: belongs to one; the view must stay pinned.
#pragma once

#include <memory>

#include "core/engine/point_reader.h"
#include "core/query/row_filter.h"

namespace grape::engine {

class ShardReader {
  public:
    // Finds the collection by name or alias and loads its shard.
    static base::Result<std::unique_ptr<ShardReader>> open(const Services& services,
                                                           const View& view,
                                                           const std::string& name);

    const Collection& collection() const { return *collection_; }
    const ShardView& shard() const { return *shard_; }
    const PointReader& points() const { return points_; }
    const ShardRows& rows() const { return rows_; }
    // Null for a filter that lets everything through.
    base::Result<std::unique_ptr<query::RowFilter>> filter(const FilterPtr& filter) const;

  private:
    ShardReader(const Services& services, std::shared_ptr<const Collection> collection,
                std::shared_ptr<const ShardView> shard, const View& view)
        : collection_(std::move(collection)),
          shard_(std::move(shard)),
          points_(services, *collection_, *shard_, view.own_keys()),
          rows_(*collection_, *shard_, points_, &services.field_answers,
                view.own_keys() == nullptr ? UINT64_MAX : view.commit()) {}

    const std::shared_ptr<const Collection> collection_;
    const std::shared_ptr<const ShardView> shard_;
    const PointReader points_;
    const ShardRows rows_;
};

}  // namespace grape::engine
