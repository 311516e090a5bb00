// What only a hostile FlatBuffers request can do; the ordinary ones are run by tests/capi.
#include "capi/flatbuffers/decode.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/limits.h"
#include "schema/request_generated.h"

namespace grape::capi {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using base::Code;

// The request may point into `message`.
base::Result<engine::Request> decode(const Builder& builder, AlignedMessage& message) {
    const std::string_view bytes(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                                 builder.GetSize());
    EXPECT_TRUE(message.set(bytes).ok());
    return decode_request_flatbuffers(message.bytes(), {});
}

template <typename T>
void finish(Builder& builder, fb::RequestBody kind, flatbuffers::Offset<T> body) {
    fb::FinishRequestBuffer(builder, fb::CreateRequest(builder, kind, body.Union()));
}

TEST(DecodeRequest, reads_inline_vectors_where_they_lie) {
    Builder builder;
    const float values[2] = {1, 2};
    const auto data =
        builder.CreateVector(reinterpret_cast<const uint8_t*>(values), sizeof(values));
    const auto dense = fb::CreateDenseVector(builder, 0, data);
    const auto name = builder.CreateString("c");
    finish(builder, fb::RequestBody::QueryPoints,
           fb::CreateQueryPoints(builder, name, fb::Query::DenseVector, dense.Union()));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    const auto& query = std::get<engine::QueryPoints>(request->body);
    const auto& vector = std::get<engine::VectorData>(query.query);
    EXPECT_EQ(vector.dim, 2u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(vector.data) % alignof(float), 0u);
    EXPECT_EQ(static_cast<const float*>(vector.data)[1], 2.0f);
    EXPECT_EQ(query.limit, 10u);
}

TEST(DecodeRequest, copies_a_message_that_is_not_aligned) {
    Builder builder;
    finish(builder, fb::RequestBody::Flush, fb::CreateFlush(builder));
    const std::string bytes(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                            builder.GetSize());
    for (size_t shift = 0; shift < 8; shift++) {
        alignas(8) char room[128] = {};
        ASSERT_LE(bytes.size() + shift, sizeof(room));
        bytes.copy(room + shift, bytes.size());
        AlignedMessage message;
        ASSERT_TRUE(message.set({room + shift, bytes.size()}).ok());
        EXPECT_EQ(reinterpret_cast<uintptr_t>(message.bytes().data()) % 8, 0u);
        EXPECT_TRUE(decode_request_flatbuffers(message.bytes(), {}).ok());
    }
}

TEST(DecodeRequest, refuses_a_kind_without_its_table) {
    for (int kind = 1; kind <= static_cast<int>(fb::RequestBody::MAX); kind++) {
        Builder builder;
        fb::FinishRequestBuffer(builder,
                                fb::CreateRequest(builder, static_cast<fb::RequestBody>(kind)));
        // Requests without members are the same with and without their table.
        AlignedMessage message;
        const auto request = decode(builder, message);
        if (request.ok()) continue;
        EXPECT_EQ(request.status().code(), Code::invalid) << kind;
    }
}

TEST(DecodeRequest, refuses_an_operation_without_its_table) {
    Builder builder;
    const auto change = fb::CreatePointOperation(builder, fb::PointChange::SetPayload);
    const auto list = builder.CreateVector(&change, 1);
    const auto name = builder.CreateString("c");
    finish(builder, fb::RequestBody::BatchUpdate, fb::CreateBatchUpdate(builder, name, list));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.status().code(), Code::invalid);
    EXPECT_NE(request.status().message().find("operations[0]"), std::string::npos);
}

TEST(DecodeRequest, refuses_members_of_newer_schemas_by_their_number) {
    Builder builder;
    fb::FinishRequestBuffer(builder, fb::CreateRequest(builder, static_cast<fb::RequestBody>(200)));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.status().code(), Code::unsupported);
    EXPECT_NE(request.status().message().find("200"), std::string::npos);
}

