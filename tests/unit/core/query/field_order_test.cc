// Rows in the order of a field's values and the counts of values, against a plain walk over all
// payloads.
#include "core/query/field_order.h"

#include <algorithm>

#include "core/engine/request/decode_filter.h"
#include "tests/unit/core/query/plain_rows.h"
#include "tests/unit/core/query/random_filters.h"

namespace grape::query {
namespace {

using index::FieldKind;

// Each value with the row, by value and then by id.
using Entries = std::vector<std::pair<int64_t, uint32_t>>;

// The integers at "n" of a row: of a value, or of an array's elements.
std::set<int64_t> integers_of(const PlainRows& rows, uint32_t row) {
    const base::JsonValue tree = base::decode_payload(base::PayloadView(rows.row(row).payload));
    std::set<int64_t> out;
    const base::JsonValue* at = tree.find("n");
    if (at == nullptr) return out;
    if (at->is(base::JsonKind::integer)) out.insert(at->as_integer());
    for (const base::JsonValue& each : at->items()) {
        if (each.is(base::JsonKind::integer)) out.insert(each.as_integer());
    }
    return out;
}

Entries entries_of(const PlainRows& rows, const RowFilter* filter, bool descending) {
    std::vector<std::tuple<int64_t, base::PointId, uint32_t>> all;
    for (uint32_t row = 0; row < rows.high(); ++row) {
        if (!rows.alive(row) || (filter != nullptr && !filter->may_match(row))) continue;
        for (const int64_t value : integers_of(rows, row)) {
            all.emplace_back(descending ? -value : value, rows.id(row), row);
        }
    }
    std::sort(all.begin(), all.end());
    Entries out;
    for (const auto& [value, id, row] : all) out.emplace_back(descending ? -value : value, row);
    return out;
}

class Ordered {
  public:
    explicit Ordered(uint64_t seed) : random(seed) {
        if (random.chance(40)) add();
        change(60);
        if (indexed && random.chance(60)) rows.seal("n", random.chance(50));
        change(20);
        if (!indexed) add();
        change(20);
        if (random.chance(50)) rows.seal("n", random.chance(50));
        change(10);
        if (random.chance(25)) rows.forget_after(rows.commit() - random.below(8));
        rows.publish();
    }
    FieldRows field(RowFilter* filter = nullptr) const {
        return {rows, path, *rows.field(path), filter};
    }

    RandomFilters random;
    PlainRows rows;
    const base::JsonPath path = index::path_of("n");
    bool indexed = false;

  private:
    void add() {
        rows.add_index("n", index::type_of(FieldKind::integer));
        indexed = true;
    }
    void change(int count) {
        for (int i = 0; i < count; ++i) {
            const auto row = static_cast<uint32_t>(random.below(40));
            if (rows.alive(row) && random.chance(20)) {
                rows.remove(row);
            } else {
                // Ids in another order than rows.
                rows.put(row, base::PointId::number(1000 - row * 7), random.payload());
            }
        }
    }
};

Entries visited(const FieldRows& of, bool descending, std::optional<std::string> from = {}) {
    Entries out;
    const base::Status done =
        visit_in_order(of, descending, std::move(from),
                       [&out](uint32_t row, std::string_view key) -> base::Result<bool> {
                           out.emplace_back(index::integer_of_key(key), row);
                           return true;
                       });
    EXPECT_TRUE(done.ok()) << done.to_string();
    return out;
}

TEST(FieldOrder, visits_each_value_of_each_row_once_and_in_order) {
    for (uint64_t seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE(seed);
        Ordered of(seed);
        for (const bool descending : {false, true}) {
            const Entries wanted = entries_of(of.rows, nullptr, descending);
            ASSERT_EQ(visited(of.field(), descending), wanted);
            const auto from = static_cast<int64_t>(of.random.below(9)) - 3;
            Entries rest;
            for (const auto& each : wanted) {
                if (descending ? each.first <= from : each.first >= from) rest.push_back(each);
            }
            ASSERT_EQ(visited(of.field(), descending, index::integer_key(from)), rest) << from;
        }
    }
}

TEST(FieldOrder, leaves_out_what_the_filter_does_not_let_through) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        Ordered of(seed);
        const auto tree = base::parse_json(of.random.filter(1));
        const auto filter = engine::read_filter(*tree, engine::Place(), {});
        ASSERT_TRUE(filter.ok());
        auto made = RowFilter::make(**filter, of.rows);
        ASSERT_TRUE(made.ok());
        ASSERT_TRUE((*made)->settle().ok());
        const Entries wanted = entries_of(of.rows, made->get(), false);
        ASSERT_EQ(visited(of.field(made->get()), false), wanted);
        std::map<int64_t, uint64_t> counted;
        for (const auto& [value, row] : wanted) ++counted[value];
        const auto counts = count_values(of.field(made->get()));
        ASSERT_TRUE(counts.ok());
        std::map<int64_t, uint64_t> found;
        for (const auto& [key, count] : *counts) found[index::integer_of_key(key)] = count;
        ASSERT_EQ(found, counted);
        ASSERT_EQ(counts->size(), found.size());
        ASSERT_TRUE(std::is_sorted(counts->begin(), counts->end()));
    }
}

TEST(FieldOrder, ends_when_the_visitor_has_enough) {
    Ordered of(3);
    size_t seen = 0;
    const base::Status done = visit_in_order(
        of.field(), false, std::nullopt,
        [&seen](uint32_t, std::string_view) -> base::Result<bool> { return ++seen < 3; });
    EXPECT_TRUE(done.ok());
    EXPECT_EQ(seen, 3u);
}

TEST(FieldOrder, reads_only_payloads_that_the_index_does_not_cover) {
    PlainRows rows;
    rows.put(0, base::PointId::number(5), R"({"n":3})");
    rows.put(1, base::PointId::number(6), R"({"n":[1,3,3]})");
    rows.add_index("n", index::type_of(FieldKind::integer));
    rows.put(2, base::PointId::number(4), R"({"n":3})");
    rows.publish();
    const base::JsonPath path = index::path_of("n");
    const FieldRows of{rows, path, *rows.field(path), nullptr};
    EXPECT_EQ(visited(of, false), (Entries{{1, 1}, {3, 2}, {3, 0}, {3, 1}}));
    EXPECT_EQ(rows.reads, 2u);
    EXPECT_EQ(count_rows_with_values(of).value(), 1u);
    rows.seal("n", false);
    rows.publish();
    rows.reads = 0;
    const FieldRows covered{rows, path, *rows.field(path), nullptr};
    EXPECT_EQ(visited(covered, true), (Entries{{3, 2}, {3, 0}, {3, 1}, {1, 1}}));
    EXPECT_EQ(count_rows_with_values(covered).value(), 3u);
    EXPECT_EQ(rows.reads, 0u);
}

TEST(FieldOrder, a_payload_that_cannot_be_read_is_an_error) {
    PlainRows rows;
    rows.put(0, base::PointId::number(5), R"({"n":3})");
    rows.add_index("n", index::type_of(FieldKind::integer));
    rows.publish();
    rows.failure = base::Status::make_corrupt("damaged");
    const base::JsonPath path = index::path_of("n");
    const FieldRows of{rows, path, *rows.field(path), nullptr};
    EXPECT_EQ(count_values(of).status().code(), base::Code::corrupt);
}

}  // namespace
}  // namespace grape::query
