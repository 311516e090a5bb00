#include "core/index/field/field_values.h"

#include "tests/unit/core/index/field/field_fixture.h"

namespace grape::index {
namespace {

using Keys = std::vector<std::string>;

TEST(FieldValues, takes_the_strings_for_keywords) {
    const FieldType type = type_of(FieldKind::keyword);
    FieldValues values = values_of(R"({"f":["b","a","b",null]})", type);
    EXPECT_EQ(keys_of(values), (Keys{"a", "b"}));
    EXPECT_FALSE(values.facts.has_other);
    EXPECT_TRUE(values.facts.is_null);
    EXPECT_EQ(values.facts.values_count, 4u);
    values = values_of(R"({"f":["a",1]})", type);
    EXPECT_EQ(keys_of(values), Keys{"a"});
    EXPECT_TRUE(values.facts.has_other);
}

TEST(FieldValues, takes_only_integers_that_are_written_so) {
    const FieldType type = type_of(FieldKind::integer);
    EXPECT_EQ(keys_of(values_of(R"({"f":-3})", type)), Keys{integer_key(-3)});
    for (const char* json : {R"({"f":1.0})", R"({"f":18446744073709551615})", R"({"f":"1"})",
                             R"({"f":true})", R"({"f":{}})", R"({"f":[[1]]})"}) {
        const FieldValues values = values_of(json, type);
        EXPECT_EQ(values.size(), 0u) << json;
        EXPECT_TRUE(values.facts.has_other) << json;
    }
}

TEST(FieldValues, takes_numbers_that_a_double_holds) {
    const FieldType type = type_of(FieldKind::floating);
    for (const char* json : {"1.5", "-2", "9007199254740992", "9007199254740994", "-0.0",
                             "9223372036854775808", "-9223372036854775808"}) {
        const FieldValues values = values_of(std::string(R"({"f":)") + json + "}", type);
        EXPECT_EQ(values.size(), 1u) << json;
        EXPECT_FALSE(values.facts.has_other) << json;
    }
    for (const char* json :
         {"9007199254740993", "9223372036854775807", "18446744073709551615", "\"1\""}) {
        const FieldValues values = values_of(std::string(R"({"f":)") + json + "}", type);
        EXPECT_EQ(values.size(), 0u) << json;
        EXPECT_TRUE(values.facts.has_other) << json;
    }
}

TEST(FieldValues, takes_booleans_datetimes_uuids_and_places) {
    EXPECT_EQ(keys_of(values_of(R"({"f":[true,false,true]})", type_of(FieldKind::boolean))),
              (Keys{boolean_key(false), boolean_key(true)}));
    const FieldValues times =
        values_of(R"({"f":["1970-01-01T00:00:01Z","later"]})", type_of(FieldKind::datetime));
    EXPECT_EQ(keys_of(times), Keys{integer_key(1000000)});
    EXPECT_TRUE(times.facts.has_other);
    const std::string uuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    const FieldValues uuids =
        values_of(R"({"f":[")" + uuid + R"(","6F9619FF-8B86-D011-B42D-00C04FC964FF"]})",
                  type_of(FieldKind::uuid));
    EXPECT_EQ(keys_of(uuids), Keys{*uuid_key(uuid)});
    EXPECT_TRUE(uuids.facts.has_other);
    const FieldValues places =
        values_of(R"({"f":[{"lon":1,"lat":2.5},{"lon":1}]})", type_of(FieldKind::geo));
    EXPECT_EQ(keys_of(places), Keys{geo_key({1, 2.5})});
    EXPECT_TRUE(places.facts.has_other);
}

TEST(FieldValues, keeps_tokens_in_order_where_phrases_are_wanted) {
    const char* json = R"({"f":["the red fox","saw the fox"]})";
    EXPECT_EQ(keys_of(values_of(json, type_of(FieldKind::text))),
              (Keys{"fox", "red", "saw", "the"}));
    EXPECT_EQ(keys_of(values_of(json, type_of(FieldKind::text, true))),
              (Keys{"the", "red", "fox", "saw", "the", "fox"}));
}

struct FactsCase {
    const char* json;
    const char* path;
    FieldFacts facts;  // values_count, null, empty, other, several
};

TEST(FieldValues, say_what_there_is_besides_values) {
    const FactsCase cases[] = {
        {R"({})", "f", {0, false, true, false, false}},
        {R"({"f":null})", "f", {0, true, true, false, false}},
        {R"({"f":[]})", "f", {0, false, true, false, false}},
        {R"({"f":[null]})", "f", {1, true, false, false, false}},
        {R"({"f":[1,null]})", "f", {2, true, false, true, false}},
        {R"({"f":"a"})", "f", {1, false, false, false, false}},
        {R"({"f":{}})", "f", {1, false, false, true, false}},
        {R"({"f":[[]]})", "f", {1, false, false, true, false}},
        {R"({"f":[{"g":"a"},{"g":null}]})", "f[].g", {0, true, false, false, true}},
        {R"({"f":[{"g":[]},{"h":1}]})", "f[].g", {0, false, true, false, false}},
        {R"({"f":[]})", "f[].g", {0, false, true, false, false}},
    };
    for (const FactsCase& each : cases) {
        const FieldValues values = values_of(each.json, type_of(FieldKind::keyword), each.path);
        EXPECT_EQ(values.facts, each.facts) << each.json << " " << each.path;
        EXPECT_EQ(FieldFacts::unpack(values.facts.pack()), values.facts);
        const std::string payload = payload_of(each.json);
        FieldFacts facts = extract_facts(base::PayloadView(payload), path_of(each.path));
        facts.has_other = each.facts.has_other;
        EXPECT_EQ(facts, each.facts) << each.json;
    }
}

TEST(FieldLookup, has_different_bytes_when_it_differs) {
    const FieldLookup lookups[] = {
        KeySet::of({"a", "b"}),
        KeySet::of({"ab"}),
        KeySet::of({"a", "b"}, true),
        KeySet::of({}),
        KeyRange{"a", "b"},
        KeyRange{"a", std::nullopt},
        KeyRange{"", "ab"},
        GeoArea{GeoBox{{1, 2}, {3, 1}}},
        GeoArea{GeoRadius{{1, 2}, 3}},
        GeoArea{GeoPolygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, {}}},
        GeoArea{GeoPolygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, {{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}},
        TokenMatch{TokenMatch::Kind::all, {"a", "b"}},
        TokenMatch{TokenMatch::Kind::phrase, {"a", "b"}},
        CountRange{0, 1},
        CountRange{1, 0},
        RowFact{RowFact::Kind::null},
        RowFact{RowFact::Kind::other}};
    std::map<std::string, int> seen;
    for (const FieldLookup& lookup : lookups) ++seen[lookup_bytes(lookup)];
    EXPECT_EQ(seen.size(), std::size(lookups));
    EXPECT_EQ(lookup_bytes(KeySet::of({"b", "a", "b"})), lookup_bytes(lookups[0]));
}

}  // namespace
}  // namespace grape::index
