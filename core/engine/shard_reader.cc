#include "core/engine/shard_reader.h"

namespace grape::engine {

using base::Result;

Result<std::unique_ptr<ShardReader>> ShardReader::open(const Services& services, const View& view,
                                                       const std::string& name) {
    GRAPE_ASSIGN(const CollectionView* found, view.find(name));
    GRAPE_ASSIGN(std::shared_ptr<const ShardView> shard, found->shard->get());
    return std::unique_ptr<ShardReader>(
        new ShardReader(services, found->collection, std::move(shard), view));
}

Result<std::unique_ptr<query::RowFilter>> ShardReader::filter(const FilterPtr& filter) const {
    if (filter == nullptr || filter->empty()) return std::unique_ptr<query::RowFilter>();
    return query::RowFilter::make(*filter, rows_);
}

}  // namespace grape::engine
