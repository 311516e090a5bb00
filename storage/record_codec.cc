#include "storage/record_codec.h"

#include <cstring>

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/row_set.h"
#include "schema/record_generated.h"

namespace grape::storage {
namespace {

using base::Result;
using base::Status;
namespace record = grape::fb::record;

constexpr uint32_t kVerifyDepth = 8;

// FlatBuffers reads numbers where they lie, and a value of the store may begin at any address.
class Aligned {
  public:
    explicit Aligned(std::string_view bytes) : bytes_(bytes) {
        if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint64_t) == 0) return;
        copy_.resize(bytes.size() / sizeof(uint64_t) + 1);
        std::memcpy(copy_.data(), bytes.data(), bytes.size());
        bytes_ = {reinterpret_cast<const char*>(copy_.data()), bytes.size()};
    }
    Aligned(const Aligned&) = delete;
    Aligned& operator=(const Aligned&) = delete;
    std::string_view bytes() const { return bytes_; }

  private:
    std::vector<uint64_t> copy_;
    std::string_view bytes_;
};

// The root table of `aligned` after verification, or null.
template <typename Table>
const Table* root(const Aligned& aligned) {
    const std::string_view bytes = aligned.bytes();
    flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                                   kVerifyDepth, static_cast<uint32_t>(bytes.size() / 4 + 16));
    return verifier.VerifyBuffer<Table>(nullptr) ? flatbuffers::GetRoot<Table>(bytes.data())
                                                 : nullptr;
}

template <typename Table>
std::string finish(flatbuffers::FlatBufferBuilder& builder, flatbuffers::Offset<Table> table) {
    builder.Finish(table);
    return std::string(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                       builder.GetSize());
}

auto bytes_vector(flatbuffers::FlatBufferBuilder& builder, std::string_view bytes) {
    return builder.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::string_view text(const flatbuffers::String* value) {
    return value == nullptr ? std::string_view() : std::string_view(value->c_str(), value->size());
}
std::string_view text(const flatbuffers::Vector<uint8_t>* value) {
    if (value == nullptr) return {};
    return {reinterpret_cast<const char*>(value->data()), value->size()};
}

Status malformed(std::string_view what) {
    return Status::make_corrupt("the store's ", what, " record is malformed");
}

Result<VectorRecord> decode_vector(const record::VectorRecord& in) {
    VectorRecord out;
    out.number = in.number();
    out.name = text(in.name());
    out.size = in.size();
    if (in.distance() < 1 || in.distance() > 4 || in.datatype() < 1 || in.datatype() > 3 ||
        in.placement() > 2 || out.size == 0 || out.size > base::limits::dim_max) {
        return malformed("vector");
    }
    out.distance = static_cast<vector::Distance>(in.distance());
    out.datatype = static_cast<vector::Datatype>(in.datatype());
    out.placement = static_cast<Placement>(in.placement());
    return out;
}

Status decode_fields(const record::CollectionRecord& in, CollectionRecord& out) {
    out.next_field = in.next_field();
    if (in.fields() == nullptr) return {};
    for (const record::FieldRecord* each : *in.fields()) {
        // Numbers ascend, so that none is there twice.
        const bool ascends = out.fields.empty() || out.fields.back().number < each->number();
        if (!ascends || each->number() >= out.next_field ||
            out.next_field > base::limits::field_number_max ||
            out.fields.size() == base::limits::fields_per_collection_max) {
            return malformed("collection");
        }
        out.fields.push_back({each->number(), std::string(text(each->path())), each->kind(),
                              std::string(text(each->schema())), each->automatic()});
    }
    return {};
}

Result<ShardChange> decode_change(const record::ShardChange& in) {
    ShardChange out;
    out.shard = {in.collection(), in.shard()};
    GRAPE_ASSIGN(out.put, base::decode_row_set(text(in.put())));
    GRAPE_ASSIGN(out.vectors, base::decode_row_set(text(in.vectors())));
    GRAPE_ASSIGN(out.deleted, base::decode_row_set(text(in.deleted())));
    GRAPE_ASSIGN(out.inserted, base::decode_row_set(text(in.inserted())));
    out.log_vectors = in.log_vectors();
    return out;
}

}  // namespace

