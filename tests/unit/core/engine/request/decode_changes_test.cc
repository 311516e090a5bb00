// Requests that change points by id, and batches of operations.
#include "core/base/limits.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

TEST(DecodeChanges, selects_points_by_ids_and_version) {
    const auto body = body_of<DeletePoints>(
        R"({"delete_points":{"collection_name":"c","points":[1,"x",1],"if_version":9}})");
    EXPECT_EQ(body.collection, "c");
    ASSERT_EQ(body.selection.ids.size(), 3u);
    EXPECT_EQ(body.selection.ids[1].as_string(), "x");
    EXPECT_EQ(body.selection.if_version, 9u);
    const auto blob =
        body_of<DeletePoints>(R"({"delete_points":{"collection_name":"c","points":{"blob":1}}})");
    ASSERT_EQ(blob.selection.ids.size(), 3u);
    EXPECT_EQ(blob.selection.ids[0].as_number(), 100u);
    EXPECT_FALSE(blob.selection.if_version.has_value());
}

TEST(DecodeChanges, refuses_wrong_selections) {
    EXPECT_EQ(error_of(R"({"delete_points":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: one of points and filter is required");
    EXPECT_EQ(error_of(R"({"delete_points":{"collection_name":"c","points":5}})"),
              "GRAPE_E_INVALID: points: expected an array of ids or a blob, got 5");
    EXPECT_EQ(
        error_of(R"({"delete_points":{"collection_name":"c","points":[1,{}]}})").substr(0, 49),
        "GRAPE_E_INVALID: points[1]: expected a point id (");
    EXPECT_EQ(error_of(R"({"delete_points":{"collection_name":"c","filter":{},"points":[]}})"),
              "GRAPE_E_INVALID: points and filter: give one of them, not both");
    EXPECT_EQ(error_of(R"({"delete_points":{"collection_name":"c","filter":{},"if_version":1}})"),
              "GRAPE_E_INVALID: if_version: is only for points by id");
    EXPECT_EQ(error_of(R"({"delete_points":{"collection_name":"c","points":{"blob":2}}})"),
              "GRAPE_E_INVALID: points: blob 2 must hold ids: type u64, dim 1");
    EXPECT_EQ(error_of(R"({"delete_points":{"collection_name":"c","points":{"blob":9}}})"),
              "GRAPE_E_INVALID: points: blob 9 is not one of the 3 that were passed");
}

TEST(DecodeChanges, takes_a_filter_for_ids) {
    const auto all =
        body_of<DeletePoints>(R"({"delete_points":{"collection_name":"c","filter":{}}})");
    ASSERT_NE(all.selection.filter, nullptr);
    EXPECT_TRUE(all.selection.filter->empty());
    const auto set = body_of<SetPayload>(
        R"({"set_payload":{"collection_name":"c","payload":{"a":1},"filter":{"must":{"has_id":[1]}}}})");
    ASSERT_NE(set.selection.filter, nullptr);
    EXPECT_EQ(set.selection.filter->must.size(), 1u);
    EXPECT_TRUE(set.selection.ids.empty());
    for (const std::string_view request :
         {R"({"delete_vectors":{"collection_name":"c","vector":[""],"filter":{"must":[]}}})",
          R"({"overwrite_payload":{"collection_name":"c","payload":{},"filter":{"must":[]}}})",
          R"({"delete_payload":{"collection_name":"c","keys":["a"],"filter":{"must":[]}}})",
          R"({"clear_payload":{"collection_name":"c","filter":{"must":[]}}})"}) {
        EXPECT_EQ(error_of(request), "ok") << request;
    }
}

TEST(DecodeChanges, limits_the_number_of_ids) {
    std::string ids = "[0";
    for (size_t i = 0; i < base::limits::points_per_request_max; ++i) ids += ",0";
    EXPECT_EQ(
        error_of(base::cat(R"({"delete_points":{"collection_name":"c","points":)", ids, "]}}")),
        "GRAPE_E_LIMIT: points: 4000001 is over the limit of 4000000");
}

TEST(DecodeChanges, deletes_vectors) {
    const auto body = body_of<DeleteVectors>(
        R"({"delete_vectors":{"collection_name":"c","points":[1],"vector":["a",""]}})");
    EXPECT_EQ(body.names, (std::vector<std::string>{"a", ""}));
    EXPECT_EQ(error_of(R"({"delete_vectors":{"collection_name":"c","points":[1]}})"),
              "GRAPE_E_INVALID: vector: is required");
    EXPECT_EQ(error_of(R"({"delete_vectors":{"collection_name":"c","points":[1],"vector":"a"}})"),
              "GRAPE_E_INVALID: vector: expected an array, got a string");
    EXPECT_EQ(
        error_of(R"({"delete_vectors":{"collection_name":"c","points":[1],"vector":["a",2]}})"),
        "GRAPE_E_INVALID: vector[1]: expected a string, got 2");
}

TEST(DecodeChanges, sets_payloads) {
    const auto body = body_of<SetPayload>(
        R"({"set_payload":{"collection_name":"c","points":[1],"payload":{"a":null},"key":"x[].y"}})");
    EXPECT_EQ(json_of(body.payload), R"({"a":null})");
    ASSERT_TRUE(body.key.has_value());
    EXPECT_EQ(body.key->to_string(), "x[].y");
    EXPECT_FALSE(
        body_of<SetPayload>(R"({"set_payload":{"collection_name":"c","points":[1],"payload":{}}})")
            .key.has_value());
    EXPECT_EQ(error_of(R"({"set_payload":{"collection_name":"c","points":[1]}})"),
              "GRAPE_E_INVALID: payload: is required");
    EXPECT_EQ(error_of(R"({"set_payload":{"collection_name":"c","points":[1],"payload":[]}})"),
              "GRAPE_E_INVALID: payload: expected an object, got an array");
    EXPECT_EQ(
        error_of(R"({"set_payload":{"collection_name":"c","points":[1],"payload":{},"key":"a."}})")
            .substr(0, 56),
        "GRAPE_E_INVALID: key: \"a.\" is not a JSON path (byte 2); ");
}

TEST(DecodeChanges, overwrites_deletes_and_clears_payloads) {
    EXPECT_EQ(
        json_of(
            body_of<OverwritePayload>(
                R"({"overwrite_payload":{"collection_name":"c","points":[1],"payload":{"a":1}}})")
                .payload),
        R"({"a":1})");
    EXPECT_EQ(error_of(R"({"overwrite_payload":{"collection_name":"c","points":[1],"payload":{},
                           "key":"a"}})"),
              "GRAPE_E_UNSUPPORTED: key: not supported");
    const auto body = body_of<DeletePayload>(
        R"({"delete_payload":{"collection_name":"c","points":[1],"keys":["a","b[].c"]}})");
    ASSERT_EQ(body.keys.size(), 2u);
    EXPECT_EQ(body.keys[1].to_string(), "b[].c");
    EXPECT_EQ(error_of(R"({"delete_payload":{"collection_name":"c","points":[1],"keys":["a",""]}})")
                  .substr(0, 25),
              "GRAPE_E_INVALID: keys[1]:");
    EXPECT_EQ(error_of(R"({"delete_payload":{"collection_name":"c","points":[1]}})"),
              "GRAPE_E_INVALID: keys: is required");
    EXPECT_EQ(body_of<ClearPayload>(R"({"clear_payload":{"collection_name":"c","points":[4]}})")
                  .selection.ids[0]
                  .as_number(),
              4u);
}

