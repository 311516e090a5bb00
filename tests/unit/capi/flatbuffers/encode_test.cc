// Replies as FlatBuffers: every kind, verified and read back with the generated code.
#include "capi/flatbuffers/encode.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "schema/reply_generated.h"

namespace grape::capi {
namespace {

using base::PointId;

// A reply that went out and came back; keeps the bytes that the tables lie in.
class Sent {
  public:
    explicit Sent(engine::ReplyBody body) {
        auto bytes = encode_reply_flatbuffers({std::move(body), 0.25});
        EXPECT_TRUE(bytes.ok()) << bytes.status().to_string();
        if (bytes.ok()) bytes_ = std::move(bytes).value();
    }
    const fb::Reply* get() const {
        flatbuffers::Verifier::Options options;
        options.max_tables = static_cast<uint32_t>(bytes_.size() / 4 + 16);
        const auto* data = reinterpret_cast<const uint8_t*>(bytes_.data());
        flatbuffers::Verifier verifier(data, bytes_.size(), options);
        if (!fb::VerifyReplyBuffer(verifier)) return nullptr;
        return fb::GetReply(data);
    }

  private:
    std::string bytes_;
};

engine::ReplyPoint point(PointId id, std::string payload_json) {
    engine::ReplyPoint out;
    out.id = std::move(id);
    out.version = 7;
    if (!payload_json.empty()) {
        out.payload = base::encode_payload_value(*base::parse_json(payload_json));
    }
    return out;
}

TEST(EncodeReply, says_what_a_write_did) {
    const Sent sent(engine::WriteReply{42, engine::Durability::group, true, false});
    ASSERT_NE(sent.get(), nullptr);
    EXPECT_EQ(sent.get()->time_s(), 0.25);
    const auto* write = sent.get()->body_as_WriteReply();
    ASSERT_NE(write, nullptr);
    EXPECT_EQ(write->commit(), 42u);
    EXPECT_EQ(write->durability(), fb::Durability::GROUP);
    EXPECT_TRUE(write->repeated());
    EXPECT_FALSE(write->existed());
}

TEST(EncodeReply, gives_numbers_as_one_array) {
    engine::PointsReply reply;
    reply.points = {point(PointId::number(3), R"({"a": 1})"), point(PointId::number(5), "{}")};
    const Sent sent(reply);
    ASSERT_NE(sent.get(), nullptr);
    const auto* points = sent.get()->body_as_PointsReply()->points();
    EXPECT_EQ(points->count(), 2u);
    ASSERT_NE(points->numbers(), nullptr);
    EXPECT_EQ(points->ids(), nullptr);
    EXPECT_EQ(points->numbers()->Get(1), 5u);
    EXPECT_EQ(points->versions()->Get(0), 7u);
    EXPECT_EQ(points->payloads()->Get(0)->str(), R"({"a":1})");
    EXPECT_EQ(points->payloads()->Get(1)->str(), "{}");
    EXPECT_EQ(points->vectors(), nullptr);
    EXPECT_EQ(points->scores(), nullptr);
}

TEST(EncodeReply, gives_ids_of_every_kind) {
    const auto uuid = base::parse_uuid("6f9619ff-8b86-d011-b42d-00c04fc964ff");
    ASSERT_TRUE(uuid.has_value());
    engine::ScrollReply reply;
    reply.points = {point(PointId::number(3), ""), point(PointId::uuid(*uuid), ""),
                    point(*PointId::from_text("a word"), "")};
    reply.next_page_offset = PointId::number(9);
    const Sent sent(reply);
    ASSERT_NE(sent.get(), nullptr);
    const auto* scroll = sent.get()->body_as_ScrollReply();
    const auto* points = scroll->points();
    EXPECT_EQ(points->numbers(), nullptr);
    EXPECT_EQ(points->payloads(), nullptr);
    ASSERT_EQ(points->ids()->size(), 3u);
    EXPECT_EQ(points->ids()->Get(0)->number(), 3u);
    EXPECT_EQ(points->ids()->Get(1)->kind(), fb::IdKind::UUID);
    EXPECT_EQ(points->ids()->Get(1)->uuid()->high(), 0x6f9619ff8b86d011u);
    EXPECT_EQ(points->ids()->Get(1)->uuid()->low(), 0xb42d00c04fc964ffu);
    EXPECT_EQ(points->ids()->Get(2)->text()->str(), "a word");
    EXPECT_EQ(scroll->next_page_offset()->number(), 9u);
}

TEST(EncodeReply, leaves_out_the_next_page_when_there_is_none) {
    const Sent sent(engine::ScrollReply{});
    ASSERT_NE(sent.get(), nullptr);
    EXPECT_EQ(sent.get()->body_as_ScrollReply()->next_page_offset(), nullptr);
    EXPECT_EQ(sent.get()->body_as_ScrollReply()->points()->count(), 0u);
}

TEST(EncodeReply, gives_hits_with_scores_and_vectors_of_those_that_have_them) {
    engine::QueryReply reply;
    reply.points.resize(2);
    reply.points[0] = {point(PointId::number(1), ""), 0.5f};
    reply.points[0].point.vectors = {{{"image", vector::Datatype::f16, {1.5f, -2.0f}}}};
    reply.points[1] = {point(PointId::number(2), ""), -0.25f};
    const Sent sent(engine::QueryBatchReply{{reply, {}}});
    ASSERT_NE(sent.get(), nullptr);
    const auto* batch = sent.get()->body_as_QueryBatchReply();
    ASSERT_EQ(batch->results()->size(), 2u);
    const auto* points = batch->results()->Get(0)->points();
    EXPECT_EQ(points->scores()->Get(0), 0.5f);
    EXPECT_EQ(points->scores()->Get(1), -0.25f);
    ASSERT_EQ(points->vectors()->size(), 2u);
    const auto* vector = points->vectors()->Get(0)->vectors()->Get(0);
    EXPECT_EQ(vector->name()->str(), "image");
    EXPECT_EQ(vector->datatype(), fb::Datatype::F16);
    float values[2];
    ASSERT_EQ(vector->data()->size(), sizeof(values));
    std::memcpy(values, vector->data()->data(), sizeof(values));
    EXPECT_EQ(values[1], -2.0f);
    EXPECT_EQ(points->vectors()->Get(1)->vectors()->size(), 0u);
}

TEST(EncodeReply, gives_more_tables_than_a_verifier_takes_by_default) {
    engine::PointsReply reply;
    const PointId word = *PointId::from_text("w");
    reply.points.assign(1'000'100, point(word, ""));
    const Sent sent(std::move(reply));
    ASSERT_NE(sent.get(), nullptr);
    EXPECT_EQ(sent.get()->body_as_PointsReply()->points()->ids()->size(), 1'000'100u);
}

TEST(EncodeReply, refuses_a_reply_that_is_too_large) {
    engine::PointsReply reply;
    reply.points.assign(10, point(PointId::number(1), R"({"text": "a payload"})"));
    reply.points[9].vectors = {{{"v", vector::Datatype::f32, std::vector<float>(1000)}}};
    EXPECT_TRUE(encode_reply_flatbuffers({reply, 0}).ok());
    EXPECT_TRUE(encode_reply_flatbuffers({reply, 0}, 5000).ok());
    for (const size_t bytes_max : {size_t{100}, size_t{4000}}) {
        const auto refused = encode_reply_flatbuffers({reply, 0}, bytes_max);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.status().code(), base::Code::limit);
        EXPECT_NE(refused.status().message().find(std::to_string(bytes_max)), std::string::npos);
    }
}

TEST(EncodeReply, describes_a_collection) {
    engine::CollectionInfo info;
    info.points_count = 3;
    info.config.vectors = {
        {"v", 4, vector::Distance::manhattan, vector::Datatype::u8, storage::Placement::cold}};
    info.config.metadata = *base::parse_json(R"({"m": [1]})");
    const Sent sent(info);
    ASSERT_NE(sent.get(), nullptr);
    const auto* got = sent.get()->body_as_CollectionInfo();
    EXPECT_EQ(got->status()->str(), "green");
    EXPECT_EQ(got->points_count(), 3u);
    EXPECT_EQ(got->config()->metadata()->str(), R"({"m":[1]})");
    const auto* vector = got->config()->vectors()->Get(0);
    EXPECT_EQ(vector->distance(), fb::Distance::MANHATTAN);
    EXPECT_EQ(vector->datatype(), fb::Datatype::U8);
    EXPECT_EQ(vector->memory(), fb::Placement::COLD);
}

TEST(EncodeReply, gives_names_counts_and_aliases) {
    EXPECT_EQ(Sent(engine::CountReply{5}).get()->body_as_CountReply()->count(), 5u);
    EXPECT_TRUE(Sent(engine::ExistsReply{true}).get()->body_as_ExistsReply()->exists());
    const Sent names(engine::CollectionNames{{"a", "b"}});
    EXPECT_EQ(names.get()->body_as_CollectionNames()->names()->Get(1)->str(), "b");
    const Sent aliases(engine::AliasesReply{{{"alias", "collection"}}});
    const auto* entry = aliases.get()->body_as_AliasesReply()->aliases()->Get(0);
    EXPECT_EQ(entry->alias()->str(), "alias");
    EXPECT_EQ(entry->collection()->str(), "collection");
    const Sent verified(engine::VerifyReply{1, 2, 3, 4, 5, {"a problem"}});
    EXPECT_EQ(verified.get()->body_as_VerifyReply()->keys(), 3u);
    EXPECT_EQ(verified.get()->body_as_VerifyReply()->problems()->Get(0)->str(), "a problem");
}

TEST(EncodeReply, gives_every_number_of_the_database) {
    engine::DatabaseInfoReply info;
    info.version = "0.1.0";
    info.health = "ok";
    info.merges_done = 4;
    info.mapped_bytes = 5;
    info.recovered_tail_bytes = 6;
    const Sent sent(info);
    const auto* got = sent.get()->body_as_DatabaseInfoReply();
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(got->version()->str(), "0.1.0");
    EXPECT_EQ(got->health()->str(), "ok");
    EXPECT_EQ(got->merges_done(), 4u);
    EXPECT_EQ(got->mapped_bytes(), 5u);
    EXPECT_EQ(got->recovered_tail_bytes(), 6u);
}

}  // namespace
}  // namespace grape::capi
