#include "core/index/field/field_run.h"

#include <random>
#include <thread>

#include "tests/unit/core/index/field/field_fixture.h"

namespace grape::index {
namespace {

using Rows = std::vector<uint32_t>;

// The same entries as a tail and as a run: both must answer alike.
class FieldRunTest : public ::testing::Test {
  protected:
    void make(const FieldType& type, const std::vector<std::string>& fields) {
        tail_ = make_tail(type, fields);
        const auto length = static_cast<uint32_t>(fields.size());
        view_ = std::make_unique<FieldTailView>(tail_, length);
        run_ = files_.open(files_.write(*tail_, length, {0, length}), type);
        ASSERT_NE(run_, nullptr);
    }
    // With the estimates checked.
    Rows find(const FieldLookup& lookup) {
        Rows rows = rows_of(*run_, lookup);
        EXPECT_EQ(rows_of(*view_, lookup), rows);
        const FieldSource* const sources[] = {run_.get(), view_.get()};
        for (const FieldSource* source : sources) {
            const auto estimate = source->estimate(lookup);
            EXPECT_TRUE(estimate.ok());
            if (!estimate.ok()) continue;
            EXPECT_LE(estimate->min, rows.size());
            EXPECT_GE(estimate->max, rows.size());
            EXPECT_LE(estimate->min, estimate->expected);
            EXPECT_LE(estimate->expected, estimate->max);
        }
        return rows;
    }

