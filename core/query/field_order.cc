#include "core/query/field_order.h"

#include <algorithm>
#include <map>

namespace grape::query {

using base::Result;
using base::Status;

namespace {

bool is_wanted(const FieldRows& of, uint32_t row, index::CommitInterval interval) {
    return of.rows.alive(row) && interval.contains(of.rows.written_at(row)) &&
           (of.filter == nullptr || of.filter->may_match(row));
}

template <typename Visit>
Status visit_payloads(const FieldRows& of, index::CommitInterval interval, const Visit& visit) {
    const index::RowBitset& rows = of.rows.written_in(interval);
    index::FieldValues values;
    for (uint32_t row = rows.next(0); row < rows.size(); row = rows.next(row + 1)) {
        if (!is_wanted(of, row, interval)) continue;
        GRAPE_ASSIGN(const std::string payload, of.rows.payload(row));
        index::extract_field(base::PayloadView(payload), of.path, of.field.type, values);
        for (size_t i = 0; i < values.size(); ++i) visit(row, values[i]);
    }
    return {};
}

// The keys of the rows that the index does not cover (yet), from their payloads.
template <typename Visit>
Status visit_uncovered(const FieldRows& of, const Visit& visit) {
    const uint64_t after = of.field.covered_after, until = of.field.covered_until;
    if (after != 0) GRAPE_TRY(visit_payloads(of, {0, after}, visit));
    return until == UINT64_MAX ? Status() : visit_payloads(of, {until, UINT64_MAX}, visit);
}

// Where one source, or the rows without an entry, stand in the walk.
class Lane {
  public:
    virtual ~Lane() = default;
    virtual bool done() const = 0;
    virtual std::string_view key() const = 0;
    // Moves the wanted rows of the current step into `rows`.
    virtual Status take(const FieldRows& of, std::vector<uint32_t>& rows) = 0;
};

class SourceLane final : public Lane {
  public:
    explicit SourceLane(std::unique_ptr<index::FieldCursor> cursor) : cursor_(std::move(cursor)) {}

    Status start() { return step(); }
    bool done() const override { return done_; }
    std::string_view key() const override { return cursor_->key(); }
    Status take(const FieldRows& of, std::vector<uint32_t>& rows) override {
        for (const uint32_t row : cursor_->rows()) {
            if (is_wanted(of, row, cursor_->interval())) rows.push_back(row);
        }
        return step();
    }

  private:
    Status step() {
        GRAPE_ASSIGN(const bool more, cursor_->next());
        done_ = !more;
        return {};
    }

    const std::unique_ptr<index::FieldCursor> cursor_;
    bool done_ = false;
};

class UncoveredLane final : public Lane {
  public:
    UncoveredLane(bool descending, std::optional<std::string> from)
        : descending_(descending), from_(std::move(from)) {}

    Status start(const FieldRows& of) {
        GRAPE_TRY(visit_uncovered(of, [&](uint32_t row, std::string_view key) {
            if (from_ && (descending_ ? key > *from_ : key < *from_)) return;
            entries_.emplace_back(std::string(key), row);
        }));
        std::sort(entries_.begin(), entries_.end());
        if (descending_) std::reverse(entries_.begin(), entries_.end());
        return {};
    }
    bool done() const override { return next_ == entries_.size(); }
    std::string_view key() const override { return entries_[next_].first; }
    Status take(const FieldRows&, std::vector<uint32_t>& rows) override {
        rows.push_back(entries_[next_++].second);
        return {};
    }

  private:
    const bool descending_;
    const std::optional<std::string> from_;
    std::vector<std::pair<std::string, uint32_t>> entries_;
    size_t next_ = 0;
};

Result<std::vector<std::unique_ptr<Lane>>> open_lanes(const FieldRows& of, bool descending,
                                                      const std::optional<std::string>& from) {
    std::vector<std::unique_ptr<Lane>> lanes;
    for (const auto& source : of.field.sources) {
        GRAPE_ASSIGN(std::unique_ptr<index::FieldCursor> cursor, source->ordered(descending, from));
        auto lane = std::make_unique<SourceLane>(std::move(cursor));
        GRAPE_TRY(lane->start());
        lanes.push_back(std::move(lane));
    }
    auto rest = std::make_unique<UncoveredLane>(descending, from);
    GRAPE_TRY(rest->start(of));
    lanes.push_back(std::move(rest));
    return lanes;
}

// The first key of all lanes, or nothing at the end.
std::optional<std::string> first_key(const std::vector<std::unique_ptr<Lane>>& lanes,
                                     bool descending) {
    std::optional<std::string> best;
    for (const auto& lane : lanes) {
        if (lane->done()) continue;
        const std::string_view key = lane->key();
        if (!best || (descending ? key > *best : key < *best)) best = std::string(key);
    }
    return best;
}

}  // namespace

Status visit_in_order(const FieldRows& of, bool descending, std::optional<std::string> from,
                      const OrderedVisit& visit) {
    GRAPE_ASSIGN(const std::vector<std::unique_ptr<Lane>> lanes, open_lanes(of, descending, from));
    std::vector<uint32_t> rows;
    while (const std::optional<std::string> key = first_key(lanes, descending)) {
        rows.clear();
        for (const auto& lane : lanes) {
            while (!lane->done() && lane->key() == *key) GRAPE_TRY(lane->take(of, rows));
        }
        std::sort(rows.begin(), rows.end(),
                  [&of](uint32_t a, uint32_t b) { return of.rows.id(a) < of.rows.id(b); });
        rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
        for (const uint32_t row : rows) {
            GRAPE_ASSIGN(const bool more, visit(row, *key));
            if (!more) return {};
        }
    }
    return {};
}

Result<uint64_t> count_rows_with_values(const FieldRows& of) {
    index::RowBitset found(of.rows.high());
    const index::KeySet any_key{{}, true};
    for (const auto& source : of.field.sources) {
        GRAPE_TRY(source->find(any_key,
                               [&](std::span<const uint32_t> rows, index::CommitInterval interval) {
                                   for (const uint32_t row : rows) {
                                       if (is_wanted(of, row, interval)) found.set(row);
                                   }
                               }));
    }
    return uint64_t{found.count()};
}

Result<std::vector<std::pair<std::string, uint64_t>>> count_values(const FieldRows& of) {
    std::map<std::string, uint64_t, std::less<>> counts;
    const auto add = [&counts](std::string_view key, uint64_t count) {
        const auto found = counts.find(key);
        if (found != counts.end()) {
            found->second += count;
        } else {
            counts.emplace(std::string(key), count);
        }
    };
    for (const auto& source : of.field.sources) {
        GRAPE_TRY(source->count_values(
            [&of](uint32_t row, index::CommitInterval interval) {
                return is_wanted(of, row, interval);
            },
            add));
    }
    GRAPE_TRY(visit_uncovered(of, [&add](uint32_t, std::string_view key) { add(key, 1); }));
    return std::vector<std::pair<std::string, uint64_t>>(counts.begin(), counts.end());
}

}  // namespace grape::query
