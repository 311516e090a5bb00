// Records survive their encoding; bytes that are none are refused or decoded, never read past.
#include "storage/record_codec.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "core/base/limits.h"

namespace grape::storage {
namespace {

using base::Code;

CollectionRecord collection() {
    CollectionRecord out;
    out.number = 7;
    out.name = "words";
    out.created_commit = 12;
    out.metadata = std::string("\x18\x00", 2);
    out.vectors.push_back(
        {0, "", 4, vector::Distance::cosine, vector::Datatype::f32, Placement::cached});
    out.vectors.push_back({1, "image", base::limits::dim_max, vector::Distance::manhattan,
                           vector::Datatype::u8, Placement::cold});
    out.fields.push_back({2, "a.b", 1, "", false});
    out.fields.push_back({5, "c[].d", 8, std::string("\x18\x00", 2), true});
    out.next_field = 6;
    return out;
}

CommitRecord commit() {
    CommitRecord out;
    out.number = 99;
    out.previous = 0x0123456789abcdef;
    out.wall_ms = 1'700'000'000'000;
    out.idempotency_key = "job-17";
    out.log_file = 4;
    out.log_length = 8192;
    out.changes.push_back({{1, 0}, {1, 2, 3}, {4}, {5, 6, 100000}, {7}, 3});
    out.changes.push_back({{2, 0}, {}, {}, {}, {}, 0});
    return out;
}

TEST(RecordCodec, a_collection_survives) {
    const auto decoded = decode_collection(encode(collection()));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->number, 7u);
    EXPECT_EQ(decoded->name, "words");
    EXPECT_EQ(decoded->created_commit, 12u);
    EXPECT_EQ(decoded->metadata, collection().metadata);
    ASSERT_EQ(decoded->vectors.size(), 2u);
    EXPECT_EQ(decoded->vectors[0].name, "");
    EXPECT_EQ(decoded->vectors[1].name, "image");
    EXPECT_EQ(decoded->vectors[1].size, base::limits::dim_max);
    EXPECT_EQ(decoded->vectors[1].distance, vector::Distance::manhattan);
    EXPECT_EQ(decoded->vectors[1].datatype, vector::Datatype::u8);
    EXPECT_EQ(decoded->vectors[1].placement, Placement::cold);
    EXPECT_EQ(decoded->next_field, 6u);
    ASSERT_EQ(decoded->fields.size(), 2u);
    EXPECT_EQ(decoded->fields[0].path, "a.b");
    EXPECT_FALSE(decoded->fields[0].automatic);
    EXPECT_EQ(decoded->fields[1].number, 5u);
    EXPECT_EQ(decoded->fields[1].kind, 8u);
    EXPECT_EQ(decoded->fields[1].schema, collection().fields[1].schema);
    EXPECT_TRUE(decoded->fields[1].automatic);
}

TEST(RecordCodec, refuses_a_collection_that_cannot_be) {
    const auto refuse = [](const auto& change) {
        CollectionRecord record = collection();
        change(record);
        EXPECT_EQ(decode_collection(encode(record)).status().code(), Code::corrupt);
    };
    refuse([](CollectionRecord& r) { r.vectors[0].number = 1; });
    refuse([](CollectionRecord& r) { r.fields[1].number = 2; });
    refuse([](CollectionRecord& r) { r.next_field = 5; });
    refuse([](CollectionRecord& r) { r.next_field = base::limits::field_number_max + 1; });
    refuse([](CollectionRecord& r) { r.vectors[0].size = 0; });
    refuse([](CollectionRecord& r) { r.vectors[0].size = base::limits::dim_max + 1; });
    refuse([](CollectionRecord& r) { r.vectors[0].distance = vector::Distance{0}; });
    refuse([](CollectionRecord& r) { r.vectors[0].distance = vector::Distance{5}; });
    refuse([](CollectionRecord& r) { r.vectors[0].datatype = vector::Datatype{4}; });
    refuse([](CollectionRecord& r) { r.vectors[0].placement = Placement{3}; });
}

TEST(RecordCodec, a_run_survives) {
    const RunRecord run{{17, 12360, UINT64_MAX}, 256, 4096, 3, 1000, 42};
    const auto decoded = decode_run(encode(run));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->blob.file_number, 17u);
    EXPECT_EQ(decoded->blob.size_bytes, 12360u);
    EXPECT_EQ(decoded->blob.root_checksum, UINT64_MAX);
    EXPECT_EQ(decoded->offset, 256u);
    EXPECT_EQ(decoded->length, 4096u);
    EXPECT_EQ(decoded->run_id, 3u);
    EXPECT_EQ(decoded->count, 1000u);
    EXPECT_EQ(decoded->checkpoint, 42u);
}

TEST(RecordCodec, a_commit_survives) {
    const auto decoded = decode_commit(encode(commit()));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->number, 99u);
    EXPECT_EQ(decoded->previous, 0x0123456789abcdefu);
    EXPECT_EQ(decoded->wall_ms, 1'700'000'000'000u);
    EXPECT_EQ(decoded->idempotency_key, "job-17");
    EXPECT_EQ(decoded->log_file, 4u);
    EXPECT_EQ(decoded->log_length, 8192u);
    ASSERT_EQ(decoded->changes.size(), 2u);
    const ShardChange& change = decoded->changes[0];
    EXPECT_EQ(change.shard, (ShardKey{1, 0}));
    EXPECT_EQ(change.inserted, (std::vector<uint32_t>{1, 2, 3}));
    EXPECT_EQ(change.put, (std::vector<uint32_t>{4}));
    EXPECT_EQ(change.vectors, (std::vector<uint32_t>{5, 6, 100000}));
    EXPECT_EQ(change.deleted, (std::vector<uint32_t>{7}));
    EXPECT_EQ(change.log_vectors, 3u);
    EXPECT_TRUE(decoded->changes[1].inserted.empty());
}

