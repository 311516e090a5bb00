// Requests that read points.
#include "core/base/limits.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

QueryPoints query(std::string_view members) {
    return body_of<QueryPoints>(
        base::cat(R"({"query_points":{"collection_name":"c",)", members, "}}"));
}
std::string query_error(std::string_view members) {
    return error_of(base::cat(R"({"query_points":{"collection_name":"c",)", members, "}}"));
}
GetPoints get(std::string_view members) {
    return body_of<GetPoints>(
        base::cat(R"({"get_points":{"collection_name":"c","ids":[1],)", members, "}}"));
}
std::string get_error(std::string_view members) {
    return error_of(base::cat(R"({"get_points":{"collection_name":"c","ids":[1],)", members, "}}"));
}

TEST(DecodeQueries, has_the_defaults_of_qdrant) {
    const auto body = query(R"("query":[1,2])");
    EXPECT_EQ(body.limit, 10u);
    EXPECT_EQ(body.offset, 0u);
    EXPECT_EQ(body.using_vector, "");
    EXPECT_FALSE(body.score_threshold.has_value());
    EXPECT_EQ(body.with_payload.kind, WithPayload::Kind::none);
    EXPECT_EQ(body.with_vectors.kind, WithVectors::Kind::none);
    EXPECT_FALSE(body.exact);
    EXPECT_FALSE(body.hnsw_ef.has_value());
    EXPECT_EQ(body.filter, nullptr);
    const auto scroll = body_of<ScrollPoints>(R"({"scroll_points":{"collection_name":"c"}})");
    EXPECT_EQ(scroll.limit, 10u);
    EXPECT_FALSE(scroll.offset.has_value());
    EXPECT_EQ(scroll.with_payload.kind, WithPayload::Kind::all);
    EXPECT_EQ(get(R"("timeout":1)").with_payload.kind, WithPayload::Kind::all);
}

TEST(DecodeQueries, takes_vectors_blobs_and_ids) {
    EXPECT_EQ(floats(std::get<VectorData>(query(R"("query":[1,2])").query)),
              (std::vector<float>{1, 2}));
    EXPECT_EQ(floats(std::get<VectorData>(query(R"("query":{"nearest":[3]})").query)),
              (std::vector<float>{3}));
    EXPECT_EQ(std::get<VectorData>(query(R"("query":{"blob":0,"row":1})").query).data,
              test_blobs().vectors() + 4);
    EXPECT_EQ(std::get<VectorData>(query(R"("query":{"nearest":{"blob":0,"row":0}})").query).data,
              test_blobs().vectors());
    EXPECT_EQ(std::get<base::PointId>(query(R"("query":7)").query).as_number(), 7u);
    EXPECT_EQ(std::get<base::PointId>(query(R"("query":{"nearest":"w"})").query).as_string(), "w");
}

TEST(DecodeQueries, reads_every_member) {
    const auto body = query(
        R"("query":[1],"using":"image","limit":5,"offset":20,"score_threshold":-0.5,
           "params":{"exact":true,"hnsw_ef":64,"indexed_only":true},"with_payload":true,
           "with_vector":["image"],"filter":{"must":{"has_id":[1]}},"prefetch":[],"consistency":1)");
    EXPECT_EQ(body.using_vector, "image");
    EXPECT_EQ(body.limit, 5u);
    EXPECT_EQ(body.offset, 20u);
    EXPECT_EQ(body.score_threshold, -0.5f);
    EXPECT_TRUE(body.exact);
    EXPECT_TRUE(body.indexed_only);
    EXPECT_EQ(body.hnsw_ef, 64u);
    ASSERT_NE(body.filter, nullptr);
    EXPECT_EQ(body.filter->must.size(), 1u);
    EXPECT_EQ(body.with_payload.kind, WithPayload::Kind::all);
    EXPECT_EQ(body.with_vectors.kind, WithVectors::Kind::some);
    EXPECT_EQ(body.with_vectors.names, std::vector<std::string>{"image"});
}