std::string encode(const CollectionRecord& in) {
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<record::VectorRecord>> vectors;
    for (const VectorRecord& each : in.vectors) {
        vectors.push_back(record::CreateVectorRecord(
            builder, each.number, builder.CreateString(each.name), each.size,
            static_cast<uint8_t>(each.distance), static_cast<uint8_t>(each.datatype),
            static_cast<uint8_t>(each.placement)));
    }
    std::vector<flatbuffers::Offset<record::FieldRecord>> fields;
    for (const FieldRecord& each : in.fields) {
        const auto path = builder.CreateString(each.path);
        const auto schema = bytes_vector(builder, each.schema);
        fields.push_back(record::CreateFieldRecord(builder, each.number, path, each.kind, schema,
                                                   each.automatic));
    }
    const auto name = builder.CreateString(in.name);
    const auto list = builder.CreateVector(vectors);
    const auto metadata = bytes_vector(builder, in.metadata);
    const auto field_list =
        fields.empty()
            ? flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<record::FieldRecord>>>()
            : builder.CreateVector(fields);
    return finish(builder,
                  record::CreateCollectionRecord(builder, in.number, name, in.created_commit, list,
                                                 metadata, 1, field_list, in.next_field));
}

Result<CollectionRecord> decode_collection(std::string_view bytes) {
    const Aligned aligned(bytes);
    const auto* in = root<record::CollectionRecord>(aligned);
    if (in == nullptr || in->shard_count() != 1) return malformed("collection");
    CollectionRecord out;
    out.number = in->number();
    out.name = text(in->name());
    out.created_commit = in->created_commit();
    out.metadata = text(in->metadata());
    if (in->vectors() != nullptr) {
        for (const record::VectorRecord* each : *in->vectors()) {
            GRAPE_ASSIGN(VectorRecord vector_record, decode_vector(*each));
            if (vector_record.number != out.vectors.size() ||
                out.vectors.size() == base::limits::vectors_per_collection_max) {
                return malformed("collection");
            }
            out.vectors.push_back(std::move(vector_record));
        }
    }
    GRAPE_TRY(decode_fields(*in, out));
    return out;
}

std::string encode(const RunRecord& in) {
    flatbuffers::FlatBufferBuilder builder;
    return finish(builder,
                  record::CreateRunRecord(builder, in.blob.file_number, in.blob.size_bytes,
                                          in.blob.root_checksum, in.offset, in.length, in.run_id,
                                          in.count, in.checkpoint, in.after_commit));
}

Result<RunRecord> decode_run(std::string_view bytes) {
    const Aligned aligned(bytes);
    const auto* in = root<record::RunRecord>(aligned);
    if (in == nullptr) return malformed("run");
    RunRecord out;
    out.blob = {in->file_number(), in->file_bytes(), in->root_checksum()};
    out.offset = in->offset();
    out.length = in->length();
    out.run_id = in->run_id();
    out.count = in->count();
    out.checkpoint = in->checkpoint();
    out.after_commit = in->after_commit();
    return out;
}

std::string encode(const CommitRecord& in) {
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<record::ShardChange>> changes;
    for (const ShardChange& each : in.changes) {
        const auto put = bytes_vector(builder, base::encode_row_set(each.put));
        const auto vectors = bytes_vector(builder, base::encode_row_set(each.vectors));
        const auto deleted = bytes_vector(builder, base::encode_row_set(each.deleted));
        const auto inserted = bytes_vector(builder, base::encode_row_set(each.inserted));
        changes.push_back(record::CreateShardChange(builder, each.shard.collection,
                                                    each.shard.shard, put, vectors, deleted,
                                                    each.log_vectors, inserted));
    }
    const auto list = builder.CreateVector(changes);
    const auto key = builder.CreateString(in.idempotency_key);
    return finish(builder, record::CreateCommitRecord(builder, in.number, in.previous, in.wall_ms,
                                                      list, key, in.log_file, in.log_length));
}

