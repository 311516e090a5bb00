#include "core/engine/point_reader.h"

#include <algorithm>

#include "core/engine/commit_edit.h"
#include "core/vector/convert.h"

namespace grape::engine {

using base::Result;
using base::Status;

namespace {

// A point in a reply, and as it is encoded: a float has some ten characters in JSON.
uint64_t reply_bytes(const ReplyPoint& point) {
    constexpr uint64_t kFloatBytes = sizeof(float) + 12;
    uint64_t bytes = sizeof(ScoredPoint) + 64;
    if (point.payload) bytes += 3 * point.payload->size();
    if (!point.vectors) return bytes;
    for (const ReplyVector& each : *point.vectors) {
        bytes += sizeof(ReplyVector) + each.values.size() * kFloatBytes;
    }
    return bytes;
}

}  // namespace

Result<std::vector<storage::IdEntry>> PointReader::id_entries(const base::PointId& id) const {
    const std::string key = storage::id_key(collection_.shard(), id);
    if (own_keys_ != nullptr) {
        const auto own = own_keys_->ids.find(key);
        if (own != own_keys_->ids.end()) return own->second;
    }
    GRAPE_ASSIGN(const std::optional<std::string> stored, services_.store->get(key));
    if (!stored) return std::vector<storage::IdEntry>();
    return storage::decode_id_entries(*stored);
}

Result<std::optional<std::string>> PointReader::stored_point(const std::string& key) const {
    if (own_keys_ != nullptr) {
        const auto own = own_keys_->points.find(key);
        if (own != own_keys_->points.end()) return std::optional(own->second);
    }
    return services_.store->get(key);
}

Result<std::optional<uint32_t>> PointReader::find_row(const base::PointId& id) const {
    GRAPE_ASSIGN(const std::vector<storage::IdEntry> entries, id_entries(id));
    for (const storage::IdEntry& entry : entries) {
        // The store may know more than this view: a row counts when the view has it under this id.
        if (shard_.rows.alive(entry.row) && shard_.rows.id(entry.row) == id) {
            return std::optional<uint32_t>(entry.row);
        }
    }
    return std::optional<uint32_t>();
}

Status PointReader::check(const WithVectors& with_vectors) const {
    for (const std::string& name : with_vectors.names) {
        GRAPE_TRY(collection_.require_vector(name, "with_vector").status());
    }
    return {};
}

Result<std::string> PointReader::payload(uint32_t row) const {
    const std::string key =
        storage::point_key(collection_.shard(), row, shard_.rows.key_commit(row));
    GRAPE_ASSIGN(const std::optional<std::string> stored, stored_point(key));
    if (!stored) {
        return Status::make_corrupt("collection '", collection_.name(), "': point ",
                                    shard_.rows.id(row).to_string(), " is not in the store");
    }
    GRAPE_ASSIGN(const storage::PointValue point, storage::decode_point(*stored));
    GRAPE_TRY(base::validate_payload(point.payload));
    return std::string(point.payload);
}

Result<std::string> PointReader::selected_payload(uint32_t row,
                                                  const WithPayload& with_payload) const {
    GRAPE_ASSIGN(std::string whole, payload(row));
    if (with_payload.kind == WithPayload::Kind::all) return whole;
    const base::PayloadView view(whole);
    const bool include = with_payload.kind == WithPayload::Kind::include;
    return base::encode_payload_value(
        base::select_payload(view, include ? with_payload.paths : std::vector<base::JsonPath>(),
                             include ? std::vector<base::JsonPath>() : with_payload.paths));
}

Result<std::vector<ReplyVector>> PointReader::vectors(uint32_t row,
                                                      const WithVectors& with_vectors) const {
    std::vector<ReplyVector> out;
    for (uint32_t number = 0; number < collection_.vectors(); ++number) {
        const storage::VectorRecord& record = collection_.vector(number);
        const bool wanted = with_vectors.kind == WithVectors::Kind::all ||
                            std::find(with_vectors.names.begin(), with_vectors.names.end(),
                                      record.name) != with_vectors.names.end();
        const Place place = shard_.rows.place(row, number);
        if (!wanted || place.none()) continue;
        GRAPE_ASSIGN(const index::DenseBlock block, shard_.vector_at(number, place));
        ReplyVector& vector = out.emplace_back();
        vector.name = record.name;
        vector.datatype = record.datatype;
        vector.values.resize(record.size);
        vector::decode(block.vectors, record.datatype, vector.values);
    }
    return out;
}

Result<ReplyPoint> PointReader::read(uint32_t row, const WithPayload& with_payload,
                                     const WithVectors& with_vectors) const {
    ReplyPoint out;
    out.id = shard_.rows.id(row);
    out.version = shard_.rows.version(row);
    if (with_payload.kind != WithPayload::Kind::none) {
        GRAPE_ASSIGN(out.payload, selected_payload(row, with_payload));
    }
    if (with_vectors.kind != WithVectors::Kind::none) {
        GRAPE_ASSIGN(out.vectors, vectors(row, with_vectors));
    }
    if (memory_ != nullptr) GRAPE_TRY(take_memory(reply_bytes(out)));
    return out;
}

}  // namespace grape::engine