// A hundred points share one payload of 1 MiB: 100 MiB of text in a message of 1 MiB.
TEST(DecodeRequest, refuses_texts_that_are_shared_without_end) {
    Builder builder;
    const std::string payload = "{\"a\": \"" + std::string(1u << 20, 'x') + "\"}";
    const auto text = builder.CreateString(payload);
    const auto id = fb::CreatePointId(builder, fb::IdKind::NUMBER, 1);
    const auto point = fb::CreatePointInput(builder, id, 0, text);
    const std::vector<flatbuffers::Offset<fb::PointInput>> points(100, point);
    const auto list = builder.CreateVector(points);
    const auto name = builder.CreateString("c");
    finish(builder, fb::RequestBody::UpsertPoints, fb::CreateUpsertPoints(builder, name, list));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.status().code(), Code::limit);
}

// Sixty thousand operations share one list of sixty thousand texts: 3.6 billion texts to look at in
// a message of a megabyte.
TEST(DecodeRequest, refuses_lists_that_are_shared_without_end_and_soon) {
    Builder builder;
    const auto text = fb::CreateText(builder, builder.CreateString("k"));
    const std::vector<flatbuffers::Offset<fb::Text>> texts(60'000, text);
    const auto keys = builder.CreateVector(texts);
    const auto change = fb::CreateDeletePayload(builder, 0, 0, keys);
    const auto operation =
        fb::CreatePointOperation(builder, fb::PointChange::DeletePayload, change.Union());
    const std::vector<flatbuffers::Offset<fb::PointOperation>> operations(60'000, operation);
    const auto list = builder.CreateVector(operations);
    const auto name = builder.CreateString("c");
    finish(builder, fb::RequestBody::BatchUpdate, fb::CreateBatchUpdate(builder, name, list));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.status().code(), Code::invalid);
    EXPECT_NE(request.status().message().find("malformed"), std::string::npos);
}

TEST(DecodeRequest, counts_ids_over_all_operations) {
    Builder builder;
    const auto numbers = builder.CreateVector(std::vector<uint64_t>(50'000, 1));
    const auto selection =
        fb::CreatePointSelection(builder, fb::CreateIdColumn(builder, 0, numbers));
    const auto change = fb::CreateDeletePoints(builder, 0, selection);
    const auto operation =
        fb::CreatePointOperation(builder, fb::PointChange::DeletePoints, change.Union());
    const std::vector<flatbuffers::Offset<fb::PointOperation>> operations(81, operation);
    const auto list = builder.CreateVector(operations);
    const auto name = builder.CreateString("c");
    finish(builder, fb::RequestBody::BatchUpdate, fb::CreateBatchUpdate(builder, name, list));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.status().code(), Code::limit);
    EXPECT_NE(request.status().message().find("operations[80]"), std::string::npos);
    EXPECT_NE(request.status().message().find("4000000"), std::string::npos);
}

TEST(DecodeRequest, takes_a_selector_of_nothing_as_json_does) {
    Builder builder;
    const auto include = fb::CreateSelector(builder, fb::SelectorKind::INCLUDE);
    const auto exclude = fb::CreateSelector(builder, fb::SelectorKind::EXCLUDE);
    const uint64_t number = 1;
    const auto ids = fb::CreateIdColumn(builder, 0, builder.CreateVector(&number, 1));
    const auto name = builder.CreateString("c");
    finish(builder, fb::RequestBody::GetPoints,
           fb::CreateGetPoints(builder, name, ids, exclude, include));
    AlignedMessage message;
    const auto request = decode(builder, message);
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    const auto& get = std::get<engine::GetPoints>(request->body);
    EXPECT_EQ(get.with_payload.kind, engine::WithPayload::Kind::all);
    EXPECT_EQ(get.with_vectors.kind, engine::WithVectors::Kind::none);
}

TEST(DecodeRequest, refuses_a_message_over_its_limit_before_copying_it) {
    AlignedMessage message;
    const char byte = 0;
    // Never read: the size alone is over the limit.
    const auto status = message.set({&byte, base::limits::message_bytes_max + 1});
    EXPECT_EQ(status.code(), Code::limit);
}

}  // namespace
}  // namespace grape::capi
