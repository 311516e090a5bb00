// Replies as JSON, in Qdrant's shape.
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/engine/request/request_json.h"

namespace grape::engine {
namespace {

std::string encode(ReplyBody body) {
    return encode_reply_json(Reply{std::move(body), 0.5});
}

// The text of "result", after a check of what stands around it.
std::string result_of(ReplyBody body) {
    const std::string text = encode(std::move(body));
    EXPECT_TRUE(base::parse_json(text).ok()) << text;
    const std::string_view head = "{\"result\":";
    const std::string_view tail = ",\"status\":\"ok\",\"time\":0.5}";
    EXPECT_EQ(text.substr(0, head.size()), head);
    EXPECT_EQ(text.substr(text.size() - tail.size()), tail);
    return text.substr(head.size(), text.size() - head.size() - tail.size());
}

std::string payload(std::string_view json) {
    return base::encode_payload_value(*base::parse_json(json));
}

TEST(ReplyJson, writes_say_what_was_committed) {
    EXPECT_EQ(result_of(WriteReply{42, Durability::full, false}),
              R"({"operation_id":42,"status":"completed","durability":"full"})");
    EXPECT_EQ(result_of(WriteReply{42, Durability::group, true}),
              R"({"operation_id":42,"status":"completed","durability":"group","repeated":true})");
    EXPECT_EQ(result_of(WriteReply{1, Durability::none, false}),
              R"({"operation_id":1,"status":"completed","durability":"none"})");
}

TEST(ReplyJson, changes_of_collections_are_true_or_false) {
    WriteReply reply{3, Durability::full, false};
    reply.boolean_result = true;
    EXPECT_EQ(encode(reply), R"({"result":true,"grape":{"operation_id":3,"status":"completed",)"
                             R"("durability":"full"},"status":"ok","time":0.5})");
    reply.existed = false;
    EXPECT_EQ(encode(reply).substr(0, 15), R"({"result":false)");
}

TEST(ReplyJson, points_have_what_was_asked_for) {
    ReplyPoint bare;
    bare.id = base::PointId::number(UINT64_MAX);
    bare.version = 7;
    ReplyPoint full;
    full.id = *base::PointId::from_text("a\"b");
    full.payload = payload(R"({"k":[1,0.5,null]})");
    full.vectors = {{"", vector::Datatype::f32, {0.1f, 1.0f}}};
    ReplyPoint empty;
    empty.id = *base::PointId::from_text("6F9619FF-8B86-D011-B42D-00C04FC964FF");
    empty.payload = "";
    empty.vectors.emplace();
    EXPECT_EQ(result_of(PointsReply{{bare, full, empty}}),
              R"([{"id":18446744073709551615,"version":7},)"
              R"({"id":"a\"b","version":0,"payload":{"k":[1,0.5,null]},"vector":[0.1,1.0]},)"
              R"({"id":"6f9619ff-8b86-d011-b42d-00c04fc964ff","version":0,"payload":{},)"
              R"("vector":{}}])");
}

TEST(ReplyJson, named_vectors_are_a_map) {
    ReplyPoint point;
    point.id = base::PointId::number(1);
    point.vectors = {{"", vector::Datatype::f32, {1}}, {"b", vector::Datatype::u8, {0, 255}}};
    EXPECT_EQ(result_of(PointsReply{{point}}),
              R"([{"id":1,"version":0,"vector":{"":[1.0],"b":[0,255]}}])");
    point.vectors = {{"b", vector::Datatype::f16, {0.5}}};
    EXPECT_EQ(result_of(PointsReply{{point}}), R"([{"id":1,"version":0,"vector":{"b":[0.5]}}])");
}

TEST(ReplyJson, scrolls_say_where_the_next_page_begins) {
    EXPECT_EQ(result_of(ScrollReply{}), R"({"points":[],"next_page_offset":null})");
    ScrollReply reply;
    reply.next_page_offset = base::PointId::number(9);
    EXPECT_EQ(result_of(reply), R"({"points":[],"next_page_offset":9})");
}

TEST(ReplyJson, queries_have_scores) {
    ScoredPoint hit;
    hit.point.id = base::PointId::number(1);
    hit.point.version = 2;
    hit.score = 0.25f;
    EXPECT_EQ(result_of(QueryReply{{hit}}), R"({"points":[{"id":1,"version":2,"score":0.25}]})");
    EXPECT_EQ(result_of(QueryBatchReply{{QueryReply{{hit}}, QueryReply{}}}),
              R"([{"points":[{"id":1,"version":2,"score":0.25}]},{"points":[]}])");
}

TEST(ReplyJson, filters_say_how_many_payloads_they_read) {
    CountReply count{7};
    count.payload_reads = 3;
    EXPECT_EQ(result_of(count), R"({"count":7},"usage":{"payload_reads":3})");
    QueryReply query;
    query.payload_reads = 2;
    EXPECT_EQ(result_of(QueryBatchReply{{query, QueryReply{}, query}}),
              R"([{"points":[]},{"points":[]},{"points":[]}],"usage":{"payload_reads":4})");
}

