// Requests that bring vectors: upserts in both forms, and updates of vectors.
#include "core/base/limits.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

UpsertPoints upsert(std::string_view points) {
    return body_of<UpsertPoints>(
        base::cat(R"({"upsert_points":{"collection_name":"c","points":)", points, "}}"));
}
std::string point_error(std::string_view point) {
    return error_of(
        base::cat(R"({"upsert_points":{"collection_name":"c","points":[)", point, "]}}"));
}
std::string batch(std::string_view columns) {
    return base::cat(R"({"upsert_points":{"collection_name":"c","batch":)", columns, "}}");
}

TEST(DecodePoints, reads_points_with_every_kind_of_id) {
    const auto body = upsert(R"([
        {"id":18446744073709551615,"vector":[1,-2.5]},
        {"id":"6F9619FF-8B86-D011-B42D-00C04FC964FF","vector":{"b":[3],"a":[4,5]}},
        {"id":"word","payload":{"k":[1,null]},"if_version":7},
        {"id":0,"vector":{},"payload":null}])");
    EXPECT_EQ(body.collection, "c");
    EXPECT_EQ(body.mode, UpdateMode::upsert);
    ASSERT_EQ(body.points.size(), 4u);
    EXPECT_EQ(body.points[0].id.as_number(), UINT64_MAX);
    ASSERT_EQ(body.points[0].vectors.size(), 1u);
    EXPECT_EQ(body.points[0].vectors[0].name, "");
    EXPECT_EQ(floats(body.points[0].vectors[0].data), (std::vector<float>{1, -2.5}));
    EXPECT_EQ(body.points[0].payload, "");
    EXPECT_FALSE(body.points[0].if_version.has_value());
    EXPECT_EQ(body.points[1].id.to_string(), "6f9619ff-8b86-d011-b42d-00c04fc964ff");
    ASSERT_EQ(body.points[1].vectors.size(), 2u);
    EXPECT_EQ(body.points[1].vectors[0].name, "a");
    EXPECT_EQ(floats(body.points[1].vectors[0].data), (std::vector<float>{4, 5}));
    EXPECT_EQ(body.points[2].id.as_string(), "word");
    EXPECT_EQ(json_of(body.points[2].payload), R"({"k":[1,null]})");
    EXPECT_EQ(body.points[2].if_version, 7u);
    EXPECT_TRUE(body.points[3].vectors.empty());
}

TEST(DecodePoints, vectors_come_from_rows_of_blobs) {
    const auto body = upsert(R"([{"id":1,"vector":{"blob":0,"row":2}},
        {"id":2,"vector":{"b":{"blob":2,"row":1},"blob":[9]}}])");
    const VectorData& first = body.points[0].vectors[0].data;
    EXPECT_EQ(floats(first), (std::vector<float>{8, 9, 10, 11}));
    EXPECT_EQ(first.data, test_blobs().vectors() + 8);
    EXPECT_EQ(first.owned, nullptr);
    const VectorData& bytes = body.points[1].vectors[0].data;
    EXPECT_EQ(bytes.type, vector::Datatype::u8);
    EXPECT_EQ(bytes.dim, 2u);
    EXPECT_EQ(static_cast<const uint8_t*>(bytes.data)[1], 4);
    EXPECT_EQ(body.points[1].vectors[1].name, "blob");
}

TEST(DecodePoints, refuses_wrong_ids) {
    const std::string_view forms =
        "a point id (an integer from 0 to 18446744073709551615, a UUID or a string)";
    for (const std::string_view id : {"-3", "1.5", "18446744073709551616", "1e3"}) {
        const std::string message = point_error(base::cat(R"({"id":)", id, "}"));
        EXPECT_EQ(message.substr(0, 110),
                  base::cat("GRAPE_E_INVALID: points[0].id: expected ", forms).substr(0, 110))
            << message;
    }
    EXPECT_EQ(point_error(R"({"id":-3})"),
              base::cat("GRAPE_E_INVALID: points[0].id: expected ", forms, ", got -3"));
    EXPECT_EQ(point_error(R"({"id":[1]})"),
              base::cat("GRAPE_E_INVALID: points[0].id: expected ", forms, ", got an array"));
    EXPECT_EQ(point_error(R"({"id":null})"), "GRAPE_E_INVALID: points[0].id: is required");
    EXPECT_EQ(point_error(R"({"id":""})").substr(0, 29), "GRAPE_E_INVALID: points[0].id");
    EXPECT_EQ(point_error(base::cat(R"({"id":")", std::string(256, 'x'), "\"}")).substr(0, 27),
              "GRAPE_E_LIMIT: points[0].id");
}