    FieldFiles files_;
    std::shared_ptr<FieldTail> tail_;
    std::unique_ptr<FieldTailView> view_;
    std::shared_ptr<const FieldRun> run_;
};

TEST_F(FieldRunTest, finds_keywords) {
    make(type_of(FieldKind::keyword),
         {R"("oak")", R"(["elm","oak"])", "3", "null", "[]", R"(["ash",7])", R"("elm")"});
    EXPECT_EQ(find(KeySet::of({"oak"})), (Rows{0, 1}));
    EXPECT_EQ(find(KeySet::of({"oak", "ash", "yew"})), (Rows{0, 1, 5}));
    EXPECT_EQ(find(KeySet::of({})), Rows{});
    EXPECT_EQ(find(KeySet::of({"oak"}, true)), (Rows{1, 5, 6}));
    EXPECT_EQ(find(KeySet::of({"oak", "elm"}, true)), (Rows{5}));
    EXPECT_EQ(find(KeySet::of({}, true)), (Rows{0, 1, 5, 6}));
    EXPECT_EQ(find(prefix_range("a")), (Rows{5}));
    EXPECT_EQ(find(prefix_range("")), (Rows{0, 1, 5, 6}));
    EXPECT_EQ(find(prefix_range("oaks")), Rows{});
    EXPECT_EQ(find(KeyRange::nothing()), Rows{});
}

TEST_F(FieldRunTest, finds_numbers_in_ranges) {
    make(type_of(FieldKind::integer), {"5", "[-1,10]", "2.5", "7", "9007199254740993", "null"});
    EXPECT_EQ(find(integer_range({.gte = 5})), (Rows{0, 1, 3, 4}));
    EXPECT_EQ(find(integer_range({.lt = 7, .gt = 5})), Rows{});
    EXPECT_EQ(find(integer_range({.lt = 0})), (Rows{1}));
    // As doubles both are equal.
    EXPECT_EQ(find(integer_range({.gt = 9007199254740992.0})), Rows{});
    EXPECT_EQ(find(integer_range({.gte = 9007199254740992.0})), (Rows{4}));
    EXPECT_EQ(find(KeySet::of({integer_key(10), integer_key(7)})), (Rows{1, 3}));
}

TEST_F(FieldRunTest, finds_places) {
    make(type_of(FieldKind::geo),
         {R"({"lon":13.4,"lat":52.5})", R"([{"lon":2.35,"lat":48.86},{"lon":-74,"lat":40.7}])",
          R"({"lon":179.9,"lat":0})", R"({"lon":-179.9,"lat":0})", R"("Rome")"});
    EXPECT_EQ(find(GeoArea{GeoBox{{0, 60}, {20, 40}}}), (Rows{0, 1}));
    EXPECT_EQ(find(GeoArea{GeoBox{{170, 10}, {-170, -10}}}), (Rows{2, 3}));
    EXPECT_EQ(find(GeoArea{GeoRadius{{-74, 40}, 100000}}), (Rows{1}));
    EXPECT_EQ(find(GeoArea{GeoRadius{{180, 0}, 20000}}), (Rows{2, 3}));
    EXPECT_EQ(find(GeoArea{GeoPolygon{{{0, 40}, {30, 40}, {30, 60}, {0, 60}, {0, 40}},
                                      {{{1, 45}, {5, 45}, {5, 50}, {1, 50}, {1, 45}}}}}),
              (Rows{0}));
    EXPECT_EQ(find(GeoArea{GeoRadius{{0, 0}, 30000000}}), (Rows{0, 1, 2, 3}));
}

TEST_F(FieldRunTest, finds_tokens_and_phrases) {
    make(type_of(FieldKind::text, true),
         {R"("The red fox")", R"("the fox is red")", R"(["a red","fox"])", "17", R"("fox fox")"});
    using Kind = TokenMatch::Kind;
    EXPECT_EQ(find(TokenMatch{Kind::all, {"red", "fox"}}), (Rows{0, 1, 2}));
    EXPECT_EQ(find(TokenMatch{Kind::all, {"fox", "owl"}}), Rows{});
    EXPECT_EQ(find(TokenMatch{Kind::any, {"the", "owl"}}), (Rows{0, 1}));
    EXPECT_EQ(find(TokenMatch{Kind::any, {"fox", "fox"}}), (Rows{0, 1, 2, 4}));
    EXPECT_EQ(find(TokenMatch{Kind::phrase, {"red", "fox"}}), (Rows{0, 2}));
    EXPECT_EQ(find(TokenMatch{Kind::phrase, {"fox", "fox"}}), (Rows{4}));
    EXPECT_EQ(find(TokenMatch{Kind::phrase, {"fox"}}), (Rows{0, 1, 2, 4}));
    EXPECT_EQ(find(TokenMatch{Kind::all, {}}), Rows{});
    EXPECT_EQ(find(RowFact{RowFact::Kind::other}), (Rows{3}));
}

TEST_F(FieldRunTest, refuses_phrases_without_an_order) {
    make(type_of(FieldKind::text), {R"("a b")"});
    const FieldLookup phrase = TokenMatch{TokenMatch::Kind::phrase, {"a", "b"}};
    const EntrySink sink = [](std::span<const uint32_t>, CommitInterval) {};
    EXPECT_EQ(run_->find(phrase, sink).code(), base::Code::invalid);
    EXPECT_EQ(view_->find(phrase, sink).code(), base::Code::invalid);
}

TEST_F(FieldRunTest, finds_facts) {
    make(type_of(FieldKind::keyword),
         {R"("a")", "null", "[]", "[null]", R"(["a","b",1])", "[1,2,3,4,5]", "{}"});
    EXPECT_EQ(find(RowFact{RowFact::Kind::every_row}), (Rows{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(find(RowFact{RowFact::Kind::empty}), (Rows{1, 2}));
    EXPECT_EQ(find(RowFact{RowFact::Kind::null}), (Rows{1, 3}));
    EXPECT_EQ(find(RowFact{RowFact::Kind::other}), (Rows{4, 5, 6}));
    EXPECT_EQ(find(RowFact{RowFact::Kind::several}), Rows{});
    EXPECT_EQ(find(CountRange{0, 0}), (Rows{1, 2}));
    EXPECT_EQ(find(CountRange{2, 4}), (Rows{4}));
    EXPECT_EQ(find(CountRange{5, UINT64_MAX}), (Rows{5}));
    EXPECT_EQ(find(CountRange{3, 2}), Rows{});
    EXPECT_EQ(find(CountRange{}), (Rows{0, 1, 2, 3, 4, 5, 6}));
}

TEST_F(FieldRunTest, reads_the_values_of_a_row) {
    make(type_of(FieldKind::keyword), {R"("a")", "7", R"(["b","a"])"});
    FieldValues values;
    for (const FieldSource* source : {static_cast<const FieldSource*>(run_.get()),
                                      static_cast<const FieldSource*>(view_.get())}) {
        auto found = source->read(2, 3, values);
        ASSERT_TRUE(found.ok());
        EXPECT_TRUE(*found);
        EXPECT_EQ(keys_of(values), (std::vector<std::string>{"a", "b"}));
        EXPECT_EQ(values.facts.values_count, 2u);
        found = source->read(1, 2, values);
        ASSERT_TRUE(found.ok());
        EXPECT_TRUE(*found);
        EXPECT_TRUE(values.facts.has_other);
        found = source->read(9, 3, values);
        EXPECT_TRUE(found.ok() && !*found);
        found = source->read(1, 7, values);
        EXPECT_TRUE(found.ok() && !*found);
    }
}

// "key:row" of each step.
std::string walk(const FieldSource& source, bool descending,
                 std::optional<std::string> from = std::nullopt) {
    std::string out;
    auto cursor = source.ordered(descending, std::move(from));
    EXPECT_TRUE(cursor.ok());
    for (;;) {
        const auto more = (*cursor)->next();
        EXPECT_TRUE(more.ok());
        if (!more.ok() || !*more) return out;
        for (const uint32_t row : (*cursor)->rows()) {
            out += std::string((*cursor)->key()) + std::to_string(row) + " ";
        }
    }
}

TEST_F(FieldRunTest, walks_values_in_order) {
    make(type_of(FieldKind::keyword), {R"("b")", R"(["c","a"])", R"("d")", "1"});
    for (const FieldSource* source : {static_cast<const FieldSource*>(run_.get()),
                                      static_cast<const FieldSource*>(view_.get())}) {
        EXPECT_EQ(walk(*source, false), "a1 b0 c1 d2 ");
        EXPECT_EQ(walk(*source, true), "d2 c1 b0 a1 ");
        EXPECT_EQ(walk(*source, false, "b"), "b0 c1 d2 ");
        EXPECT_EQ(walk(*source, true, "b"), "b0 a1 ");
        EXPECT_EQ(walk(*source, false, "bb"), "c1 d2 ");
        EXPECT_EQ(walk(*source, true, "bb"), "b0 a1 ");
        EXPECT_EQ(walk(*source, false, "z"), "");
        EXPECT_EQ(walk(*source, true, ""), "");
    }
}

TEST_F(FieldRunTest, counts_values) {
    make(type_of(FieldKind::keyword), {R"("b")", R"(["b","a"])", R"("b")", "1", R"("c")"});
    const auto count = [](const FieldSource& source, const EntryTest& test) {
        std::string out;
        const base::Status counted = source.count_values(
            test, [&](auto key, uint64_t n) { out += std::string(key) + std::to_string(n) + " "; });
        EXPECT_TRUE(counted.ok());
        return out;
    };
    const EntryTest first_rows = [](uint32_t row, CommitInterval) { return row < 2; };
    for (const FieldSource* source : {static_cast<const FieldSource*>(run_.get()),
                                      static_cast<const FieldSource*>(view_.get())}) {
        EXPECT_EQ(count(*source, {}), "a1 b3 c1 ");
        EXPECT_EQ(count(*source, first_rows), "a1 b2 ");
    }
}

TEST_F(FieldRunTest, holds_nothing) {
    make(type_of(FieldKind::keyword), {});
    EXPECT_EQ(find(prefix_range("")), Rows{});
    EXPECT_EQ(find(RowFact{}), Rows{});
    EXPECT_EQ(find(KeySet::of({"a"}, true)), Rows{});
    EXPECT_EQ(walk(*run_, true), "");
}

TEST_F(FieldRunTest, narrows_searches_by_fences) {
    std::vector<std::string> fields;
    for (int i = 0; i < 5000; ++i)
        fields.push_back("\"key " + std::to_string(i * 7919 % 5000) + "\"");
    // A key that is too long for a fence, and one that takes a part for itself.
    fields.push_back("\"key " + std::string(100000, '5') + "\"");
    make(type_of(FieldKind::keyword), fields);
    EXPECT_GT(run_->header().fences, 50u);
    for (int i = 0; i < 5000; i += 37) {
        EXPECT_EQ(find(KeySet::of({"key " + std::to_string(i * 7919 % 5000)})),
                  Rows{static_cast<uint32_t>(i)});
    }
    EXPECT_EQ(find(prefix_range("key " + std::string(9, '5'))), Rows{5000});
    EXPECT_LT(run_->section().heap_bytes() - run_->section().blob().heap_bytes(), 16384u);
}

// Of several entries for a row those count that the test wants, and the last of them.
TEST(FieldRun, takes_the_wanted_entries_of_a_tail) {
    const FieldType type = type_of(FieldKind::keyword);
    FieldTail tail(type);
    tail.put(0, 5, 1, values_of(R"({"f":"old"})", type));
    tail.put(1, 3, 1, values_of(R"({"f":"three"})", type));
    tail.put(2, 5, 2, values_of(R"({"f":"new"})", type));
    tail.put(3, 4, 2, values_of(R"({"f":"dead"})", type));
    FieldFiles files;
    const auto test = [](uint32_t row, CommitInterval) { return row != 4; };
    const auto run = files.open(files.write(tail, 4, {0, 2}, test), type);
    ASSERT_NE(run, nullptr);
    EXPECT_EQ(walk(*run, false), "new5 three3 ");
    EXPECT_EQ(run->interval(), (CommitInterval{0, 2}));
}

TEST(FieldTail, is_put_again_where_it_is_not_published) {
    const FieldType type = type_of(FieldKind::keyword);
    const auto tail = std::make_shared<FieldTail>(type);
    tail->put(0, 0, 1, values_of(R"({"f":"a"})", type));
    const size_t before = tail->heap_bytes(1);
    tail->put(1, 1, 2, values_of(R"({"f":"failed"})", type));
    tail->put(1, 2, 2, values_of(R"({"f":"b"})", type));
    EXPECT_EQ(walk(FieldTailView(tail, 2), false), "a0 b2 ");
    EXPECT_EQ(walk(FieldTailView(tail, 1), false), "a0 ");
    EXPECT_EQ(tail->heap_bytes(1), before);
    EXPECT_GT(tail->heap_bytes(2), before);
}

TEST(FieldTail, answers_of_a_growing_tail_are_brought_up_to_date) {
    const FieldType type = type_of(FieldKind::integer);
    const auto tail = std::make_shared<FieldTail>(type);
    std::mt19937_64 random(3);
    std::vector<int64_t> last(50, -1);
    RowBitset kept;
    const FieldLookup lookup = integer_range(Bounds<double>{.gte = 5});
    uint32_t covered = 0;
    for (uint32_t i = 0; i < 2000; ++i) {
        const auto row = static_cast<uint32_t>(random() % last.size());
        last[row] = static_cast<int64_t>(random() % 10);
        tail->put(i, row, i + 1, values_of("{\"f\":" + std::to_string(last[row]) + "}", type));
        if (random() % 50 != 0) continue;
        ASSERT_TRUE(FieldTailView(tail, i + 1).update(lookup, covered, kept).ok());
        covered = i + 1;
        for (uint32_t each = 0; each < last.size(); ++each) {
            ASSERT_EQ(kept.test(each), last[each] >= 5) << i << " " << each;
        }
    }
    EXPECT_GT(covered, 1000u);
}

TEST(FieldTail, is_read_while_it_grows) {
    const FieldType type = type_of(FieldKind::keyword);
    const auto tail = std::make_shared<FieldTail>(type);
    std::atomic<uint32_t> published{0};
    std::thread reader([&] {
        for (uint32_t length = 0; length < 5000;) {
            length = published.load(std::memory_order_acquire);
            const FieldTailView view(tail, length);
            EXPECT_EQ(rows_of(view, KeySet::of({"x"})).size(), (length + 2) / 3);
        }
    });
    const FieldValues with = values_of(R"({"f":["x","y"]})", type);
    const FieldValues without = values_of(R"({"f":"y"})", type);
    for (uint32_t i = 0; i < 5000; ++i) {
        tail->put(i, i, i + 1, i % 3 == 0 ? with : without);
        published.store(i + 1, std::memory_order_release);
    }
    reader.join();
}

TEST(FieldRun, is_refused_when_it_is_another_one) {
    FieldFiles files;
    const FieldType type = type_of(FieldKind::keyword);
    const auto section = files.write(*make_tail(type, {R"("a")"}), 1, {0, 1});
    const auto opens = [&](FieldPlace place, const FieldType& as) {
        const auto run = FieldRun::open(section.blob, place, as, 1);
        return run.ok() ? base::Code::ok : run.status().code();
    };
    EXPECT_EQ(opens(section.place, type), base::Code::ok);
    EXPECT_EQ(opens(section.place, type_of(FieldKind::text)), base::Code::corrupt);
    EXPECT_EQ(opens(section.place, {FieldKind::keyword, true, nullptr}), base::Code::corrupt);
    EXPECT_EQ(opens({0, section.place.length}, type), base::Code::corrupt);
    EXPECT_EQ(opens({section.place.offset, section.place.length - 1}, type), base::Code::corrupt);
    EXPECT_EQ(opens({section.place.offset, section.place.length + 1}, type), base::Code::corrupt);
    EXPECT_EQ(opens({UINT64_MAX, 1}, type), base::Code::corrupt);
}

}  // namespace
}  // namespace grape::index
