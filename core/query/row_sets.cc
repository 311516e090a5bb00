// Filters as an algebra over pairs of row sets. A condition without an index says nothing: no row
// surely, every live row possibly.
#include "core/query/row_sets.h"

#include "core/index/field/field_run.h"
#include "core/query/field_condition.h"

namespace grape::query {

using base::Result;
using base::Status;
using index::RowBitset;

namespace {

class Finder {
  public:
    explicit Finder(const RowSource& rows) : rows_(rows) {}

    Result<RowSets> find(const Filter& filter) const;

    Result<RowSets> operator()(const FieldCondition& condition) const {
        const FieldIndex* field = rows_.field(condition.key);
        if (field == nullptr) return unknown();
        const std::optional<FieldQuestion> question = ask(condition, field->type);
        return question ? answer(*field, *question) : unknown();
    }
    Result<RowSets> operator()(const IsEmpty& condition) const {
        const FieldIndex* field = rows_.field(condition.key);
        return field == nullptr ? unknown() : answer(*field, ask(condition));
    }
    Result<RowSets> operator()(const IsNull& condition) const {
        const FieldIndex* field = rows_.field(condition.key);
        return field == nullptr ? unknown() : answer(*field, ask(condition));
    }
    Result<RowSets> operator()(const HasId& condition) const {
        RowSets out = nothing();
        for (const base::PointId& id : condition.ids) {
            GRAPE_ASSIGN(const std::optional<uint32_t> row, rows_.find_row(id));
            if (row) out.possible.set(*row);
        }
        return out;
    }
    Result<RowSets> operator()(const HasVector& condition) const {
        RowSets out = nothing();
        rows_.live_rows().for_each([&](uint32_t row) {
            if (rows_.has_vector(row, condition.name)) {
                out.possible.set(row);
            }
        });
        return out;
    }
    Result<RowSets> operator()(const Slice& condition) const {
        RowSets out = nothing();
        rows_.live_rows().for_each([&](uint32_t row) {
            if (slice_of(rows_.id(row), condition.total) == condition.index) {
                out.possible.set(row);
            }
        });
        return out;
    }
    Result<RowSets> operator()(const SubFilter& condition) const { return find(*condition.filter); }
    Result<RowSets> operator()(const Nested&) const { return unknown(); }

  private:
    RowSets nothing() const { return {RowBitset(rows_.high()), {}}; }
    RowSets everything() const { return {rows_.live_rows(), {}}; }
    RowSets unknown() const { return {rows_.live_rows(), RowBitset(rows_.high())}; }
    RowSets negation(const RowSets& of) const {
        RowSets out = everything();
        if (!of.exact()) {
            out.sure = rows_.live_rows();
            out.sure->and_not(of.possible);
        }
        out.possible.and_not(of.surely());
        return out;
    }
    Result<RowSets> condition(const Condition& of) const { return std::visit(*this, of); }

    Result<RowSets> answer(const FieldIndex& field, const FieldQuestion& question) const;
    Result<std::optional<RowBitset>> open_rows(const FieldIndex& field,
                                               const FieldQuestion& question) const;
    Status add_entries(const FieldIndex& field, const index::FieldLookup& lookup,
                       RowBitset& out) const;
    Status add_source(const index::FieldSource& source, const index::FieldLookup& lookup,
                      RowBitset& out) const;
    Result<std::shared_ptr<const RowBitset>> answer_of_run(const index::FieldRun& run,
                                                           const index::FieldLookup& lookup) const;
    // Of at least one condition.
    Result<RowSets> all_of(const std::vector<Condition>& conditions) const;
    Result<RowSets> any_of(const std::vector<Condition>& conditions) const;
    Result<RowSets> at_least(const MinShould& part) const;

