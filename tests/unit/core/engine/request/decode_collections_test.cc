// Requests about collections and aliases.
#include "core/base/limits.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

using storage::Placement;

std::string create_error(std::string_view members) {
    return error_of(base::cat(R"({"create_collection":{"collection_name":"c",)", members, "}}"));
}

std::string vector_error(std::string_view params) {
    return create_error(base::cat(R"("vectors":{"a":)", params, "}"));
}

TEST(DecodeCollections, creates_with_one_unnamed_vector) {
    const auto body = body_of<CreateCollection>(
        R"({"create_collection":{"collection_name":"words","vectors":{"size":4,"distance":"Cosine"}}})");
    EXPECT_EQ(body.collection, "words");
    ASSERT_EQ(body.config.vectors.size(), 1u);
    const VectorParams& params = body.config.vectors[0];
    EXPECT_EQ(params.name, "");
    EXPECT_EQ(params.size, 4u);
    EXPECT_EQ(params.distance, vector::Distance::cosine);
    EXPECT_EQ(params.datatype, vector::Datatype::f32);
    EXPECT_EQ(params.memory, Placement::cached);
    EXPECT_EQ(json_of(body.config.metadata), "{}");
}

TEST(DecodeCollections, creates_with_named_vectors_in_order_of_names) {
    const auto body = body_of<CreateCollection>(
        R"({"create_collection":{"collection_name":"c","vectors":{
            "z":{"size":1,"distance":"Dot","datatype":"float16","memory":"pinned"},
            "a":{"size":65536,"distance":"Euclid","datatype":"uint8","memory":"cold"},
            "distance":{"size":2,"distance":"Manhattan","on_disk":true,"hnsw_config":{}},
            "size":{"size":2,"distance":"Dot","on_disk":true,"memory":"cached"}},
            "metadata":{"k":[1]},"timeout":3,"shard_number":1,"on_disk_payload":true,
            "sharding_method":"auto","sparse_vectors":{},"hnsw_config":null}})");
    ASSERT_EQ(body.config.vectors.size(), 4u);
    EXPECT_EQ(body.config.vectors[0].name, "a");
    EXPECT_EQ(body.config.vectors[0].datatype, vector::Datatype::u8);
    EXPECT_EQ(body.config.vectors[0].memory, Placement::cold);
    EXPECT_EQ(body.config.vectors[1].distance, vector::Distance::manhattan);
    EXPECT_EQ(body.config.vectors[1].memory, Placement::cold);
    EXPECT_EQ(body.config.vectors[2].memory, Placement::cached);
    EXPECT_EQ(body.config.vectors[3].datatype, vector::Datatype::f16);
    EXPECT_EQ(body.config.vectors[3].memory, Placement::pinned);
    EXPECT_EQ(json_of(body.config.metadata), R"({"k":[1]})");
}

TEST(DecodeCollections, refuses_wrong_vector_params) {
    EXPECT_EQ(vector_error(R"({"distance":"Dot"})"),
              "GRAPE_E_INVALID: vectors.a.size: is required");
    EXPECT_EQ(vector_error(R"({"size":4})"), "GRAPE_E_INVALID: vectors.a.distance: is required");
    EXPECT_EQ(vector_error(R"({"size":0,"distance":"Dot"})"),
              "GRAPE_E_INVALID: vectors.a.size: must be at least 1");
    EXPECT_EQ(vector_error(R"({"size":65537,"distance":"Dot"})"),
              "GRAPE_E_LIMIT: vectors.a.size: 65537 is over the limit of 65536");
    EXPECT_EQ(vector_error(R"({"size":4.5,"distance":"Dot"})"),
              "GRAPE_E_INVALID: vectors.a.size: expected an integer from 0 to "
              "18446744073709551615, got 4.5");
    EXPECT_EQ(vector_error(R"({"size":"4","distance":"Dot"})"),
              "GRAPE_E_INVALID: vectors.a.size: expected an integer, got a string");
    EXPECT_EQ(vector_error(R"({"size":4,"distance":"cosine"})"),
              "GRAPE_E_INVALID: vectors.a.distance: expected one of Cosine, Dot, Euclid, "
              "Manhattan; got \"cosine\"");
    EXPECT_EQ(vector_error(R"({"size":4,"distance":"Dot","memory":"warm"})"),
              "GRAPE_E_INVALID: vectors.a.memory: expected one of cached, pinned, cold; got "
              "\"warm\"");
    EXPECT_EQ(vector_error(R"({"size":4,"distance":"Dot","sise":4})"),
              "GRAPE_E_INVALID: vectors.a: unknown member \"sise\"; known are size, distance, "
              "datatype, memory, on_disk");
    EXPECT_EQ(vector_error("7"), "GRAPE_E_INVALID: vectors.a: expected an object, got 7");
    EXPECT_EQ(create_error(R"("vectors":[])"),
              "GRAPE_E_INVALID: vectors: expected an object, got an array");
    EXPECT_EQ(create_error(R"("vectors":{})"),
              "GRAPE_E_INVALID: vectors: a collection has at least one");
    EXPECT_EQ(create_error(R"("vectors":{"size":"4","distance":"Dot"})"),
              "GRAPE_E_INVALID: vectors.size: expected an integer, got a string");
}