Result<CommitRecord> decode_commit(std::string_view bytes) {
    const Aligned aligned(bytes);
    const auto* in = root<record::CommitRecord>(aligned);
    if (in == nullptr) return malformed("commit");
    CommitRecord out;
    out.number = in->number();
    out.previous = in->previous();
    out.wall_ms = in->wall_ms();
    out.idempotency_key = text(in->idempotency_key());
    out.log_file = in->log_file();
    out.log_length = in->log_length();
    if (in->changes() != nullptr) {
        for (const record::ShardChange* each : *in->changes()) {
            GRAPE_ASSIGN(ShardChange change, decode_change(*each));
            out.changes.push_back(std::move(change));
        }
    }
    return out;
}

std::string encode_id_entries(const std::vector<IdEntry>& entries) {
    std::string out;
    for (const IdEntry& entry : entries) {
        base::append_varint(out, entry.row);
        base::append_varint(out, entry.born);
    }
    return out;
}

Result<std::vector<IdEntry>> decode_id_entries(std::string_view bytes) {
    std::vector<IdEntry> out;
    base::ByteReader in(bytes);
    while (in.ok() && !in.at_end()) {
        const uint64_t row = in.varint();
        const uint64_t born = in.varint();
        if (row > UINT32_MAX) in.fail();
        out.push_back({static_cast<uint32_t>(row), born});
    }
    if (!in.done()) return malformed("id");
    return out;
}

std::string encode_point(std::string_view id_key_part, std::string_view payload) {
    std::string out;
    out.reserve(id_key_part.size() + payload.size() + 2);
    base::append_varint(out, id_key_part.size());
    out.append(id_key_part);
    out.append(payload);
    return out;
}

Result<PointValue> decode_point(std::string_view bytes) {
    base::ByteReader in(bytes);
    PointValue out;
    out.id = in.bytes(in.varint());
    out.payload = in.rest();
    if (!in.done()) return malformed("point");
    return out;
}

std::string encode(const Settings& settings) {
    std::string out;
    base::append_le(out, settings.next_collection);
    return out;
}

Result<Settings> decode_settings(std::string_view bytes) {
    base::ByteReader in(bytes);
    Settings out;
    out.next_collection = in.le<uint32_t>();
    if (!in.done()) return malformed("settings");
    return out;
}

std::string encode(const KeyUse& use) {
    std::string out;
    base::append_le(out, use.commit);
    base::append_le(out, use.expires_wall_ms);
    return out;
}

Result<KeyUse> decode_key_use(std::string_view bytes) {
    base::ByteReader in(bytes);
    KeyUse out;
    out.commit = in.le<uint64_t>();
    out.expires_wall_ms = in.le<uint64_t>();
    if (!in.done()) return malformed("idempotency key");
    return out;
}

std::string encode(const LogPosition& position) {
    std::string out;
    base::append_le(out, position.length_bytes);
    base::append_le(out, position.chain);
    return out;
}

Result<LogPosition> decode_log_position(uint64_t file_number, std::string_view bytes) {
    base::ByteReader in(bytes);
    LogPosition out;
    out.file_number = file_number;
    out.length_bytes = in.le<uint64_t>();
    out.chain = in.le<uint64_t>();
    if (!in.done()) return malformed("log");
    return out;
}

std::string encode(const Intent& intent) {
    std::string out;
    base::append_le(out, intent.commit);
    for (const ShardKey& shard : intent.shards) {
        base::append_le(out, shard.collection);
        base::append_le(out, shard.shard);
    }
    return out;
}

Result<Intent> decode_intent(std::string_view bytes) {
    base::ByteReader in(bytes);
    Intent out;
    out.commit = in.le<uint64_t>();
    while (in.ok() && !in.at_end()) {
        const auto collection = in.le<uint32_t>();
        const auto shard = in.le<uint32_t>();
        out.shards.push_back({collection, shard});
    }
    if (!in.done()) return malformed("intent");
    return out;
}

}  // namespace grape::storage