    const RowSource& rows_;
};

// The rows whose current entry meets the lookup.
Status Finder::add_entries(const FieldIndex& field, const index::FieldLookup& lookup,
                           RowBitset& out) const {
    for (const auto& source : field.sources) {
        const index::FieldRun* run = source->as_run();
        std::shared_ptr<const RowBitset> known;
        if (run != nullptr && rows_.answers() != nullptr) {
            GRAPE_ASSIGN(known, answer_of_run(*run, lookup));
        }
        if (known != nullptr) {
            out.or_with_both(*known, rows_.written_in(run->interval()));
        } else {
            GRAPE_TRY(add_source(*source, lookup, out));
        }
    }
    return {};
}

Status Finder::add_source(const index::FieldSource& source, const index::FieldLookup& lookup,
                          RowBitset& out) const {
    return source.find(lookup, [&](std::span<const uint32_t> rows, index::CommitInterval interval) {
        // An entry of a tail stands for one commit, a run for many rows at once.
        if (interval.high - interval.low == 1) {
            for (const uint32_t row : rows) {
                if (rows_.alive(row) && rows_.written_at(row) == interval.high) out.set(row);
            }
            return;
        }
        const RowBitset& current = rows_.written_in(interval);
        for (const uint32_t row : rows) {
            if (current.test(row)) out.set(row);
        }
    });
}

// All rows of the run that meet the lookup, current or not, from those that are kept. Null for
// lookups that find few rows: these are found as fast as a set of all rows is gone through.
Result<std::shared_ptr<const RowBitset>> Finder::answer_of_run(
    const index::FieldRun& run, const index::FieldLookup& lookup) const {
    constexpr uint64_t kRowsPerWord = 64;
    const uint64_t file = run.section().blob().identity().file_number;
    const std::string key = base::cat(run.id(), ":", index::lookup_bytes(lookup));
    std::shared_ptr<const RowBitset> kept = rows_.answers()->find(file, key);
    if (kept != nullptr) return kept;
    GRAPE_ASSIGN(const index::FieldEstimate estimate, run.estimate(lookup));
    if (estimate.expected * kRowsPerWord < rows_.high()) return kept;
    auto found = std::make_shared<RowBitset>(rows_.high());
    GRAPE_TRY(run.find(lookup, *found));
    rows_.answers()->insert(file, key, found);
    return std::shared_ptr<const RowBitset>(std::move(found));
}

// Rows whose entries in the index say nothing, or that it has none of: a payload decides.
Result<std::optional<RowBitset>> Finder::open_rows(const FieldIndex& field,
                                                   const FieldQuestion& question) const {
    RowBitset out(rows_.high());
    if (question.unknown) GRAPE_TRY(add_entries(field, *question.unknown, out));
    if (field.covered_after != 0) out.or_with(rows_.written_in({0, field.covered_after}));
    if (field.covered_until != UINT64_MAX) {
        out.or_with(rows_.written_in({field.covered_until, UINT64_MAX}));
    }
    return out.any() ? std::optional(std::move(out)) : std::nullopt;
}

Result<RowSets> Finder::answer(const FieldIndex& field, const FieldQuestion& question) const {
    RowSets out = nothing();
    GRAPE_TRY(add_entries(field, question.lookup, out.possible));
    if (question.sure_if) {
        out.sure.emplace(rows_.high());
        GRAPE_TRY(add_entries(field, *question.sure_if, *out.sure));
        out.sure->and_with(out.possible);
    }
    GRAPE_ASSIGN(const std::optional<RowBitset> open, open_rows(field, question));
    if (question.negated) out = negation(out);
    if (open) {
        if (out.exact()) out.sure = out.possible;
        if (question.negated) out.sure->and_not(*open);
        out.possible.or_with(*open);
    }
    return out;
}

Result<RowSets> Finder::all_of(const std::vector<Condition>& conditions) const {
    GRAPE_ASSIGN(RowSets out, condition(conditions.front()));
    for (size_t i = 1; i < conditions.size() && out.possible.any(); ++i) {
        GRAPE_ASSIGN(const RowSets found, condition(conditions[i]));
        out.narrow(found);
    }
    return out;
}

Result<RowSets> Finder::any_of(const std::vector<Condition>& conditions) const {
    GRAPE_ASSIGN(RowSets out, condition(conditions.front()));
    for (size_t i = 1; i < conditions.size(); ++i) {
        GRAPE_ASSIGN(const RowSets found, condition(conditions[i]));
        out.widen(found);
    }
    return out;
}

// levels[i] has the rows that meet more than i of the conditions so far.
void count_up(std::vector<RowBitset>& levels, const RowBitset& rows) {
    for (size_t level = levels.size(); level-- > 1;) {
        RowBitset both = rows;
        both.and_with(levels[level - 1]);
        levels[level].or_with(both);
    }
    levels[0].or_with(rows);
}

Result<RowSets> Finder::at_least(const MinShould& part) const {
    if (part.conditions.empty() || part.min_count == 0) return everything();
    if (part.min_count > part.conditions.size()) return nothing();
    const auto needed = static_cast<size_t>(part.min_count);
    std::vector<RowBitset> sure(needed, RowBitset(rows_.high()));
    std::vector<RowBitset> possible = sure;
    for (const Condition& each : part.conditions) {
        GRAPE_ASSIGN(const RowSets found, condition(each));
        count_up(sure, found.surely());
        count_up(possible, found.possible);
    }
    return RowSets{std::move(possible.back()), std::move(sure.back())};
}

Result<RowSets> Finder::find(const Filter& filter) const {
    std::optional<RowSets> out;
    const auto narrow = [&out](RowSets by) {
        if (out) {
            out->narrow(by);
        } else {
            out = std::move(by);
        }
    };
    if (!filter.must.empty()) {
        GRAPE_ASSIGN(out, all_of(filter.must));
    }
    if (!filter.should.empty()) {
        GRAPE_ASSIGN(RowSets found, any_of(filter.should));
        narrow(std::move(found));
    }
    if (!filter.must_not.empty()) {
        GRAPE_ASSIGN(const RowSets found, any_of(filter.must_not));
        narrow(negation(found));
    }
    if (filter.min_should) {
        GRAPE_ASSIGN(RowSets found, at_least(*filter.min_should));
        narrow(std::move(found));
    }
    return out ? std::move(*out) : everything();
}

}  // namespace

void RowSets::narrow(const RowSets& by) {
    if (exact() && !by.exact()) sure = possible;
    if (sure) sure->and_with(by.surely());
    possible.and_with(by.possible);
}

void RowSets::widen(const RowSets& by) {
    if (exact() && !by.exact()) sure = possible;
    if (sure) sure->or_with(by.surely());
    possible.or_with(by.possible);
}

Result<RowSets> find_rows(const Filter& filter, const RowSource& rows) {
    return Finder(rows).find(filter);
}

}  // namespace grape::query
