// The envelope: one operation, the write options beside it, and what is no request at all.
#include "core/engine/request/request_json.h"

#include <gtest/gtest.h>

#include <random>

#include "core/base/limits.h"
#include "tests/unit/core/engine/request/decode_testing.h"

namespace grape::engine {
namespace {

WriteOptions options_of(std::string_view options) {
    const base::Result<Request> request = decode(
        base::cat(R"({"delete_points":{"collection_name":"c","points":[1]},)", options, "}"));
    EXPECT_TRUE(request.ok()) << request.status().to_string();
    return request.ok() ? request->write : WriteOptions{};
}

std::string option_error(std::string_view options) {
    return error_of(
        base::cat(R"({"delete_points":{"collection_name":"c","points":[1]},)", options, "}"));
}

TEST(RequestJson, write_options_stand_beside_the_operation) {
    EXPECT_FALSE(options_of(R"("durability":null)").durability.has_value());
    EXPECT_EQ(options_of(R"("durability":"full")").durability, Durability::full);
    EXPECT_EQ(options_of(R"("durability":"none")").durability, Durability::none);
    const WriteOptions group = options_of(R"("durability":{"group":25},"idempotency_key":"k")");
    EXPECT_EQ(group.durability, Durability::group);
    EXPECT_EQ(group.group_delay_ms, 25u);
    EXPECT_EQ(group.idempotency_key, "k");
}

TEST(RequestJson, refuses_wrong_write_options) {
    EXPECT_EQ(option_error(R"("durability":"often")"),
              "GRAPE_E_INVALID: durability: expected one of full, none; got \"often\"");
    EXPECT_EQ(option_error(R"("durability":7)"),
              "GRAPE_E_INVALID: durability: expected a string, got 7");
    EXPECT_EQ(option_error(R"("durability":{"group":-1})"),
              "GRAPE_E_INVALID: durability.group: expected an integer from 0 to "
              "18446744073709551615, got -1");
    EXPECT_EQ(option_error(R"("durability":{"group":10001})"),
              "GRAPE_E_LIMIT: durability.group: 10001 is over the limit of 10000");
    EXPECT_EQ(option_error(R"("durability":{"ms":5})"),
              "GRAPE_E_INVALID: durability: unknown member \"ms\"; known are group");
    EXPECT_EQ(option_error(R"("idempotency_key":"")"),
              "GRAPE_E_INVALID: idempotency_key: must not be empty");
    EXPECT_EQ(option_error(base::cat(R"("idempotency_key":")", std::string(65, 'k'), '"')),
              "GRAPE_E_LIMIT: idempotency_key: 65 bytes are over the limit of 64");
    EXPECT_EQ(error_of(R"({"get_collections":{},"durability":"full"})"),
              "GRAPE_E_INVALID: durability: get_collections is not a write");
}

TEST(RequestJson, needs_one_known_operation) {
    EXPECT_EQ(error_of("[]"),
              "GRAPE_E_INVALID: a request is an object with the operation as its member, got an "
              "array");
    EXPECT_EQ(error_of("{}"), "GRAPE_E_INVALID: the request has no operation");
    EXPECT_EQ(error_of(R"({"flush":{},"verify":{}})"),
              "GRAPE_E_INVALID: a request has one operation, got flush and verify");
    EXPECT_EQ(error_of(R"({"upsert":{}})").substr(0, 44),
              "GRAPE_E_INVALID: unknown operation \"upsert\";");
    EXPECT_EQ(error_of(R"({"create_snapshot":{}})"),
              "GRAPE_E_UNSUPPORTED: operation create_snapshot: not supported");
    EXPECT_EQ(error_of(R"({"flush":[]})"), "GRAPE_E_INVALID: expected an object, got an array");
    EXPECT_EQ(error_of(R"({"flush":{"now":true}})"),
              "GRAPE_E_INVALID: unknown member \"now\"; there are none here");
}

TEST(RequestJson, cuts_long_names_in_messages_between_characters) {
    std::string name(63, 'a');
    name += "\xC3\xA9" + std::string(1000, 'b');
    const std::string message = error_of(base::cat("{\"", name, "\":{}}"));
    EXPECT_NE(message.find(base::cat('"', std::string(63, 'a'), "...\"")), std::string::npos);
}

TEST(RequestJson, reports_bad_json_with_its_place) {
    EXPECT_EQ(error_of(R"({"flush":{})"), "GRAPE_E_INVALID: JSON: byte 11: expected ',' or '}'");
    EXPECT_EQ(error_of(base::cat(R"({"flush":)", std::string(100, '['))).substr(0, 20),
              "GRAPE_E_LIMIT: JSON:");
}

TEST(RequestJson, operations_of_the_database_have_no_members) {
    body_of<DatabaseInfo>(R"({"database_info":{}})");
    body_of<Flush>(R"({"flush":{}})");
    body_of<Optimize>(R"({"optimize":{}})");
    body_of<PauseBackground>(R"({"pause_background":{}})");
    body_of<ResumeBackground>(R"({"resume_background":{}})");
    body_of<Verify>(R"({"verify":{}})");
}

TEST(RequestJson, checks_the_options_that_have_no_effect) {
    const auto with = [](std::string_view member) {
        return error_of(
            base::cat(R"({"delete_points":{"collection_name":"c","points":[1],)", member, "}}"));
    };
    EXPECT_EQ(with(R"("wait":true,"ordering":"strong","timeout":5)"), "ok");
    EXPECT_EQ(with(R"("wait":null)"), "ok");
    EXPECT_EQ(with(R"("wait":1)"), "GRAPE_E_INVALID: wait: expected a boolean, got 1");
    EXPECT_EQ(with(R"("ordering":"any")"),
              "GRAPE_E_INVALID: ordering: expected one of weak, medium, strong; got \"any\"");
    EXPECT_EQ(
        with(R"("timeout":0)"),
        "GRAPE_E_INVALID: timeout: expected an integer from 1 to 18446744073709551615, got 0");
    EXPECT_EQ(with(R"("shard_key":"a")"), "GRAPE_E_UNSUPPORTED: shard_key: not supported");
    const auto read = [](std::string_view member) {
        return error_of(base::cat(R"({"count_points":{"collection_name":"c",)", member, "}}"));
    };
    EXPECT_EQ(read(R"("consistency":"majority","timeout":1)"), "ok");
    EXPECT_EQ(read(R"("consistency":2)"), "ok");
    EXPECT_EQ(read(R"("consistency":"some")"),
              "GRAPE_E_INVALID: consistency: expected one of majority, quorum, all; got \"some\"");
    EXPECT_EQ(read(R"("wait":true)").substr(0, 38), "GRAPE_E_INVALID: unknown member \"wait\"");
}

TEST(RequestJson, checks_blobs_before_it_uses_them) {
    alignas(8) static const uint8_t bytes[64] = {};
    const auto refused = [](const RequestBlob& blob) {
        const auto request = decode_request_json(R"({"flush":{}})", {&blob, 1});
        return request.ok() ? "ok" : request.status().to_string();
    };
    EXPECT_EQ(refused({bytes, BlobType::f32, 2, 8, 32}), "ok");
    EXPECT_EQ(refused({bytes, static_cast<BlobType>(9), 1, 1, 4}).substr(0, 30),
              "GRAPE_E_INVALID: blobs[0].type");
    EXPECT_EQ(refused({bytes, BlobType::f32, 1, 0, 4}).substr(0, 29),
              "GRAPE_E_INVALID: blobs[0].dim");
    EXPECT_EQ(refused({bytes, BlobType::f32, 1, 65537, 4}).substr(0, 27),
              "GRAPE_E_LIMIT: blobs[0].dim");
    EXPECT_EQ(refused({bytes, BlobType::f32, 2, 8, 28}).substr(0, 38),
              "GRAPE_E_INVALID: blobs[0].stride_bytes");
    EXPECT_EQ(refused({bytes + 1, BlobType::f32, 1, 8, 32}).substr(0, 30),
              "GRAPE_E_INVALID: blobs[0].data");
    EXPECT_EQ(refused({nullptr, BlobType::f32, 1, 8, 32}).substr(0, 30),
              "GRAPE_E_INVALID: blobs[0].data");
    EXPECT_EQ(refused({bytes, BlobType::f32, UINT64_MAX / 16, 8, 32}).substr(0, 28),
              "GRAPE_E_LIMIT: blobs[0].rows");
}

// Whatever a byte is changed to, the decoder answers.
TEST(RequestJson, survives_damaged_requests) {
    const uint64_t seed = 5;
    SCOPED_TRACE(base::cat("seed ", seed));
    std::mt19937_64 random(seed);
    const std::string_view requests[] = {
        R"({"upsert_points":{"collection_name":"c","points":[{"id":1,"vector":{"a":[1,2]},)"
        R"("payload":{"x":[1.5,null]}},{"id":"u","vector":{"blob":0,"row":1}}]}})",
        R"({"query_points":{"collection_name":"c","query":{"nearest":[1,2]},"limit":3,)"
        R"("params":{"exact":true},"with_payload":{"include":["a[].b"]}}})",
        R"({"create_collection":{"collection_name":"c","vectors":{"a":{"size":4,)"
        R"("distance":"Dot"}}},"durability":{"group":3}})",
    };
    size_t accepted = 0;
    for (const std::string_view request : requests) {
        for (int i = 0; i < 30'000; ++i) {
            std::string damaged(request);
            for (uint64_t n = 1 + random() % 3; n > 0; --n) {
                constexpr std::string_view likely = "{}[]\",:0123456789-.eEnulltruefalse \\";
                damaged[random() % damaged.size()] = likely[random() % likely.size()];
            }
            if (decode(damaged).ok()) ++accepted;
        }
    }
    EXPECT_GT(accepted, 100u);
}

}  // namespace
}  // namespace grape::engine
