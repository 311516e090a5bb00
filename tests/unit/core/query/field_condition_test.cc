// Which conditions the index of each kind answers, as a table.
#include "core/query/field_condition.h"

#include "tests/unit/core/index/field/field_fixture.h"

namespace grape::query {
namespace {

using index::FieldKind;

struct Check {
    const char* name;
    decltype(FieldCondition::check) check;
};

const std::vector<Check>& checks() {
    using Kind = MatchText::Kind;
    static const std::vector<Check> kChecks = {
        {"string", MatchValue{std::string("red")}},
        {"integer", MatchValue{int64_t{7}}},
        {"boolean", MatchValue{true}},
        {"uuid", MatchValue{std::string("10000000-0000-4000-8000-000000000001")}},
        {"any", MatchAny{{std::string("red"), std::string("blue")}}},
        {"except", MatchExcept{{int64_t{7}}}},
        {"text", MatchText{Kind::text, "a b"}},
        {"phrase", MatchText{Kind::phrase, "a b"}},
        {"prefix", MatchText{Kind::prefix, "r"}},
        {"substring", MatchText{Kind::substring, "r"}},
        {"range", Range{1.0, std::nullopt, std::nullopt, std::nullopt}},
        {"datetime", DatetimeRange{1, std::nullopt, std::nullopt, std::nullopt}},
        {"geo", index::GeoRadius{{1, 2}, 3}},
        {"count", ValuesCount{std::nullopt, uint64_t{1}, std::nullopt, std::nullopt}},
    };
    return kChecks;
}

// x: by its values; o: none of its values can match, others may; .: not at all.
char answer(const Check& check, const index::FieldType& type) {
    const auto asked = ask({index::path_of("f"), check.check}, type);
    if (!asked) return '.';
    EXPECT_FALSE(asked->negated) << check.name;
    EXPECT_TRUE(asked->unknown.has_value()) << check.name;
    const auto* keys = std::get_if<index::KeySet>(&asked->lookup);
    return keys != nullptr && keys->keys.empty() && !keys->except ? 'o' : 'x';
}

TEST(FieldCondition, each_kind_answers_what_its_values_can) {
    const std::vector<std::tuple<FieldKind, bool, const char*>> kTable = {
        // string integer boolean uuid any except text phrase prefix substring range datetime geo
        // count
        {FieldKind::keyword, false, "xooxxx..x.o.ox"},
        {FieldKind::integer, false,
         "oxooox"
         "oooo"
         "xoox"},
        {FieldKind::floating, false,
         "......"
         "oooo"
         "xoox"},
        {FieldKind::boolean, false,
         "ooxoox"
         "oooo"
         "ooox"},
        {FieldKind::datetime, false,
         "......"
         "...."
         "oxox"},
        {FieldKind::uuid, false,
         "oooxox"
         "...."
         "o.ox"},
        {FieldKind::geo, false,
         "......"
         "oooo"
         "ooxx"},
        {FieldKind::text, false,
         "......"
         "x..."
         "o.ox"},
        {FieldKind::text, true,
         "......"
         "xx.."
         "o.ox"},
    };
    for (const auto& [kind, ordered, expected] : kTable) {
        std::string found;
        for (const Check& check : checks()) found += answer(check, index::type_of(kind, ordered));
        EXPECT_EQ(found, expected) << static_cast<int>(kind) << (ordered ? " in order" : "");
    }
}

TEST(FieldCondition, a_list_keeps_what_the_kind_has_keys_for) {
    const auto asked = ask({index::path_of("f"), MatchAny{{int64_t{7}, std::string("red")}}},
                           index::type_of(FieldKind::keyword));
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(std::get<index::KeySet>(asked->lookup).keys, std::vector<std::string>{"red"});
    const auto except =
        ask({index::path_of("f"), MatchExcept{{int64_t{7}}}}, index::type_of(FieldKind::keyword));
    ASSERT_TRUE(except.has_value());
    EXPECT_TRUE(std::get<index::KeySet>(except->lookup).except);
    EXPECT_TRUE(std::get<index::KeySet>(except->lookup).keys.empty());
}

TEST(FieldCondition, counts_that_nothing_has_are_left_to_the_payload) {
    const auto type = index::type_of(FieldKind::keyword);
    const auto path = index::path_of("f");
    const std::optional<uint64_t> no;
    EXPECT_FALSE(ask({path, ValuesCount{uint64_t{0}, no, no, no}}, type).has_value());
    EXPECT_FALSE(ask({path, ValuesCount{no, UINT64_MAX, no, no}}, type).has_value());
    const auto asked =
        ask({path, ValuesCount{uint64_t{5}, uint64_t{1}, uint64_t{9}, uint64_t{0}}}, type);
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(std::get<index::CountRange>(asked->lookup).first, 2u);
    EXPECT_EQ(std::get<index::CountRange>(asked->lookup).last, 4u);
}

TEST(FieldCondition, several_tokens_are_sure_in_one_value_only) {
    const auto path = index::path_of("f");
    const auto type = index::type_of(FieldKind::text, true);
    using Kind = MatchText::Kind;
    EXPECT_TRUE(ask({path, MatchText{Kind::text, "a b"}}, type)->sure_if.has_value());
    EXPECT_TRUE(ask({path, MatchText{Kind::phrase, "a b"}}, type)->sure_if.has_value());
    EXPECT_FALSE(ask({path, MatchText{Kind::text, "a"}}, type)->sure_if.has_value());
    EXPECT_FALSE(ask({path, MatchText{Kind::text_any, "a b"}}, type)->sure_if.has_value());
}

TEST(FieldCondition, emptiness_and_null_are_known_of_every_row) {
    for (const bool wanted : {true, false}) {
        const FieldQuestion empty = ask(IsEmpty{index::path_of("f"), wanted});
        const FieldQuestion null = ask(IsNull{index::path_of("f"), wanted});
        EXPECT_EQ(empty.negated, !wanted);
        EXPECT_EQ(null.negated, !wanted);
        EXPECT_FALSE(empty.unknown.has_value());
        EXPECT_FALSE(null.unknown.has_value());
    }
}

}  // namespace
}  // namespace grape::query
