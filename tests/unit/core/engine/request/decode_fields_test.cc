// Indexes of payload fields, facets, and scrolls in the order of a field.
#include "core/base/datetime.h"
#include "core/engine/request/field_schema.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

std::string with_schema(std::string_view schema) {
    return base::cat(R"({"create_field_index":{"collection_name":"c","field_name":"a[].b",)",
                     R"("field_schema":)", schema, "}}");
}
FieldSchema schema(std::string_view json) {
    return body_of<CreateFieldIndex>(with_schema(json)).schema;
}
std::string schema_error(std::string_view json) {
    return error_of(with_schema(json));
}
std::string scroll_error(std::string_view members) {
    return error_of(base::cat(R"({"scroll_points":{"collection_name":"c",)", members, "}}"));
}
OrderBy order(std::string_view order_by) {
    return *body_of<ScrollPoints>(
                base::cat(R"({"scroll_points":{"collection_name":"c","order_by":)", order_by, "}}"))
                .order_by;
}

TEST(DecodeFields, creates_and_deletes_indexes) {
    const auto create = body_of<CreateFieldIndex>(with_schema("\"keyword\""));
    EXPECT_EQ(create.collection, "c");
    EXPECT_EQ(create.field.to_string(), "a[].b");
    EXPECT_EQ(create.schema.kind, index::FieldKind::keyword);
    const auto drop = body_of<DeleteFieldIndex>(
        R"({"delete_field_index":{"collection_name":"c","field_name":"a","wait":true}})");
    EXPECT_EQ(drop.field.to_string(), "a");
    for (const std::string_view kind :
         {"keyword", "integer", "float", "bool", "datetime", "uuid", "geo", "text"}) {
        EXPECT_EQ(field_kind_name(schema(base::cat('"', kind, '"')).kind), kind);
        EXPECT_EQ(field_kind_name(schema(base::cat(R"({"type":")", kind, "\"}")).kind), kind);
    }
}

TEST(DecodeFields, reads_every_option) {
    const auto keyword = schema(
        R"({"type":"keyword","is_tenant":true,"on_disk":true,"memory":"cold","prefix":{"x":1},
            "enable_hnsw":false})");
    EXPECT_EQ(keyword.is_tenant, true);
    EXPECT_EQ(keyword.on_disk, true);
    EXPECT_EQ(keyword.memory, storage::Placement::cold);
    EXPECT_EQ(keyword.prefix, true);
    EXPECT_EQ(keyword.enable_hnsw, false);
    const auto text = schema(
        R"({"type":"text","tokenizer":"prefix","lowercase":false,"ascii_folding":true,
            "phrase_matching":true,"min_token_len":2,"max_token_len":20,
            "stopwords":{"languages":["english"],"custom":["x"]},
            "stemmer":{"type":"snowball","language":"german"}})");
    EXPECT_EQ(text.text.tokenizer, index::TextOptions::Kind::prefix);
    EXPECT_FALSE(text.text.lowercase);
    EXPECT_TRUE(text.text.ascii_folding && text.text.phrase_matching);
    EXPECT_EQ(text.text.min_token_len, 2u);
    EXPECT_EQ(text.text.max_token_len, 20u);
    EXPECT_EQ(text.text.stopword_languages, std::vector<std::string>{"english"});
    EXPECT_EQ(text.text.stopwords, std::vector<std::string>{"x"});
    EXPECT_EQ(text.text.stemmer, "german");
    EXPECT_EQ(schema(R"({"type":"text","stemmer":{"type":"none"}})").text.stemmer, "");
    EXPECT_EQ(schema(R"({"type":"text","stopwords":"french"})").text.stopword_languages,
              std::vector<std::string>{"french"});
}

TEST(DecodeFields, writes_schemas_that_read_back) {
    for (const std::string_view json :
         {R"({"type":"uuid"})",
          R"({"type":"integer","is_principal":true,"lookup":false,"range":true})",
          R"({"type":"keyword","is_tenant":true,"on_disk":false,"prefix":true,"memory":"pinned"})",
          R"({"type":"text","tokenizer":"word","lowercase":true,"ascii_folding":false,)"
          R"("phrase_matching":true,"min_token_len":1,"stemmer":{"type":"snowball",)"
          R"("language":"english"},"stopwords":{"languages":["german"],"custom":["a","b"]}})"}) {
        std::string written;
        base::JsonWriter(written).value(field_schema_json(schema(json)));
        EXPECT_EQ(written, json);
    }
}