TEST(DecodeCollections, names_what_later_versions_bring) {
    const std::string_view vector = R"({"size":4,"distance":"Dot",)";
    for (const std::string_view member :
         {"hnsw_config", "quantization_config", "multivector_config"}) {
        EXPECT_EQ(vector_error(base::cat(vector, '"', member, R"(":{"x":1}})")),
                  base::cat("GRAPE_E_UNSUPPORTED: vectors.a.", member, ": not supported"));
    }
    EXPECT_EQ(vector_error(base::cat(vector, R"("datatype":"turbo4"})")),
              "GRAPE_E_UNSUPPORTED: vectors.a.datatype: turbo4: not supported");
    const std::string_view vectors = R"("vectors":{"size":4,"distance":"Dot"},)";
    for (const std::string_view member :
         {"sparse_vectors", "hnsw_config", "optimizers_config", "wal_config", "quantization_config",
          "strict_mode_config", "payload"}) {
        EXPECT_EQ(create_error(base::cat(vectors, '"', member, R"(":{"x":{}})")),
                  base::cat("GRAPE_E_UNSUPPORTED: ", member, ": not supported"));
        EXPECT_EQ(create_error(base::cat(vectors, '"', member, R"(":{})")), "ok");
    }
    EXPECT_EQ(create_error(base::cat(vectors, R"("shard_number":2)")),
              "GRAPE_E_UNSUPPORTED: shard_number: any other number than 1: not supported");
    EXPECT_EQ(create_error(base::cat(vectors, R"("shard_number":0)")).substr(0, 29),
              "GRAPE_E_INVALID: shard_number");
    EXPECT_EQ(create_error(base::cat(vectors, R"("on_disk_payload":false)")),
              "GRAPE_E_UNSUPPORTED: on_disk_payload: payloads in memory: not supported");
    EXPECT_EQ(create_error(base::cat(vectors, R"("sharding_method":"custom")")),
              "GRAPE_E_UNSUPPORTED: sharding_method: custom: not supported");
}

TEST(DecodeCollections, checks_names) {
    const auto exists = [](std::string_view name) {
        return error_of(base::cat(R"({"collection_exists":{"collection_name":")", name, "\"}}"));
    };
    EXPECT_EQ(exists("a b.\xC3\xA9-_"), "ok");
    EXPECT_EQ(exists(std::string(255, 'n')), "ok");
    EXPECT_EQ(exists(std::string(256, 'n')),
              "GRAPE_E_LIMIT: collection_name: 256 bytes are over the limit of 255");
    EXPECT_EQ(exists("").substr(0, 32), "GRAPE_E_INVALID: collection_name");
    for (const std::string_view bad : {"a/b", "a<", ">", "a:b", "a\\\"", "a\\\\b", "|", "?", "a*",
                                       "a\\u0000b", "\\u001f", "..\\/x"}) {
        EXPECT_EQ(exists(bad).substr(0, 32), "GRAPE_E_INVALID: collection_name") << bad;
    }
    EXPECT_EQ(error_of(R"({"get_collection":{}})"),
              "GRAPE_E_INVALID: collection_name: is required");
    EXPECT_EQ(error_of(R"({"get_collection":{"collection_name":5}})"),
              "GRAPE_E_INVALID: collection_name: expected a string, got 5");
    EXPECT_EQ(vector_error(R"({"size":4,"distance":"Dot"},"b/c":{"size":4,"distance":"Dot"})")
                  .substr(0, 28),
              "GRAPE_E_INVALID: vectors.b/c");
    EXPECT_EQ(create_error(base::cat(R"("vectors":{")", std::string(201, 'v'),
                                     R"(":{"size":4,"distance":"Dot"}})"))
                  .substr(0, 14),
              "GRAPE_E_LIMIT:");
}

TEST(DecodeCollections, limits_vectors_and_metadata) {
    std::string vectors;
    for (int i = 0; i < 65; ++i) {
        base::cat_append(
            vectors, base::cat(i == 0 ? "" : ",", "\"v", i, R"(":{"size":1,"distance":"Dot"})"));
    }
    EXPECT_EQ(create_error(base::cat(R"("vectors":{)", vectors, "}")),
              "GRAPE_E_LIMIT: vectors: 65 is over the limit of 64");
    const std::string_view vector = R"("vectors":{"size":1,"distance":"Dot"},"metadata":)";
    EXPECT_EQ(create_error(base::cat(vector, "[]")),
              "GRAPE_E_INVALID: metadata: expected an object, got an array");
    EXPECT_EQ(create_error(
                  base::cat(vector, R"({"a":)", std::string(56, '['), std::string(56, ']'), "}")),
              "GRAPE_E_LIMIT: metadata: nested 57 levels deep; the limit is 56");
}

TEST(DecodeCollections, updates_what_is_given) {
    const auto body = body_of<UpdateCollection>(
        R"({"update_collection":{"collection_name":"c","vectors":{"":{"memory":"cold"},
            "b":{"on_disk":false},"d":{"hnsw_config":{}}},"metadata":{"a":null,"b":2}}})");
    ASSERT_EQ(body.vectors.size(), 3u);
    EXPECT_EQ(body.vectors[0].name, "");
    EXPECT_EQ(body.vectors[0].memory, Placement::cold);
    EXPECT_EQ(body.vectors[1].memory, Placement::cached);
    EXPECT_FALSE(body.vectors[2].memory.has_value());
    ASSERT_TRUE(body.metadata.has_value());
    EXPECT_EQ(json_of(*body.metadata), R"({"a":null,"b":2})");
    EXPECT_FALSE(body_of<UpdateCollection>(R"({"update_collection":{"collection_name":"c"}})")
                     .metadata.has_value());
    EXPECT_EQ(error_of(R"({"update_collection":{"collection_name":"c",
                           "quantization_config":"Disabled"}})"),
              "GRAPE_E_UNSUPPORTED: quantization_config: not supported");
    EXPECT_EQ(
        error_of(R"({"update_collection":{"collection_name":"c","vectors":{"a":{"size":4}}}})")
            .substr(0, 52),
        "GRAPE_E_INVALID: vectors.a: unknown member \"size\"; k");
}

