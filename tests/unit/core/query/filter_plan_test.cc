// Plans of filters: which index answers which condition, and numbers that hold.
#include "core/query/filter_plan.h"

#include "core/engine/request/decode_filter.h"
#include "core/query/row_sets.h"
#include "tests/unit/core/query/plain_rows.h"
#include "tests/unit/core/query/random_filters.h"

namespace grape::query {
namespace {

std::shared_ptr<const Filter> filter_of(std::string_view json) {
    const auto tree = base::parse_json(json);
    EXPECT_TRUE(tree.ok()) << json;
    auto filter = engine::read_filter(*tree, engine::Place(), {});
    EXPECT_TRUE(filter.ok()) << json;
    return *filter;
}

TEST(FilterPlan, names_each_condition_and_the_index_that_answers_it) {
    PlainRows rows;
    rows.add_index("k", index::type_of(index::FieldKind::keyword));
    for (uint32_t row = 0; row < 10; ++row) {
        rows.put(row, base::PointId::number(row),
                 row < 3 ? R"({"k":"red"})" : R"({"k":["blue",1]})");
    }
    rows.publish();
    const auto plans = plan_conditions(
        *filter_of(R"({"must":[{"key":"k","match":{"value":"red"}},{"key":"n","range":{"gt":1}}],
                       "should":[{"must_not":[{"has_id":[1,2]},{"is_empty":{"key":"k"}}]}],
                       "min_should":{"conditions":[{"key":"k","match":{"text":"red"}}],"min_count":1}})"),
        rows);
    ASSERT_TRUE(plans.ok()) << plans.status().to_string();
    std::string found;
    for (const ConditionPlan& each : *plans) {
        found += base::cat(each.place, " ", each.about, each.index ? " indexed " : " ", each.surely,
                           " ", each.possibly, "\n");
    }
    EXPECT_EQ(found,
              "must[0] k indexed 3 10\n"
              "must[1] n 0 10\n"
              "should[0].must_not[0] has_id 2 2\n"
              "should[0].must_not[1] k indexed 0 0\n"
              "min_should.conditions[0] k 0 10\n");
    EXPECT_EQ(rows.reads, 0u);
}

TEST(FilterPlan, estimates_hold_what_is_found) {
    RandomFilters random(11);
    PlainRows rows;
    for (const RandomField& field : random_fields()) {
        rows.add_index(field.path, index::type_of(field.kind, true));
    }
    for (uint32_t row = 0; row < 60; ++row) {
        rows.put(row, base::PointId::number(row), random.payload());
    }
    for (const RandomField& field : random_fields()) rows.seal(field.path, true);
    rows.publish();
    for (int i = 0; i < 300; ++i) {
        const std::string json = random.filter(1);
        const auto plans = plan_conditions(*filter_of(json), rows);
        ASSERT_TRUE(plans.ok()) << json;
        for (const ConditionPlan& each : *plans) {
            ASSERT_LE(each.surely, each.possibly) << json << each.place;
            ASSERT_LE(each.estimate.min, each.estimate.expected) << json << each.place;
            ASSERT_LE(each.estimate.expected, each.estimate.max) << json << each.place;
        }
    }
}

}  // namespace
}  // namespace grape::query