TEST(DecodeQueries, refuses_wrong_members) {
    EXPECT_EQ(query_error(R"("query":[1,"a"])"),
              "GRAPE_E_INVALID: query[1]: expected a number, got a string");
    EXPECT_EQ(query_error(R"("query":true)").substr(0, 45),
              "GRAPE_E_INVALID: query: expected a point id (");
    EXPECT_EQ(query_error(R"("query":{})"), "GRAPE_E_INVALID: query.nearest: is required");
    EXPECT_EQ(query_error(R"("query":[1],"limit":0)").substr(0, 23), "GRAPE_E_INVALID: limit:");
    EXPECT_EQ(query_error(R"("query":[1],"limit":1000001)"),
              "GRAPE_E_LIMIT: limit: 1000001 is over the limit of 1000000");
    EXPECT_EQ(query_error(R"("query":[1],"limit":18446744073709551615)").substr(0, 21),
              "GRAPE_E_LIMIT: limit:");
    EXPECT_EQ(query_error(R"("query":[1],"limit":1e30)").substr(0, 23), "GRAPE_E_INVALID: limit:");
    EXPECT_EQ(query_error(R"("query":[1],"offset":999991)"),
              "GRAPE_E_LIMIT: offset + limit: 1000001 is over the limit of 1000000");
    EXPECT_EQ(query_error(R"("query":[1],"score_threshold":"x")"),
              "GRAPE_E_INVALID: score_threshold: expected a number, got a string");
    EXPECT_EQ(query_error(R"("query":[1],"params":{"hnsw_ef":0})").substr(0, 32),
              "GRAPE_E_INVALID: params.hnsw_ef:");
    EXPECT_EQ(query_error(R"("query":[1],"params":{"ef":1})"),
              "GRAPE_E_INVALID: params: unknown member \"ef\"; known are exact, hnsw_ef, "
              "indexed_only");
    EXPECT_EQ(query_error(R"("query":[1],"using":"a/b")"),
              "GRAPE_E_INVALID: using: a name has no '/'");
    EXPECT_EQ(query_error(R"("query":[1],"top":3)").substr(0, 38),
              "GRAPE_E_INVALID: unknown member \"top\";");
}

TEST(DecodeQueries, names_what_later_versions_bring) {
    for (const std::string_view member : {"prefetch", "lookup_from", "shard_key"}) {
        EXPECT_EQ(query_error(base::cat(R"("query":[1],")", member, R"(":{"x":1})")),
                  base::cat("GRAPE_E_UNSUPPORTED: ", member, ": not supported"));
    }
    for (const std::string_view kind : {"recommend", "discover", "context", "order_by", "fusion",
                                        "rrf", "formula", "sample", "relevance_feedback"}) {
        EXPECT_EQ(query_error(base::cat(R"("query":{")", kind, R"(":"x"})")),
                  base::cat("GRAPE_E_UNSUPPORTED: query.", kind, ": not supported"));
    }
    EXPECT_EQ(query_error(R"("query":{"nearest":[1],"mmr":{"diversity":0.5}})"),
              "GRAPE_E_UNSUPPORTED: query.mmr: not supported");
    EXPECT_EQ(query_error(R"("query":{"text":"a","model":"m"})"),
              "GRAPE_E_UNSUPPORTED: query: vectors computed from documents: not supported");
    EXPECT_EQ(query_error(R"("query":{"indices":[1],"values":[1]})"),
              "GRAPE_E_UNSUPPORTED: query: sparse vectors: not supported");
    EXPECT_EQ(query_error(R"("query":[[1]])"),
              "GRAPE_E_UNSUPPORTED: query: multi-vectors: not supported");
    EXPECT_EQ(query_error(R"("limit":3)"),
              "GRAPE_E_UNSUPPORTED: query: a query without a vector or point id: not supported");
    EXPECT_EQ(query_error(R"("query":[1],"params":{"quantization":{"ignore":true}})"),
              "GRAPE_E_UNSUPPORTED: params.quantization: not supported");
}