TEST(ReplyJson, scrolls_in_the_order_of_a_field_give_its_values) {
    ScrollReply reply;
    reply.points.resize(2);
    reply.points[0].id = base::PointId::number(1);
    reply.points[0].order_value = int64_t{-5};
    reply.points[1].id = base::PointId::number(2);
    reply.points[1].order_value = 0.5;
    EXPECT_EQ(result_of(reply), R"({"points":[{"id":1,"version":0,"order_value":-5},)"
                                R"({"id":2,"version":0,"order_value":0.5}],)"
                                R"("next_page_offset":null})");
}

TEST(ReplyJson, facets_have_qdrants_shape) {
    FacetReply reply;
    reply.hits = {{std::string("a"), 3}, {int64_t{-1}, 2}, {true, 1}};
    EXPECT_EQ(result_of(reply), R"({"hits":[{"value":"a","count":3},{"value":-1,"count":2},)"
                                R"({"value":true,"count":1}]})");
}

TEST(ReplyJson, collection_info_lists_the_payload_indexes) {
    CollectionInfo info;
    CollectionInfo::FieldInfo field;
    field.path = "a[].b";
    field.schema.kind = index::FieldKind::integer;
    field.schema.range = true;
    field.points = 12;
    info.fields = {field};
    EXPECT_NE(result_of(info).find(R"("payload_schema":{"a[].b":{"data_type":"integer",)"
                                   R"("params":{"type":"integer","range":true},"points":12}})"),
              std::string::npos)
        << result_of(info);
}

TEST(ReplyJson, catalogue_replies_have_qdrants_shape) {
    EXPECT_EQ(result_of(CountReply{12}), R"({"count":12})");
    EXPECT_EQ(result_of(ExistsReply{true}), R"({"exists":true})");
    EXPECT_EQ(result_of(CollectionNames{{"a", "b"}}),
              R"({"collections":[{"name":"a"},{"name":"b"}]})");
    EXPECT_EQ(result_of(AliasesReply{{{"a", "c"}}}),
              R"({"aliases":[{"alias_name":"a","collection_name":"c"}]})");
}

TEST(ReplyJson, collection_info_has_qdrants_shape) {
    CollectionInfo info;
    info.points_count = 3;
    info.segments_count = 2;
    info.last_commit = 8;
    info.indexed_vectors = 1;
    VectorParams params;
    params.size = 4;
    info.config.vectors = {params};
    info.config.metadata = *base::parse_json(R"({"owner":"x"})");
    EXPECT_EQ(result_of(info),
              R"({"status":"green","optimizer_status":"ok","indexed_vectors_count":1,)"
              R"("points_count":3,"segments_count":2,"config":{"params":{"vectors":{"size":4,)"
              R"("distance":"Cosine","datatype":"float32","memory":"cached"},"shard_number":1,)"
              R"("replication_factor":1,"write_consistency_factor":1,"on_disk_payload":true},)"
              R"("metadata":{"owner":"x"}},"payload_schema":{},"grape":{"tail_points":0,)"
              R"("file_bytes":0,"heap_bytes":0,"last_commit":8}})");
    info.config.vectors[0].name = "v";
    info.config.vectors[0].memory = storage::Placement::cold;
    EXPECT_NE(result_of(info).find(R"("vectors":{"v":{"size":4,"distance":"Cosine",)"
                                   R"("datatype":"float32","memory":"cold"}})"),
              std::string::npos);
}

TEST(ReplyJson, database_replies_name_every_number) {
    DatabaseInfoReply info;
    info.version = "0.1.0";
    info.health = "ok";
    info.merges_done = 5;
    const base::Result<base::JsonValue> read = base::parse_json(result_of(info));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->find("version")->as_string(), "0.1.0");
    EXPECT_EQ(read->find("health")->as_string(), "ok");
    EXPECT_EQ(read->find("background")->find("merges_done")->as_integer(), 5);
    EXPECT_EQ(result_of(VerifyReply{1, 2, 3, 4, 5, {"x"}}),
              R"({"files":1,"pages":2,"keys":3,"points":4,"commits":5,"problems":["x"]})");
}

// payload_depth_max is chosen so that our own parser can read every reply.
TEST(ReplyJson, the_deepest_payload_is_within_the_parsers_depth) {
    constexpr size_t depth = base::limits::payload_depth_max;
    std::string text = "1";
    for (size_t i = 0; i < depth; ++i) text = base::cat("{\"a\":", text, "}");
    ScoredPoint hit;
    hit.point.id = base::PointId::number(1);
    const base::Result<std::string> encoded =
        base::encode_payload(*base::parse_json(text), "payload");
    ASSERT_TRUE(encoded.ok());
    hit.point.payload = *encoded;
    EXPECT_TRUE(base::parse_json(encode(QueryBatchReply{{QueryReply{{hit}}}})).ok());
}

}  // namespace
}  // namespace grape::engine