TEST(DecodeBatch, reads_every_operation_in_order) {
    const auto body = body_of<BatchUpdate>(R"({"batch_update":{"collection_name":"c","operations":[
        {"upsert":{"points":[{"id":1}]}},
        {"upsert":{"batch":{"ids":[1]}}},
        {"delete":{"points":[1],"collection_name":"other"}},
        {"update_vectors":{"points":[]}},
        {"delete_vectors":{"points":[1],"vector":["a"]}},
        {"set_payload":{"points":[1],"payload":{}}},
        {"overwrite_payload":{"points":[1],"payload":{}}},
        {"delete_payload":{"points":[1],"keys":[]}},
        {"clear_payload":{"points":[1]}}]}})");
    ASSERT_EQ(body.operations.size(), 9u);
    EXPECT_EQ(std::get<UpsertPoints>(body.operations[0]).collection, "c");
    EXPECT_EQ(std::get<UpsertPoints>(body.operations[1]).points.size(), 1u);
    EXPECT_EQ(std::get<DeletePoints>(body.operations[2]).collection, "other");
    EXPECT_EQ(std::get<UpdateVectors>(body.operations[3]).collection, "c");
    EXPECT_EQ(std::get<DeleteVectors>(body.operations[4]).names.size(), 1u);
    EXPECT_EQ(std::get<SetPayload>(body.operations[5]).collection, "c");
    EXPECT_EQ(std::get<OverwritePayload>(body.operations[6]).collection, "c");
    EXPECT_EQ(std::get<DeletePayload>(body.operations[7]).collection, "c");
    EXPECT_EQ(std::get<ClearPayload>(body.operations[8]).collection, "c");
}

TEST(DecodeBatch, refuses_wrong_operations) {
    const auto error = [](std::string_view operation) {
        return error_of(base::cat(R"({"batch_update":{"collection_name":"c","operations":[)",
                                  operation, "]}}"));
    };
    EXPECT_EQ(error(R"({"clear_payload":{"points":[1]}},{"upsert":{"points":[{"id":-1}]}})")
                  .substr(0, 64),
              "GRAPE_E_INVALID: operations[1].upsert.points[0].id: expected a p");
    EXPECT_EQ(error("{}"), "GRAPE_E_INVALID: operations[0]: expected one operation, got 0");
    EXPECT_EQ(error(R"({"upsert_points":{}})").substr(0, 60),
              "GRAPE_E_INVALID: operations[0]: unknown member \"upsert_point");
    EXPECT_EQ(error(R"({"delete":{"filter":{"must":5}}})"),
              "GRAPE_E_INVALID: operations[0].delete.filter.must: expected an object, got 5");
    EXPECT_EQ(error(R"({"delete":7})"),
              "GRAPE_E_INVALID: operations[0].delete: expected an object, got 7");
    EXPECT_EQ(error_of(R"({"batch_update":{"operations":[{"delete":{"points":[1]}}]}})"),
              "GRAPE_E_INVALID: operations[0].delete.collection_name: is required");
    EXPECT_EQ(error_of(R"({"batch_update":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: operations: is required");
    EXPECT_EQ(error_of(R"({"batch_update":{"collection_name":"a/b","operations":[]}})"),
              "GRAPE_E_INVALID: collection_name: a name has no '/'");
}

TEST(DecodeBatch, limits_the_number_of_operations) {
    std::string operations;
    for (size_t i = 0; i <= base::limits::operations_per_batch_max; ++i) {
        operations += i == 0 ? "{}" : ",{}";
    }
    EXPECT_EQ(error_of(base::cat(R"({"batch_update":{"operations":[)", operations, "]}}")),
              "GRAPE_E_LIMIT: operations: 100001 is over the limit of 100000");
}

}  // namespace
}  // namespace grape::engine