TEST(DecodePoints, refuses_wrong_vectors) {
    const auto error = [](std::string_view vector) {
        return point_error(base::cat(R"({"id":1,"vector":)", vector, "}"));
    };
    EXPECT_EQ(error(R"([1,2,"3"])"),
              "GRAPE_E_INVALID: points[0].vector[2]: expected a number, got a string");
    EXPECT_EQ(error(R"({"image":[1,2,3,null]})"),
              "GRAPE_E_INVALID: points[0].vector.image[3]: expected a number, got null");
    EXPECT_EQ(error("[]"), "GRAPE_E_INVALID: points[0].vector: must be at least 1");
    EXPECT_EQ(error("7"),
              "GRAPE_E_INVALID: points[0].vector: expected an array of numbers or a blob, got 7");
    EXPECT_EQ(error(R"({"a":"x"})"),
              "GRAPE_E_INVALID: points[0].vector.a: expected an array of numbers or a blob, got a "
              "string");
    std::string large = "[0";
    for (size_t i = 0; i < base::limits::dim_max; ++i) large += ",0";
    EXPECT_EQ(error(large + "]"),
              "GRAPE_E_LIMIT: points[0].vector: 65537 is over the limit of 65536");
    EXPECT_EQ(error(R"({"a/b":[1]})"), "GRAPE_E_INVALID: points[0].vector.a/b: a name has no '/'");
}

TEST(DecodePoints, numbers_beyond_floats_are_left_to_the_engine) {
    const auto body = upsert(R"([{"id":1,"vector":[1e300,-1e300]}])");
    const std::vector<float> values = floats(body.points[0].vectors[0].data);
    EXPECT_EQ(values[0], std::numeric_limits<float>::infinity());
    EXPECT_EQ(values[1], -std::numeric_limits<float>::infinity());
}

TEST(DecodePoints, names_the_kinds_of_vectors_that_are_not_supported) {
    const auto error = [](std::string_view vector) {
        return point_error(base::cat(R"({"id":1,"vector":)", vector, "}"));
    };
    EXPECT_EQ(error("[[1,2],[3,4]]"),
              "GRAPE_E_UNSUPPORTED: points[0].vector: multi-vectors: not supported");
    EXPECT_EQ(error(R"({"s":{"indices":[1],"values":[0.5]}})"),
              "GRAPE_E_UNSUPPORTED: points[0].vector.s: sparse vectors: not supported");
    EXPECT_EQ(error(R"({"text":"hello","model":"bm25"})"),
              "GRAPE_E_UNSUPPORTED: points[0].vector: vectors computed from documents: not "
              "supported");
    EXPECT_EQ(error(R"({"t":{"image":"x","model":"m"}})"),
              "GRAPE_E_UNSUPPORTED: points[0].vector.t: vectors computed from documents: not "
              "supported");
}

TEST(DecodePoints, refuses_wrong_blobs) {
    const auto error = [](std::string_view blob) {
        return point_error(base::cat(R"({"id":1,"vector":)", blob, "}"));
    };
    EXPECT_EQ(error(R"({"blob":3,"row":0})"),
              "GRAPE_E_INVALID: points[0].vector: blob 3 is not one of the 3 that were passed");
    EXPECT_EQ(error(R"({"blob":0,"row":3})"),
              "GRAPE_E_INVALID: points[0].vector: row 3 of blob 0, which has 3");
    EXPECT_EQ(error(R"({"blob":1,"row":0})"),
              "GRAPE_E_INVALID: points[0].vector: blob 1 holds ids and no vectors");
    EXPECT_EQ(error(R"({"blob":0})"),
              "GRAPE_E_INVALID: points[0].vector.row: is required: blob 0 has 3 rows");
    EXPECT_EQ(error(R"({"blob":-1})").substr(0, 62),
              "GRAPE_E_INVALID: points[0].vector.blob: expected an integer fr");
    EXPECT_EQ(error(R"({"blob":0,"rows":3})"),
              "GRAPE_E_INVALID: points[0].vector: unknown member \"rows\"; known are blob, row");
}

