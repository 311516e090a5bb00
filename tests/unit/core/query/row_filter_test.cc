// Filters over rows with indexes in all states: what is surely and possibly let through surrounds
// what matches by the payloads, and what is found after all tests is exactly that.
#include "core/query/row_filter.h"

#include "core/engine/request/decode_filter.h"
#include "core/query/row_sets.h"
#include "tests/unit/core/query/plain_matches.h"
#include "tests/unit/core/query/random_filters.h"
#include "tests/unit/core/query/random_rows.h"

namespace grape::query {
namespace {

using index::FieldKind;
using index::RowBitset;

std::shared_ptr<const Filter> filter_of(std::string_view json) {
    const auto tree = base::parse_json(json);
    EXPECT_TRUE(tree.ok()) << json;
    auto filter = engine::read_filter(*tree, engine::Place(), {});
    EXPECT_TRUE(filter.ok()) << json << ": " << filter.status().to_string();
    return filter.ok() ? *filter : std::make_shared<const Filter>();
}

std::vector<uint32_t> listed(const RowBitset& rows) {
    std::vector<uint32_t> out;
    rows.for_each([&out](uint32_t row) { out.push_back(row); });
    return out;
}

void check_one(const std::string& json, const PlainRows& rows) {
    SCOPED_TRACE(json);
    const auto filter = filter_of(json);
    const auto matching = plain_matches(*filter, rows);
    ASSERT_TRUE(matching.ok()) << matching.status().to_string();
    const RowBitset& wanted = *matching;
    const auto sets = find_rows(*filter, rows);
    ASSERT_TRUE(sets.ok()) << sets.status().to_string();
    ASSERT_TRUE(is_subset(sets->surely(), wanted))
        << testing::PrintToString(listed(sets->surely())) << testing::PrintToString(listed(wanted));
    ASSERT_TRUE(is_subset(wanted, sets->possible))
        << testing::PrintToString(listed(wanted)) << testing::PrintToString(listed(sets->possible));
    ASSERT_TRUE(is_subset(sets->possible, rows.live_rows()));
    const auto made = RowFilter::make(*filter, rows);
    ASSERT_TRUE(made.ok());
    RowFilter& row_filter = **made;
    rows.reads = 0;
    for (uint32_t row = 0; row < rows.high(); row += 3) {
        if (!row_filter.may_match(row)) continue;
        const auto matches = row_filter.matches(row);
        ASSERT_TRUE(matches.ok());
        ASSERT_EQ(*matches, wanted.test(row)) << "row " << row;
    }
    ASSERT_TRUE(row_filter.settle().ok());
    ASSERT_EQ(listed(row_filter.possible()), listed(wanted));
    ASSERT_EQ(row_filter.count_max(), wanted.count());
    ASSERT_EQ(row_filter.payload_reads(), rows.reads);
    ASSERT_LE(rows.reads, sets->possible.count() - sets->surely().count());
    // Once is enough.
    ASSERT_TRUE(row_filter.settle().ok());
    ASSERT_EQ(row_filter.payload_reads(), rows.reads);
}

TEST(RowFilter, agrees_with_the_payloads_whatever_the_indexes_are) {
    for (uint64_t seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE(base::cat("seed ", seed));
        RandomFilters random(seed);
        PlainRows rows;
        fill(rows, random, seed % 4 == 0 ? 0 : seed % 4 == 1 ? 100 : 50);
        for (int i = 0; i < 60; ++i) {
            check_one(random.filter(2), rows);
            if (HasFatalFailure()) return;
        }
    }
}

// What one condition says of rows 0 and 1, 2 and 3...: surely, possibly, and by the payloads.
struct Said {
    std::vector<uint32_t> sure, possible;
};
Said said(std::string_view filter, const PlainRows& rows) {
    const auto sets = find_rows(*filter_of(filter), rows);
    EXPECT_TRUE(sets.ok());
    return {listed(sets->surely()), listed(sets->possible)};
}
using Rows = std::vector<uint32_t>;

// Row 0 was there before the index, row 1 has another value besides, rows 2 and 3 are plain.
void make_states(PlainRows& rows) {
    rows.put(0, base::PointId::number(10), R"({"k":"red"})");
    rows.add_index("k", index::type_of(FieldKind::keyword));
    rows.put(1, base::PointId::number(11), R"({"k":["red",7]})");
    rows.put(2, base::PointId::number(12), R"({"k":"red"})");
    rows.put(3, base::PointId::number(13), R"({"k":"blue"})");
    rows.publish();
}

TEST(RowFilter, rows_without_an_entry_are_open_in_every_condition_and_its_negation) {
    PlainRows rows;
    make_states(rows);
    const Said red = said(R"({"must":{"key":"k","match":{"value":"red"}}})", rows);
    EXPECT_EQ(red.sure, (Rows{1, 2}));
    EXPECT_EQ(red.possible, (Rows{0, 1, 2}));
    const Said not_red = said(R"({"must_not":{"key":"k","match":{"value":"red"}}})", rows);
    EXPECT_EQ(not_red.sure, (Rows{3}));
    EXPECT_EQ(not_red.possible, (Rows{0, 3}));
    const Said empty = said(R"({"must":{"is_empty":{"key":"k"}}})", rows);
    EXPECT_EQ(empty.sure, Rows());
    EXPECT_EQ(empty.possible, Rows{0});
    const Said full = said(R"({"must":{"key":"k","is_empty":false}})", rows);
    EXPECT_EQ(full.sure, (Rows{1, 2, 3}));
    EXPECT_EQ(full.possible, (Rows{0, 1, 2, 3}));
}

TEST(RowFilter, other_values_are_looked_at_in_the_payload) {
    PlainRows rows;
    make_states(rows);
    const Said seven = said(R"({"must":{"key":"k","match":{"value":7}}})", rows);
    EXPECT_EQ(seven.sure, Rows());
    EXPECT_EQ(seven.possible, (Rows{0, 1}));
    const Said blue = said(R"({"must":{"key":"k","match":{"value":"blue"}}})", rows);
    EXPECT_EQ(blue.sure, Rows{3});
    EXPECT_EQ(blue.possible, (Rows{0, 1, 3}));
    const Said not_blue = said(R"({"must_not":{"key":"k","match":{"value":"blue"}}})", rows);
    EXPECT_EQ(not_blue.sure, Rows{2});
    EXPECT_EQ(not_blue.possible, (Rows{0, 1, 2}));
}

TEST(RowFilter, a_row_given_to_another_point_speaks_for_that_one) {
    PlainRows rows;
    make_states(rows);
    rows.remove(2);
    rows.put(2, base::PointId::number(99), R"({"k":"blue"})");
    rows.remove(3);
    rows.publish();
    EXPECT_EQ(said(R"({"must":{"key":"k","match":{"value":"red"}}})", rows).sure, Rows{1});
    EXPECT_EQ(said(R"({"must":{"key":"k","match":{"value":"blue"}}})", rows).sure, Rows{2});
    rows.seal("k", true);
    rows.put(2, base::PointId::number(99), R"({"k":"green"})");
    rows.publish();
    EXPECT_EQ(said(R"({"must":{"key":"k","match":{"value":"blue"}}})", rows).sure, Rows());
    EXPECT_EQ(said(R"({"must":{"key":"k","match":{"value":"green"}}})", rows).sure, Rows{2});
}

TEST(RowFilter, min_should_counts_sure_and_possible_rows_apart) {
    PlainRows rows;
    make_states(rows);
    rows.add_index("n", index::type_of(FieldKind::integer));  // knows no row yet
    rows.publish();
    constexpr std::string_view kTwo =
        R"({"min_should":{"min_count":2,"conditions":[{"key":"k","match":{"value":"red"}},)"
        R"({"has_id":[11,12,13]},{"key":"n","range":{"gt":0}}]}})";
    EXPECT_EQ(said(kTwo, rows).sure, (Rows{1, 2}));
    EXPECT_EQ(said(kTwo, rows).possible, (Rows{0, 1, 2, 3}));
}

// Every kind of index answers its conditions without a payload.
TEST(RowFilter, conditions_on_indexed_fields_read_no_payload) {
    PlainRows rows;
    for (const RandomField& field : random_fields()) {
        if (field.path.find("[]") == std::string_view::npos) {
            rows.add_index(field.path, index::type_of(field.kind, true));
        }
    }
    RandomFilters random(7);
    for (uint32_t row = 0; row < 40; ++row) {
        const auto of = [&](FieldKind kind) {
            std::string value = random.value(kind);
            while (value == "\"no date\"" || value.find("0000000A") != std::string::npos ||
                   value.size() == 20) {
                value = random.value(kind);
            }
            return value;
        };
        rows.put(row, base::PointId::number(row),
                 base::cat(R"({"k":[)", of(FieldKind::keyword), ",", of(FieldKind::keyword),
                           R"(],"n":)", of(FieldKind::integer), R"(,"f":)", of(FieldKind::floating),
                           R"(,"b":)", of(FieldKind::boolean), R"(,"t":)", of(FieldKind::datetime),
                           R"(,"u":)", of(FieldKind::uuid), R"(,"g":)", of(FieldKind::geo),
                           R"(,"x":)", of(FieldKind::text), R"(,"o":{"v":[1,2,null]}})"));
        if (row == 25) {
            for (const RandomField& field : random_fields()) {
                if (field.path.find("[]") == std::string_view::npos) rows.seal(field.path, true);
            }
        }
    }
    rows.publish();
    for (const std::string_view condition : {
             R"({"key":"k","match":{"value":"red"}})",
             R"({"key":"k","match":{"any":["red","blue"]}})",
             R"({"key":"k","match":{"except":["red","blue"]}})",
             R"({"key":"k","match":{"prefix":"re"}})",
             R"({"key":"n","match":{"value":3}})",
             R"({"key":"n","match":{"any":[3,1]}})",
             R"({"key":"n","range":{"gt":0.5,"lte":3}})",
             R"({"key":"f","range":{"gte":0.5}})",
             R"({"key":"b","match":{"value":true}})",
             R"({"key":"t","range":{"lt":"2024-01-01"}})",
             R"({"key":"u","match":{"value":"10000000-0000-4000-8000-000000000001"}})",
             R"({"key":"g","geo_radius":{"center":{"lon":0,"lat":0},"radius":5000000}})",
             R"({"key":"x","match":{"text":"quick"}})",
             R"({"key":"x","match":{"text_any":"quick brown"}})",
             R"({"key":"x","match":{"phrase":"quick fox"}})",
             R"({"key":"o.v","values_count":{"gte":3}})",
             R"({"is_empty":{"key":"o.v"}})",
             R"({"is_null":{"key":"o.v"}})",
             R"({"key":"n","is_empty":false})",
             R"({"has_id":[1,2,77]})",
             R"({"has_vector":"a"})",
             R"({"slice":{"total":2,"index":1}})",
             R"({"key":"n","match":{"value":"text"}})",
         }) {
        for (const std::string_view part : {"must", "must_not"}) {
            check_one(base::cat("{\"", part, "\":", condition, "}"), rows);
            EXPECT_EQ(rows.reads, 0u) << part << condition;
        }
    }
}

TEST(RowFilter, a_payload_that_cannot_be_read_is_an_error) {
    PlainRows rows;
    make_states(rows);
    rows.failure = base::Status::make_corrupt("damaged");
    const auto filter = filter_of(R"({"must":{"key":"k","match":{"value":"red"}}})");
    auto made = RowFilter::make(*filter, rows);
    ASSERT_TRUE(made.ok());
    EXPECT_EQ((*made)->matches(1).value(), true);
    EXPECT_EQ((*made)->matches(0).status().code(), base::Code::corrupt);
    EXPECT_EQ((*made)->settle().code(), base::Code::corrupt);
}

}  // namespace
}  // namespace grape::query