TEST(DecodeFields, refuses_wrong_schemas) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"\"number\"", "INVALID: field_schema: expected one of keyword, integer, float,"},
        {"7", "INVALID: field_schema: expected a type or an object, got 7"},
        {"{}", "INVALID: field_schema.type: is required"},
        {R"({"type":"bool","is_tenant":true})",
         "INVALID: field_schema.is_tenant: an index of type bool has no such option"},
        {R"({"type":"keyword","tokenizer":"word"})", "INVALID: field_schema: unknown member"},
        {R"({"type":"text","tokenizer":"icu"})",
         "INVALID: field_schema.tokenizer: expected one of"},
        {R"({"type":"text","min_token_len":5,"max_token_len":4})",
         "INVALID: field_schema.min_token_len: 5 is over max_token_len"},
        {R"({"type":"text","stopwords":"hinglish"})",
         R"(UNSUPPORTED: field_schema.stopwords: no list for "hinglish")"},
        {R"({"type":"text","stemmer":{"type":"snowball","language":"klingon"}})",
         R"(UNSUPPORTED: field_schema.stemmer: no language "klingon")"},
        {R"({"type":"text","stemmer":{"type":"snowball"}})",
         "INVALID: field_schema.stemmer.language: is required"},
        {R"({"type":"text","scoring":true})", "UNSUPPORTED: field_schema.scoring: not supported"},
    };
    for (const auto& [json, message] : cases) {
        const std::string wanted = base::cat("GRAPE_E_", message);
        EXPECT_EQ(schema_error(json).substr(0, wanted.size()), wanted) << json;
    }
    EXPECT_EQ(error_of(R"({"create_field_index":{"collection_name":"c","field_name":"a"}})"),
              "GRAPE_E_INVALID: field_schema: is required");
    const std::string name(2000, 'a');
    EXPECT_EQ(error_of(base::cat(R"({"delete_field_index":{"collection_name":"c","field_name":")",
                                 name, "\"}}"))
                  .substr(0, 14),
              "GRAPE_E_LIMIT:");
}

TEST(DecodeFields, reads_facets) {
    const auto facet = body_of<FacetPoints>(R"({"facet":{"collection_name":"c","key":"a"}})");
    EXPECT_EQ(facet.limit, 10u);
    EXPECT_FALSE(facet.exact);
    EXPECT_EQ(facet.filter, nullptr);
    const auto full = body_of<FacetPoints>(
        R"({"facet":{"collection_name":"c","key":"a.b","limit":3,"exact":true,
            "filter":{"must":{"has_id":[1]}},"timeout":5}})");
    EXPECT_EQ(full.key.to_string(), "a.b");
    EXPECT_EQ(full.limit, 3u);
    EXPECT_TRUE(full.exact);
    EXPECT_NE(full.filter, nullptr);
    EXPECT_EQ(error_of(R"({"facet":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: key: is required");
    EXPECT_EQ(error_of(R"({"facet":{"collection_name":"c","key":"a","limit":100001}})"),
              "GRAPE_E_LIMIT: limit: 100001 is over the limit of 100000");
}

TEST(DecodeFields, reads_orders) {
    EXPECT_EQ(order("\"a.b\"").key.to_string(), "a.b");
    EXPECT_FALSE(order("\"a\"").descending);
    EXPECT_TRUE(order(R"({"key":"a","direction":"desc"})").descending);
    EXPECT_EQ(std::get<int64_t>(*order(R"({"key":"a","start_from":-3})").start_from), -3);
    EXPECT_EQ(std::get<double>(*order(R"({"key":"a","start_from":0.5})").start_from), 0.5);
    EXPECT_EQ(std::get<int64_t>(*order(R"({"key":"a","start_from":"2024-01-01"})").start_from),
              base::parse_datetime_us("2024-01-01"));
    EXPECT_EQ(scroll_error(R"("order_by":{"key":"a","direction":"up"})").substr(0, 42),
              "GRAPE_E_INVALID: order_by.direction: expec");
    EXPECT_EQ(scroll_error(R"("order_by":{"key":"a","start_from":"x"})").substr(0, 44),
              "GRAPE_E_INVALID: order_by.start_from: \"x\" is");
    EXPECT_EQ(scroll_error(R"("order_by":"a","offset":3)"),
              "GRAPE_E_INVALID: offset: not with order_by; go on with order_by.start_from");
}

}  // namespace
}  // namespace grape::engine
