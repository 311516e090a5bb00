#include "core/engine/read_set.h"

namespace grape::engine {
namespace {

constexpr size_t kNamesMax = 10'000;
constexpr size_t kIdsMax = 100'000;           // of a collection
constexpr size_t kRangesMax = 256;            // of a collection
constexpr size_t kFilterValuesMax = 100'000;  // in all filters of a collection

struct ValueCount {
    size_t operator()(const query::FieldCondition& condition) const {
        return 1 + std::visit(*this, condition.check);
    }
    size_t operator()(const query::HasId& condition) const { return 1 + condition.ids.size(); }
    size_t operator()(const query::Nested& condition) const {
        return 1 + filter_values(*condition.filter);
    }
    size_t operator()(const query::SubFilter& condition) const {
        return 1 + filter_values(*condition.filter);
    }
    size_t operator()(const query::MatchAny& check) const { return check.values.size(); }
    size_t operator()(const query::MatchExcept& check) const { return check.values.size(); }
    size_t operator()(const index::GeoPolygon& check) const {
        size_t points = check.exterior.size();
        for (const auto& ring : check.interiors) points += ring.size();
        return points;
    }
    template <typename Other>
    size_t operator()(const Other&) const {
        return 1;
    }
};

}  // namespace

size_t filter_values(const query::Filter& filter) {
    size_t count = 0;
    const auto add = [&count](const std::vector<query::Condition>& conditions) {
        for (const query::Condition& each : conditions) count += std::visit(ValueCount(), each);
    };
    add(filter.must);
    add(filter.should);
    add(filter.must_not);
    if (filter.min_should) add(filter.min_should->conditions);
    return count;
}

ReadSet::CollectionReads& ReadSet::of(const std::shared_ptr<const Collection>& collection) {
    CollectionReads& reads = collections_[collection->number()];
    reads.collection = collection;
    return reads;
}

void ReadSet::read_whole(CollectionReads& reads) {
    reads.whole = true;
    reads.ids.clear();
    reads.ranges.assign(1, RangeRead());
    reads.filter_values = 0;
}

base::Status ReadSet::add_name(const std::string& name,
                               std::shared_ptr<const Collection> collection) {
    if (names_.contains(name)) return {};
    if (names_.size() == kNamesMax) {
        return base::Status::make_limit("transaction: uses ", kNamesMax,
                                        " names of collections, which is the limit");
    }
    names_.emplace(name, std::move(collection));
    return {};
}

void ReadSet::add_id(const std::shared_ptr<const Collection>& collection, const base::PointId& id) {
    CollectionReads& reads = of(collection);
    if (reads.whole) return;
    reads.ids.insert(id);
    if (reads.ids.size() > kIdsMax) read_whole(reads);
}

void ReadSet::add_range(const std::shared_ptr<const Collection>& collection, RangeRead range) {
    CollectionReads& reads = of(collection);
    if (reads.whole) return;
    if (range.filter != nullptr && range.filter->empty()) range.filter = nullptr;
    if (range.filter != nullptr) reads.filter_values += filter_values(*range.filter);
    const bool everything = range.filter == nullptr && !range.first && !range.last;
    reads.ranges.push_back(std::move(range));
    if (everything || reads.ranges.size() > kRangesMax || reads.filter_values > kFilterValuesMax) {
        read_whole(reads);
    }
}

}  // namespace grape::engine