TEST(DecodePoints, refuses_wrong_payloads_and_members) {
    EXPECT_EQ(point_error(R"({"id":1,"payload":[1]})"),
              "GRAPE_E_INVALID: points[0].payload: expected an object, got an array");
    EXPECT_EQ(point_error(base::cat(R"({"id":1},{"id":2,"payload":{"t":")",
                                    std::string(base::limits::payload_bytes_max, 'x'), "\"}}"))
                  .substr(0, 33),
              "GRAPE_E_LIMIT: points[1].payload:");
    EXPECT_EQ(point_error(R"({"id":1,"vectors":[1]})"),
              "GRAPE_E_INVALID: points[0]: unknown member \"vectors\"; known are id, vector, "
              "payload, if_version");
    EXPECT_EQ(point_error(R"({"id":1,"if_version":-1})").substr(0, 37),
              "GRAPE_E_INVALID: points[0].if_version");
    EXPECT_EQ(point_error("5"), "GRAPE_E_INVALID: points[0]: expected an object, got 5");
    EXPECT_EQ(error_of(R"({"upsert_points":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: one of points and batch is required");
    EXPECT_EQ(error_of(R"({"upsert_points":{"collection_name":"c","points":[],"batch":{}}})"),
              "GRAPE_E_INVALID: one of points and batch is required");
    EXPECT_EQ(error_of(R"({"upsert_points":{"collection_name":"c","points":{}}})"),
              "GRAPE_E_INVALID: points: expected an array, got an object");
    EXPECT_EQ(error_of(R"({"upsert_points":{"collection_name":"c","points":[],
                           "update_filter":{"must":[1]}}})"),
              "GRAPE_E_UNSUPPORTED: update_filter: not supported");
}

TEST(DecodePoints, a_point_may_come_twice_unless_it_has_a_condition) {
    EXPECT_EQ(upsert(R"([{"id":1},{"id":1},{"id":2,"if_version":0}])").points.size(), 3u);
    EXPECT_EQ(point_error(R"({"id":7,"if_version":1},{"id":2},{"id":7})"),
              "GRAPE_E_INVALID: points[2]: point \"7\" is also number 0, and if_version needs it "
              "only once");
    EXPECT_EQ(point_error(R"({"id":"a"},{"id":"a","if_version":1})").substr(0, 26),
              "GRAPE_E_INVALID: points[1]");
    // Two spellings of one UUID are one point.
    EXPECT_EQ(point_error(R"({"id":"6f9619ff-8b86-d011-b42d-00c04fc964ff","if_version":1},
                             {"id":"6F9619FF8B86D011B42D00C04FC964FF"})")
                  .substr(0, 26),
              "GRAPE_E_INVALID: points[1]");
}

TEST(DecodePoints, reads_the_update_mode) {
    const auto mode = [](std::string_view name) {
        return body_of<UpsertPoints>(
                   base::cat(R"({"upsert_points":{"collection_name":"c","points":[],)",
                             R"("update_mode":")", name, "\"}}"))
            .mode;
    };
    EXPECT_EQ(mode("upsert"), UpdateMode::upsert);
    EXPECT_EQ(mode("insert_only"), UpdateMode::insert_only);
    EXPECT_EQ(mode("update_only"), UpdateMode::update_only);
    EXPECT_EQ(error_of(R"({"upsert_points":{"collection_name":"c","points":[],
                           "update_mode":"insert"}})"),
              "GRAPE_E_INVALID: update_mode: expected one of upsert, insert_only, update_only; got "
              "\"insert\"");
}

TEST(DecodeColumns, reads_inline_columns) {
    const auto body = body_of<UpsertPoints>(batch(
        R"({"ids":[1,"b"],"vectors":{"y":[[1],[2]],"x":[[3,4],{"blob":0,"row":0}]},
            "payloads":[null,{"k":1}],"if_versions":[null,4]})"));
    ASSERT_EQ(body.points.size(), 2u);
    EXPECT_EQ(body.points[1].id.as_string(), "b");
    ASSERT_EQ(body.points[0].vectors.size(), 2u);
    EXPECT_EQ(body.points[0].vectors[0].name, "x");
    EXPECT_EQ(floats(body.points[0].vectors[0].data), (std::vector<float>{3, 4}));
    EXPECT_EQ(floats(body.points[1].vectors[0].data), (std::vector<float>{0, 1, 2, 3}));
    EXPECT_EQ(floats(body.points[1].vectors[1].data), (std::vector<float>{2}));
    EXPECT_EQ(body.points[0].payload, "");
    EXPECT_EQ(json_of(body.points[1].payload), R"({"k":1})");
    EXPECT_FALSE(body.points[0].if_version.has_value());
    EXPECT_EQ(body.points[1].if_version, 4u);
}

