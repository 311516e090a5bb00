#include "core/query/filter_plan.h"

#include <algorithm>

#include "core/base/cat.h"
#include "core/query/field_condition.h"
#include "core/query/row_sets.h"

namespace grape::query {

using base::Result;
using base::Status;

namespace {

// Of what a lookup does not find.
index::FieldEstimate all_but(const index::FieldEstimate& found, uint64_t entries) {
    const auto rest = [entries](uint64_t count) { return entries - std::min(count, entries); };
    return {rest(found.max), rest(found.expected), rest(found.min)};
}

class Planner {
  public:
    explicit Planner(const RowSource& rows) : rows_(rows) {}

    Status add(const Filter& filter, const std::string& place) {
        GRAPE_TRY(add_list(filter.must, place + "must"));
        GRAPE_TRY(add_list(filter.should, place + "should"));
        GRAPE_TRY(add_list(filter.must_not, place + "must_not"));
        if (!filter.min_should) return {};
        return add_list(filter.min_should->conditions, place + "min_should.conditions");
    }
    std::vector<ConditionPlan> take() { return std::move(out_); }

  private:
    // What a condition is about, and what it asks of an index when there is one that answers it.
    struct Asked {
        std::string about;
        const FieldIndex* field = nullptr;
        std::optional<FieldQuestion> question;
    };
    Asked field(const FieldCondition& of) const {
        const FieldIndex* field = rows_.field(of.key);
        if (field == nullptr) return {of.key.to_string(), nullptr, std::nullopt};
        return {of.key.to_string(), field, ask(of, field->type)};
    }
    template <typename Presence>
    Asked presence(const Presence& of) const {
        const FieldIndex* field = rows_.field(of.key);
        if (field == nullptr) return {of.key.to_string(), nullptr, std::nullopt};
        return {of.key.to_string(), field, ask(of)};
    }
    Asked asked(const Condition& condition) const {
        if (const auto* of = std::get_if<FieldCondition>(&condition)) return field(*of);
        if (const auto* of = std::get_if<IsEmpty>(&condition)) return presence(*of);
        if (const auto* of = std::get_if<IsNull>(&condition)) return presence(*of);
        if (const auto* of = std::get_if<Nested>(&condition)) {
            return {"nested " + of->key.to_string(), nullptr, std::nullopt};
        }
        const bool by_id = std::holds_alternative<HasId>(condition);
        const bool by_vector = std::holds_alternative<HasVector>(condition);
        return {by_id ? "has_id" : by_vector ? "has_vector" : "slice", nullptr, std::nullopt};
    }

    Status add_list(const std::vector<Condition>& list, const std::string& name) {
        for (size_t i = 0; i < list.size(); ++i) {
            const std::string place = base::cat(name, "[", i, "]");
            const auto* inner = std::get_if<SubFilter>(&list[i]);
            GRAPE_TRY(inner == nullptr ? add_one(list[i], place)
                                       : add(*inner->filter, place + "."));
        }
        return {};
    }
    Status add_one(const Condition& condition, const std::string& place) {
        const Asked what = asked(condition);
        ConditionPlan plan;
        plan.place = place;
        plan.about = what.about;
        if (what.question) {
            plan.index = what.field->type.kind;
            for (const auto& source : what.field->sources) {
                GRAPE_ASSIGN(const index::FieldEstimate each,
                             source->estimate(what.question->lookup));
                const index::FieldEstimate counted =
                    what.question->negated ? all_but(each, source->entry_count()) : each;
                plan.estimate.min += counted.min;
                plan.estimate.expected += counted.expected;
                plan.estimate.max += counted.max;
            }
        }
        Filter alone;
        alone.must.push_back(condition);
        GRAPE_ASSIGN(const RowSets found, find_rows(alone, rows_));
        plan.surely = found.surely().count();
        plan.possibly = found.possible.count();
        out_.push_back(std::move(plan));
        return {};
    }

    const RowSource& rows_;
    std::vector<ConditionPlan> out_;
};

}  // namespace

Result<std::vector<ConditionPlan>> plan_conditions(const Filter& filter, const RowSource& rows) {
    Planner planner(rows);
    GRAPE_TRY(planner.add(filter, ""));
    return planner.take();
}

}  // namespace grape::query
