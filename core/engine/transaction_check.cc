#include "core/engine/transaction_check.h"

#include <unordered_map>

namespace grape::engine {

using base::PointId;
using base::Result;
using base::Status;

namespace {

// A point as a filter sees it, payload and all.
class FactsOfRow final : public query::PointFacts {
  public:
    FactsOfRow(const query::RowSource& rows, uint32_t row, const PointId& id)
        : rows_(rows), row_(row), id_(id) {}

    const PointId& id() const override { return id_; }
    bool has_vector(std::string_view name) const override { return rows_.has_vector(row_, name); }
    Result<base::PayloadView> payload() override {
        GRAPE_ASSIGN(payload_, rows_.payload(row_));
        return base::PayloadView(payload_);
    }

  private:
    const query::RowSource& rows_;
    const uint32_t row_;
    const PointId& id_;
    std::string payload_;
};

// Filters compiled against the indexes of one moment.
class Matcher {
  public:
    Matcher(const query::RowSource& rows, const std::vector<RangeRead>& ranges)
        : rows_(rows), ranges_(ranges), checks_(ranges.size()) {}

    Result<bool> matches(size_t range, const PointId& id) {
        GRAPE_ASSIGN(const std::optional<uint32_t> row, rows_.find_row(id));
        if (!row) return false;
        if (checks_[range] == nullptr) {
            GRAPE_ASSIGN(checks_[range], query::PayloadCheck::make(
                                             *ranges_[range].filter, [this](const auto& path) {
                                                 return query::text_field(rows_, path);
                                             }));
        }
        FactsOfRow facts(rows_, *row, id);
        return checks_[range]->matches(facts);
    }

  private:
    const query::RowSource& rows_;
    const std::vector<RangeRead>& ranges_;
    std::vector<std::shared_ptr<const query::PayloadCheck>> checks_;
};

using ChangedIds = std::unordered_map<PointId, uint64_t, ReadSet::IdHash>;  // and their commits

Status conflict_at(const Collection& collection, const PointId& id, uint64_t commit,
                   std::string_view what) {
    return Status::make_conflict("transaction: point ", id.to_string(), " of collection '",
                                 collection.name(), "' was changed by commit ", commit, what);
}

// The ids that the commits changed in the collection; ends at one that was asked for by itself.
Result<ChangedIds> changed_ids(uint32_t number, const ReadSet::CollectionReads& reads,
                               const CommitList& commits) {
    ChangedIds out;
    for (const auto& commit : commits) {
        for (const CommitChanges::Part& part : commit->parts) {
            if (part.collection != number) continue;
            if (part.too_many) {
                return Status::make_retry(
                    "transaction: commit ", commit->commit, " changed more points of collection '",
                    reads.collection->name(), "' than are kept for comparison; run it again");
            }
            for (const PointId& id : part.ids) {
                if (reads.ids.contains(id)) {
                    return conflict_at(*reads.collection, id, commit->commit,
                                       "; the transaction read or wrote it");
                }
                if (!reads.ranges.empty()) out.insert_or_assign(id, commit->commit);
            }
        }
    }
    return out;
}

Status check_ranges(const ReadSet::CollectionReads& reads, const ChangedIds& changed,
                    const OpenPoints& view, const OpenPoints& now) {
    if (changed.empty() || reads.ranges.empty()) return {};
    GRAPE_ASSIGN(const std::unique_ptr<PointsAt> before, view(*reads.collection));
    GRAPE_ASSIGN(const std::unique_ptr<PointsAt> after, now(*reads.collection));
    Matcher match_before(before->rows(), reads.ranges);
    Matcher match_after(after->rows(), reads.ranges);
    for (const auto& [id, commit] : changed) {
        for (size_t i = 0; i < reads.ranges.size(); ++i) {
            const RangeRead& range = reads.ranges[i];
            if (!range.holds(id)) continue;
            if (range.filter == nullptr) {
                return conflict_at(*reads.collection, id, commit,
                                   "; the transaction read a range that it is in");
            }
            GRAPE_ASSIGN(bool matches, match_before.matches(i, id));
            if (!matches) {
                GRAPE_ASSIGN(matches, match_after.matches(i, id));
            }
            if (matches) {
                return conflict_at(*reads.collection, id, commit,
                                   "; it matches a filter of the transaction");
            }
        }
    }
    return {};
}

}  // namespace

Status check_names(const ReadSet& reads, const FindName& now) {
    for (const auto& [name, collection] : reads.names()) {
        const std::shared_ptr<const Collection> found = now(name);
        if (found == collection) continue;
        const bool is_other =
            found == nullptr || collection == nullptr || found->number() != collection->number();
        if (is_other) {
            return Status::make_conflict("transaction: the name '", name,
                                         "' stands for another collection, or none, since");
        }
        const auto used = reads.collections().find(collection->number());
        if (used != reads.collections().end() && !used->second.ranges.empty()) {
            return Status::make_conflict("transaction: the settings or indexes of collection '",
                                         collection->name(), "' have changed since");
        }
    }
    return {};
}

Status check_commits(const ReadSet& reads, const CommitList& commits, const OpenPoints& view,
                     const OpenPoints& now) {
    if (commits.empty()) return {};
    for (const auto& [number, of_collection] : reads.collections()) {
        GRAPE_ASSIGN(const ChangedIds changed, changed_ids(number, of_collection, commits));
        GRAPE_TRY(check_ranges(of_collection, changed, view, now));
    }
    return {};
}

}  // namespace grape::engine
