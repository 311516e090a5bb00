// ReadSet: what a transaction has looked at, or has written: names, ids (absent ones too), and
// ranges of a collection, with their filters. A commit of somebody else that changes one of them is
// a conflict (transaction_check.h). Bounded: too many ids or ranges of a collection become the
// whole collection, which conflicts more often and never too seldom. Threads: belongs to one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/engine/collection.h"

namespace grape::engine {

// The points of a collection that match a filter and whose ids lie between two others.
struct RangeRead {
    FilterPtr filter;  // null: every point
    std::optional<base::PointId> first, last;

    bool holds(const base::PointId& id) const {
        return !(first && id < *first) && !(last && *last < id);
    }
};

class ReadSet {
  public:
    struct IdHash {
        size_t operator()(const base::PointId& id) const { return id.hash(); }
    };
    struct CollectionReads {
        std::shared_ptr<const Collection> collection;
        std::unordered_set<base::PointId, IdHash> ids;
        std::vector<RangeRead> ranges;
        size_t filter_values = 0;  // in all filters
        bool whole = false;        // then there is one range: everything
    };

    // What the name stood for; null: nothing.
    base::Status add_name(const std::string& name, std::shared_ptr<const Collection> collection);
    void add_id(const std::shared_ptr<const Collection>& collection, const base::PointId& id);
    void add_range(const std::shared_ptr<const Collection>& collection, RangeRead range);

    const std::map<std::string, std::shared_ptr<const Collection>>& names() const { return names_; }
    const std::map<uint32_t, CollectionReads>& collections() const { return collections_; }

  private:
    CollectionReads& of(const std::shared_ptr<const Collection>& collection);
    static void read_whole(CollectionReads& reads);

    std::map<std::string, std::shared_ptr<const Collection>> names_;
    std::map<uint32_t, CollectionReads> collections_;  // by number
};

// How much a filter holds: its conditions and their values.
size_t filter_values(const query::Filter& filter);

}  // namespace grape::engine