TEST(DecodeCollections, reads_the_simple_requests) {
    EXPECT_EQ(
        body_of<DeleteCollection>(R"({"delete_collection":{"collection_name":"c","timeout":9}})")
            .collection,
        "c");
    EXPECT_EQ(body_of<GetCollection>(R"({"get_collection":{"collection_name":"c"}})").collection,
              "c");
    EXPECT_EQ(
        body_of<CollectionExists>(R"({"collection_exists":{"collection_name":"c"}})").collection,
        "c");
    body_of<GetCollections>(R"({"get_collections":{}})");
    EXPECT_EQ(
        body_of<GetAliases>(R"({"get_collection_aliases":{"collection_name":"c"}})").collection,
        "c");
    EXPECT_FALSE(body_of<GetAliases>(R"({"get_collections_aliases":{}})").collection.has_value());
}

TEST(DecodeAliases, reads_a_list_of_actions) {
    const auto body = body_of<UpdateAliases>(R"({"update_aliases":{"actions":[
        {"create_alias":{"collection_name":"c","alias_name":"a"}},
        {"rename_alias":{"old_alias_name":"a","new_alias_name":"b"}},
        {"delete_alias":{"alias_name":"b"}}]}})");
    ASSERT_EQ(body.actions.size(), 3u);
    EXPECT_EQ(std::get<UpdateAliases::Create>(body.actions[0]).collection, "c");
    EXPECT_EQ(std::get<UpdateAliases::Create>(body.actions[0]).alias, "a");
    EXPECT_EQ(std::get<UpdateAliases::Rename>(body.actions[1]).new_alias, "b");
    EXPECT_EQ(std::get<UpdateAliases::Delete>(body.actions[2]).alias, "b");
}

TEST(DecodeAliases, refuses_wrong_actions) {
    const auto action_error = [](std::string_view action) {
        return error_of(base::cat(R"({"update_aliases":{"actions":[)", action, "]}}"));
    };
    EXPECT_EQ(action_error("{}"), "GRAPE_E_INVALID: actions[0]: expected one action, got 0");
    EXPECT_EQ(action_error(R"({"drop_alias":{}})"),
              "GRAPE_E_INVALID: actions[0]: unknown member \"drop_alias\"; known are create_alias, "
              "delete_alias, rename_alias");
    EXPECT_EQ(action_error(R"({"create_alias":{"alias_name":"a"}})"),
              "GRAPE_E_INVALID: actions[0].create_alias.collection_name: is required");
    EXPECT_EQ(action_error(R"({"delete_alias":{"alias_name":"a/b"}})"),
              "GRAPE_E_INVALID: actions[0].delete_alias.alias_name: a name has no '/'");
    EXPECT_EQ(action_error(R"({"rename_alias":7})"),
              "GRAPE_E_INVALID: actions[0].rename_alias: expected an object, got 7");
    EXPECT_EQ(error_of(R"({"update_aliases":{}})"), "GRAPE_E_INVALID: actions: is required");
}

}  // namespace
}  // namespace grape::engine
