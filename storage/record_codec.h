// The records that the store keeps, as plain structs, and their FlatBuffers form
// (schema/record.fbs). Decoding verifies first; a malformed record is Code::corrupt. Small values
// (ids, logs, keys) have fixed layouts of their own. docs/formats/records.md. Threads: pure
// functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/vector/datatype.h"
#include "storage/blob.h"
#include "storage/key_format.h"
#include "storage/vector_log.h"

namespace grape::storage {

struct VectorRecord {
    uint32_t number = 0;
    std::string name;
    uint32_t size = 0;
    vector::Distance distance = vector::Distance::cosine;
    vector::Datatype datatype = vector::Datatype::f32;
    Placement placement = Placement::cached;
};
// An index of a payload field.
struct FieldRecord {
    uint32_t number = 0;
    std::string path;
    uint8_t kind = 0;    // index::FieldKind
    std::string schema;  // what the user asked for, in payload form
    bool automatic = false;
};
struct CollectionRecord {
    uint32_t number = 0;
    std::string name;
    uint64_t created_commit = 0;
    std::vector<VectorRecord> vectors;
    std::string metadata;  // payload form
    std::vector<FieldRecord> fields;
    uint32_t next_field = 0;
};
struct RunRecord {
    BlobIdentity blob;
    uint64_t offset = 0, length = 0;
    uint32_t run_id = 0;
    uint32_t count = 0;
    uint64_t checkpoint = 0;
    uint64_t after_commit = 0;
};
struct ShardChange {
    ShardKey shard;
    std::vector<uint32_t> inserted;  // new points
    std::vector<uint32_t> put;       // points whose key in `points` was replaced
    std::vector<uint32_t> vectors;   // points that got or lost a vector
    std::vector<uint32_t> deleted;
    uint32_t log_vectors = 0;
};
struct CommitRecord {
    uint64_t number = 0;
    uint64_t previous = 0;
    uint64_t wall_ms = 0;
    std::vector<ShardChange> changes;
    std::string idempotency_key;
    uint64_t log_file = 0, log_length = 0;
};

std::string encode(const CollectionRecord& record);
std::string encode(const RunRecord& record);
std::string encode(const CommitRecord& record);
base::Result<CollectionRecord> decode_collection(std::string_view bytes);
base::Result<RunRecord> decode_run(std::string_view bytes);
base::Result<CommitRecord> decode_commit(std::string_view bytes);

// An id's rows, the newest first: those that are dead stay until they are purged.
struct IdEntry {
    uint32_t row = 0;
    uint64_t born = 0;
};
std::string encode_id_entries(const std::vector<IdEntry>& entries);
base::Result<std::vector<IdEntry>> decode_id_entries(std::string_view bytes);

std::string encode_point(std::string_view id_key_part, std::string_view payload);
struct PointValue {
    std::string_view id;  // key form
    std::string_view payload;
};
base::Result<PointValue> decode_point(std::string_view bytes);

struct Settings {
    uint32_t next_collection = 1;
};
std::string encode(const Settings& settings);
base::Result<Settings> decode_settings(std::string_view bytes);

struct KeyUse {
    uint64_t commit = 0;
    uint64_t expires_wall_ms = 0;
};
std::string encode(const KeyUse& use);
base::Result<KeyUse> decode_key_use(std::string_view bytes);

std::string encode(const LogPosition& position);
base::Result<LogPosition> decode_log_position(uint64_t file_number, std::string_view bytes);

// What a commit in several batches is going to change.
struct Intent {
    uint64_t commit = 0;
    std::vector<ShardKey> shards;
};
std::string encode(const Intent& intent);
base::Result<Intent> decode_intent(std::string_view bytes);

}  // namespace grape::storage