TEST(DecodeQueries, reads_payload_selectors) {
    using Kind = WithPayload::Kind;
    const auto with = [](std::string_view value) {
        return get(base::cat(R"("with_payload":)", value)).with_payload;
    };
    EXPECT_EQ(with("true").kind, Kind::all);
    EXPECT_EQ(with("false").kind, Kind::none);
    EXPECT_EQ(with("null").kind, Kind::all);
    EXPECT_EQ(with(R"(["a.b","c"])").kind, Kind::include);
    EXPECT_EQ(with(R"(["a.b","c"])").paths.size(), 2u);
    EXPECT_EQ(with(R"({"include":["a"]})").kind, Kind::include);
    EXPECT_EQ(with(R"({"exclude":["a"]})").kind, Kind::exclude);
    // Nothing included is nothing; nothing excluded is everything.
    EXPECT_EQ(with("[]").kind, Kind::none);
    EXPECT_EQ(with(R"({"include":[]})").kind, Kind::none);
    EXPECT_EQ(with(R"({"exclude":[]})").kind, Kind::all);
    EXPECT_EQ(get_error(R"("with_payload":5)"),
              "GRAPE_E_INVALID: with_payload: expected a boolean, an array of keys, include or "
              "exclude, got 5");
    EXPECT_EQ(get_error(R"("with_payload":{"include":["a"],"exclude":["b"]})"),
              "GRAPE_E_INVALID: with_payload: one of include and exclude is required");
    EXPECT_EQ(get_error(R"("with_payload":{"include":["a["]})").substr(0, 41),
              "GRAPE_E_INVALID: with_payload.include[0]:");
    EXPECT_EQ(get_error(R"("with_payload":[1])"),
              "GRAPE_E_INVALID: with_payload[0]: expected a string, got 1");
}

TEST(DecodeQueries, reads_vector_selectors) {
    using Kind = WithVectors::Kind;
    EXPECT_EQ(get(R"("with_vector":true)").with_vectors.kind, Kind::all);
    EXPECT_EQ(get(R"("with_vectors":true)").with_vectors.kind, Kind::all);
    EXPECT_EQ(get(R"("with_vector":false)").with_vectors.kind, Kind::none);
    EXPECT_EQ(get(R"("with_vector":[])").with_vectors.kind, Kind::none);
    EXPECT_EQ(get(R"("with_vector":["a",""])").with_vectors.names.size(), 2u);
    EXPECT_EQ(get_error(R"("with_vector":"a")"),
              "GRAPE_E_INVALID: with_vector: expected a boolean or an array of vector names, got "
              "a string");
    EXPECT_EQ(get_error(R"("with_vector":true,"with_vectors":true)"),
              "GRAPE_E_INVALID: with_vectors: with_vector says it already");
}

TEST(DecodeQueries, gets_scrolls_and_counts) {
    const auto points = body_of<GetPoints>(
        R"({"get_points":{"collection_name":"c","ids":{"blob":1},"with_payload":false}})");
    EXPECT_EQ(points.ids.size(), 3u);
    EXPECT_EQ(error_of(R"({"get_points":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: ids: is required");
    const auto scroll = body_of<ScrollPoints>(
        R"({"scroll_points":{"collection_name":"c","offset":"w","limit":100}})");
    EXPECT_EQ(scroll.offset->as_string(), "w");
    EXPECT_EQ(scroll.limit, 100u);
    EXPECT_EQ(error_of(R"({"scroll_points":{"collection_name":"c","limit":0}})"),
              "GRAPE_E_INVALID: limit: expected an integer from 1 to 18446744073709551615, got 0");
    EXPECT_EQ(error_of(R"({"scroll_points":{"collection_name":"c","limit":1000001}})"),
              "GRAPE_E_LIMIT: limit: 1000001 is over the limit of 1000000");
    EXPECT_EQ(error_of(R"({"scroll_points":{"collection_name":"c","offset":-1}})").substr(0, 24),
              "GRAPE_E_INVALID: offset:");
    EXPECT_EQ(body_of<CountPoints>(R"({"count_points":{"collection_name":"c","exact":false}})")
                  .collection,
              "c");
}

TEST(DecodeQueries, reads_batches) {
    const auto body = body_of<QueryBatch>(
        R"({"query_batch_points":{"collection_name":"c","searches":[{"query":[1]},
            {"query":2,"collection_name":"d"}]}})");
    ASSERT_EQ(body.searches.size(), 2u);
    EXPECT_EQ(body.searches[0].collection, "c");
    EXPECT_EQ(body.searches[1].collection, "d");
    EXPECT_EQ(error_of(R"({"query_batch_points":{"collection_name":"c","searches":[{"query":[1]},
                           {"query":[1],"limit":2000000}]}})"),
              "GRAPE_E_LIMIT: searches[1]: limit: 2000000 is over the limit of 1000000");
    EXPECT_EQ(error_of(R"({"query_batch_points":{"searches":[{"query":[1]}]}})"),
              "GRAPE_E_INVALID: searches[0].collection_name: is required");
    EXPECT_EQ(error_of(R"({"query_batch_points":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: searches: is required");
    std::string searches = "0";
    for (size_t i = 0; i < base::limits::queries_per_batch_max; ++i) searches += ",0";
    EXPECT_EQ(error_of(base::cat(R"({"query_batch_points":{"searches":[)", searches, "]}}")),
              "GRAPE_E_LIMIT: searches: 10001 is over the limit of 10000");
}

}  // namespace
}  // namespace grape::engine