TEST(RecordCodec, equal_records_have_equal_bytes) {
    // The hash chain of the commits rests on it.
    EXPECT_EQ(encode(commit()), encode(commit()));
    EXPECT_EQ(encode(collection()), encode(collection()));
}

// The store gives values wherever they lie in its blocks.
TEST(RecordCodec, records_are_read_at_any_address) {
    const std::string records[] = {encode(collection()), encode(commit()),
                                   encode(RunRecord{{1, 2, 3}, 4, 5, 6, 7, 8})};
    for (size_t shift = 0; shift < 16; ++shift) {
        const std::string pad(shift, 'x');
        const std::string moved[] = {pad + records[0], pad + records[1], pad + records[2]};
        const auto at = [&](size_t i) { return std::string_view(moved[i]).substr(shift); };
        EXPECT_EQ(encode(decode_collection(at(0)).value()), records[0]);
        EXPECT_EQ(encode(decode_commit(at(1)).value()), records[1]);
        EXPECT_EQ(encode(decode_run(at(2)).value()), records[2]);
    }
}

TEST(RecordCodec, id_entries_survive) {
    const std::vector<IdEntry> entries = {{0, 1}, {UINT32_MAX, UINT64_MAX}, {127, 128}};
    const auto decoded = decode_id_entries(encode_id_entries(entries));
    ASSERT_TRUE(decoded.ok());
    ASSERT_EQ(decoded->size(), entries.size());
    for (size_t i = 0; i < entries.size(); ++i) {
        EXPECT_EQ((*decoded)[i].row, entries[i].row);
        EXPECT_EQ((*decoded)[i].born, entries[i].born);
    }
    EXPECT_TRUE(decode_id_entries("")->empty());
    EXPECT_EQ(decode_id_entries("\x01").status().code(), Code::corrupt);
    EXPECT_EQ(decode_id_entries("\xff\xff\xff\xff\x7f\x01").status().code(), Code::corrupt);
}

TEST(RecordCodec, points_survive) {
    const std::string id(256, 'i');
    const std::string encoded = encode_point(id, "payload");
    const auto decoded = decode_point(encoded);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->id, id);
    EXPECT_EQ(decoded->payload, "payload");
    for (size_t size = 0; size < 258; ++size) {
        EXPECT_EQ(decode_point(std::string_view(encoded).substr(0, size)).status().code(),
                  Code::corrupt);
    }
}

TEST(RecordCodec, small_values_survive_and_have_one_length) {
    EXPECT_EQ(decode_settings(encode(Settings{77}))->next_collection, 77u);
    const auto use = decode_key_use(encode(KeyUse{5, 6}));
    ASSERT_TRUE(use.ok());
    EXPECT_EQ(use->commit, 5u);
    EXPECT_EQ(use->expires_wall_ms, 6u);
    const auto position = decode_log_position(9, encode(LogPosition{9, 4096, 7}));
    ASSERT_TRUE(position.ok());
    EXPECT_EQ(position->file_number, 9u);
    EXPECT_EQ(position->length_bytes, 4096u);
    EXPECT_EQ(position->chain, 7u);
    const auto intent = decode_intent(encode(Intent{3, {{1, 0}, {2, 5}}}));
    ASSERT_TRUE(intent.ok());
    EXPECT_EQ(intent->commit, 3u);
    EXPECT_EQ(intent->shards, (std::vector<ShardKey>{{1, 0}, {2, 5}}));
    for (const size_t wrong : {0u, 3u, 5u, 15u, 17u}) {
        const std::string bytes(wrong, '\x01');
        EXPECT_EQ(decode_settings(bytes).status().code(), Code::corrupt);
        EXPECT_EQ(decode_key_use(bytes).status().code(), Code::corrupt);
        EXPECT_EQ(decode_log_position(1, bytes).status().code(), Code::corrupt);
        EXPECT_EQ(decode_intent(bytes).status().code(), Code::corrupt);
    }
}

// Every cut and every changed byte: an error or a record, and nothing read that is not there (the
// sanitizers look on).
TEST(RecordCodec, stands_damaged_records) {
    std::mt19937_64 random(1);
    const std::string whole[] = {encode(collection()), encode(commit()),
                                 encode(RunRecord{{1, 2, 3}, 4, 5, 6, 7, 8})};
    size_t refused = 0;
    const auto decode_all = [&](const std::string& bytes) {
        // In memory of its very size.
        const std::vector<char> exact(bytes.begin(), bytes.end());
        const std::string_view view(exact.data(), exact.size());
        refused += decode_collection(view).ok() ? 0 : 1;
        refused += decode_commit(view).ok() ? 0 : 1;
        refused += decode_run(view).ok() ? 0 : 1;
    };
    for (const std::string& record : whole) {
        for (size_t size = 0; size < record.size(); ++size) decode_all(record.substr(0, size));
        for (int i = 0; i < 2000; ++i) {
            std::string damaged = record;
            damaged[random() % damaged.size()] = static_cast<char>(random());
            decode_all(damaged);
        }
    }
    EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace grape::storage