TEST(DecodeColumns, reads_columns_of_blobs) {
    const auto body = body_of<UpsertPoints>(batch(R"({"ids":{"blob":1},"vectors":{"blob":0}})"));
    ASSERT_EQ(body.points.size(), 3u);
    EXPECT_EQ(body.points[0].id.as_number(), 100u);
    EXPECT_EQ(body.points[2].id.as_number(), UINT64_MAX);
    EXPECT_EQ(body.points[1].vectors[0].data.data, test_blobs().vectors() + 4);
    EXPECT_EQ(body.points[1].vectors[0].name, "");
}

TEST(DecodeColumns, refuses_columns_of_other_lengths) {
    EXPECT_EQ(error_of(batch(R"({"ids":[1,2],"vectors":[[1]]})")),
              "GRAPE_E_INVALID: batch.vectors: 1 vectors for 2 ids");
    EXPECT_EQ(error_of(batch(R"({"ids":[1,2],"vectors":{"a":{"blob":0}}})")),
              "GRAPE_E_INVALID: batch.vectors.a: 3 rows for 2 ids");
    EXPECT_EQ(error_of(batch(R"({"ids":[1,2],"payloads":[{}]})")),
              "GRAPE_E_INVALID: batch.payloads: 1 payloads for 2 ids");
    EXPECT_EQ(error_of(batch(R"({"ids":[1],"if_versions":[]})")),
              "GRAPE_E_INVALID: batch.if_versions: 0 versions for 1 ids");
}

TEST(DecodeColumns, refuses_wrong_columns) {
    EXPECT_EQ(error_of(batch("{}")), "GRAPE_E_INVALID: batch.ids: is required");
    EXPECT_EQ(error_of(batch(R"({"ids":5})")),
              "GRAPE_E_INVALID: batch.ids: expected an array of ids or a blob, got 5");
    EXPECT_EQ(error_of(batch(R"({"ids":{"blob":0}})")),
              "GRAPE_E_INVALID: batch.ids: blob 0 must hold ids: type u64, dim 1");
    EXPECT_EQ(error_of(batch(R"({"ids":{"blob":1,"row":0}})")),
              "GRAPE_E_INVALID: batch.ids.row: a column has no row");
    EXPECT_EQ(error_of(batch(R"({"ids":{"blob":1},"vectors":{"blob":1}})")),
              "GRAPE_E_INVALID: batch.vectors: blob 1 holds ids and no vectors");
    EXPECT_EQ(error_of(batch(R"({"ids":[1],"vectors":[[1,true]]})")),
              "GRAPE_E_INVALID: batch.vectors[0][1]: expected a number, got a boolean");
    EXPECT_EQ(error_of(batch(R"({"ids":[1],"vectors":{"a":[["x"]]}})")),
              "GRAPE_E_INVALID: batch.vectors.a[0][0]: expected a number, got a string");
    EXPECT_EQ(error_of(batch(R"({"ids":[1],"payloads":[7]})")),
              "GRAPE_E_INVALID: batch.payloads[0]: expected an object, got an integer");
    EXPECT_EQ(error_of(batch(R"({"ids":[1],"if_versions":["1"]})")),
              "GRAPE_E_INVALID: batch.if_versions[0]: expected an integer, got a string");
    EXPECT_EQ(error_of(batch(R"({"ids":[1,1],"if_versions":[0,0]})")).substr(0, 25),
              "GRAPE_E_INVALID: batch[1]");
}

TEST(DecodePoints, updates_vectors) {
    const auto body = body_of<UpdateVectors>(
        R"({"update_vectors":{"collection_name":"c","wait":true,"points":[
            {"id":1,"vector":{"a":[1]},"if_version":3},{"id":2,"vector":[2]}]}})");
    ASSERT_EQ(body.points.size(), 2u);
    EXPECT_EQ(body.points[0].if_version, 3u);
    EXPECT_EQ(body.points[0].vectors[0].name, "a");
    EXPECT_EQ(body.points[1].payload, "");
    EXPECT_EQ(error_of(R"({"update_vectors":{"collection_name":"c","points":[
                           {"id":1,"payload":{}}]}})"),
              "GRAPE_E_INVALID: points[0]: unknown member \"payload\"; known are id, vector, "
              "if_version");
    EXPECT_EQ(error_of(R"({"update_vectors":{"collection_name":"c"}})"),
              "GRAPE_E_INVALID: points: is required");
}

}  // namespace
}  // namespace grape::engine
