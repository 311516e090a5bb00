#include "core/engine/request/validate.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "core/base/limits.h"
#include "core/base/utf8.h"

namespace grape::engine {
namespace {

using base::cat;
using base::Result;
using base::Status;
namespace limits = base::limits;

// A message of the ABI has 243 bytes: a place that ends with a name which is too long must leave
// room for the limit.
std::string shortened(std::string_view field) {
    constexpr size_t kFieldMax = 120;
    if (field.size() <= kFieldMax) return std::string(field);
    size_t end = kFieldMax;
    while (end > 0 && (static_cast<unsigned char>(field[end]) & 0xC0) == 0x80) end--;
    return cat(field.substr(0, end), "...");
}

Status check_name(std::string_view name, size_t bytes_max, std::string_view field) {
    if (name.size() > bytes_max) {
        return Status::make_limit(shortened(field), ": ", name.size(),
                                  " bytes are over the limit of ", bytes_max);
    }
    if (!base::is_utf8(name)) return Status::make_invalid(field, ": not UTF-8");
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            return Status::make_invalid(field, ": a name has no control characters or zero bytes");
        }
        if (std::string_view("<>:\"/\\|?*").find(c) != std::string_view::npos) {
            return Status::make_invalid(field, ": a name has no '", c, "'");
        }
    }
    return {};
}

size_t blob_element_bytes(BlobType type) {
    switch (type) {
        case BlobType::f32:
            return 4;
        case BlobType::f16:
            return 2;
        case BlobType::u8:
            return 1;
        case BlobType::u64:
            return 8;
    }
    return 0;
}

Status check_blob(RequestBlob& blob, std::string_view field) {
    const size_t element = blob_element_bytes(blob.type);
    if (element == 0) {
        return Status::make_invalid(field, ".type: ", static_cast<uint32_t>(blob.type),
                                    " is no element type");
    }
    GRAPE_TRY(check_dim(blob.dim, cat(field, ".dim")));
    const uint64_t row_bytes = uint64_t{blob.dim} * element;
    if (blob.stride_bytes == 0) blob.stride_bytes = row_bytes;
    if (blob.stride_bytes < row_bytes || blob.stride_bytes % element != 0) {
        return Status::make_invalid(field, ".stride_bytes: ", blob.stride_bytes,
                                    " must be a multiple of ", element, " and at least ",
                                    row_bytes);
    }
    if (blob.rows == 0) return {};
    if (blob.data == nullptr) return Status::make_invalid(field, ".data: NULL with rows");
    if (reinterpret_cast<uintptr_t>(blob.data) % element != 0) {
        return Status::make_invalid(field, ".data: must be aligned to ", element, " bytes");
    }
    if (blob.rows > static_cast<uint64_t>(PTRDIFF_MAX) / blob.stride_bytes) {
        return Status::make_limit(field, ".rows: ", blob.rows, " rows do not fit into memory");
    }
    return {};
}

struct HashId {
    size_t operator()(const base::PointId& id) const { return static_cast<size_t>(id.hash()); }
};

Result<const RequestBlob*> find_blob(std::span<const RequestBlob> blobs, uint64_t blob,
                                     std::string_view field) {
    if (blob >= blobs.size()) {
        return Status::make_invalid(field, ": blob ", blob, " is not one of the ", blobs.size(),
                                    " that were passed");
    }
    return &blobs[static_cast<size_t>(blob)];
}

}  // namespace

Status check_collection_name(std::string_view name, std::string_view field) {
    if (name.empty()) return Status::make_invalid(field, ": a name has at least one byte");
    return check_name(name, limits::name_bytes_max, field);
}

Status check_vector_name(std::string_view name, std::string_view field) {
    return check_name(name, limits::vector_name_bytes_max, field);
}

Status check_count(uint64_t count, uint64_t limit, std::string_view field) {
    if (count <= limit) return {};
    return Status::make_limit(field, ": ", count, " is over the limit of ", limit);
}

Status check_dim(uint64_t dim, std::string_view field) {
    if (dim == 0) return Status::make_invalid(field, ": must be at least 1");
    return check_count(dim, limits::dim_max, field);
}

Status check_window(uint64_t offset, uint64_t limit) {
    if (limit == 0) return Status::make_invalid("limit: must be at least 1");
    GRAPE_TRY(check_count(limit, limits::result_count_max, "limit"));
    GRAPE_TRY(check_count(offset, limits::result_count_max, "offset"));
    return check_count(offset + limit, limits::result_count_max, "offset + limit");
}

Status check_write_options(const WriteOptions& options) {
    GRAPE_TRY(check_count(options.group_delay_ms, limits::group_delay_ms_max, "group_delay_ms"));
    const std::string_view key = options.idempotency_key;
    if (key.size() > limits::idempotency_key_bytes_max) {
        return Status::make_limit("idempotency_key: ", key.size(), " bytes are over the limit of ",
                                  limits::idempotency_key_bytes_max);
    }
    if (!base::is_utf8(key)) return Status::make_invalid("idempotency_key: not UTF-8");
    return {};
}

Status check_transaction(const Request& request, bool given) {
    const RequestBody& body = request.body;
    const bool is_commit = std::holds_alternative<CommitTransaction>(body);
    const bool is_inside = is_commit || std::holds_alternative<RollbackTransaction>(body) ||
                           std::holds_alternative<SetSavepoint>(body) ||
                           std::holds_alternative<RollbackToSavepoint>(body);
    if (!given) {
        return is_inside ? Status::make_invalid("transaction: is missing") : Status();
    }
    if (request.transaction == 0) {
        return Status::make_invalid("transaction: must be an id that begin_transaction gave");
    }
    if (std::holds_alternative<BeginTransaction>(body)) {
        return Status::make_invalid("transaction: begin_transaction stands in none");
    }
    if (!is_commit && request.write.durability) {
        return Status::make_invalid("durability: inside of a transaction its commit has it");
    }
    if (!is_commit && !request.write.idempotency_key.empty()) {
        return Status::make_invalid("idempotency_key: inside of a transaction its commit has it");
    }
    return {};
}

Status check_savepoint_name(std::string_view name) {
    if (name.empty()) return Status::make_invalid("name: must not be empty");
    GRAPE_TRY(check_count(name.size(), limits::name_bytes_max, "bytes of name"));
    return base::is_utf8(name) ? Status() : Status::make_invalid("name: not UTF-8");
}

Status check_timeout(uint64_t timeout_ms) {
    if (timeout_ms == 0) return Status::make_invalid("timeout_ms: must not be 0");
    return check_count(timeout_ms, limits::transaction_timeout_ms_max, "timeout_ms");
}

Status finish_config(CollectionConfig& config) {
    auto& vectors = config.vectors;
    if (vectors.empty()) return Status::make_invalid("vectors: a collection has at least one");
    GRAPE_TRY(check_count(vectors.size(), limits::vectors_per_collection_max, "vectors"));
    std::sort(vectors.begin(), vectors.end(),
              [](const VectorParams& a, const VectorParams& b) { return a.name < b.name; });
    for (size_t i = 1; i < vectors.size(); i++) {
        if (vectors[i].name == vectors[i - 1].name) {
            return Status::make_invalid("vectors: '", vectors[i].name, "' stands there twice");
        }
    }
    return {};
}

Status finish_vectors(std::vector<NamedVector>& vectors, std::string_view field) {
    if (vectors.size() < 2) return {};
    std::sort(vectors.begin(), vectors.end(),
              [](const NamedVector& a, const NamedVector& b) { return a.name < b.name; });
    for (size_t i = 1; i < vectors.size(); i++) {
        if (vectors[i].name == vectors[i - 1].name) {
            return Status::make_invalid(field, ": vector '", vectors[i].name,
                                        "' stands there twice");
        }
    }
    return {};
}

Status check_conditions(std::span<const PointInput> points, std::string_view field) {
    const auto is_conditional = [](const PointInput& point) {
        return point.if_version.has_value();
    };
    if (std::none_of(points.begin(), points.end(), is_conditional)) return {};
    std::unordered_map<base::PointId, size_t, HashId> seen;
    for (size_t i = 0; i < points.size(); i++) {
        const auto [place, is_new] = seen.emplace(points[i].id, i);
        if (is_new) continue;
        if (!is_conditional(points[i]) && !is_conditional(points[place->second])) continue;
        return Status::make_invalid(field, "[", i, "]: point '", points[i].id.to_string(),
                                    "' is also number ", place->second,
                                    ", and if_version needs it only once");
    }
    return {};
}

Status check_blobs(std::span<RequestBlob> blobs) {
    GRAPE_TRY(check_count(blobs.size(), limits::blobs_per_request_max, "blobs"));
    for (size_t i = 0; i < blobs.size(); i++) {
        GRAPE_TRY(check_blob(blobs[i], cat("blobs[", i, "]")));
    }
    return {};
}

Result<VectorData> vector_of_blob(std::span<const RequestBlob> blobs, uint64_t blob, uint64_t row,
                                  std::string_view field) {
    GRAPE_ASSIGN(const RequestBlob* found, find_blob(blobs, blob, field));
    if (found->type == BlobType::u64) {
        return Status::make_invalid(field, ": blob ", blob, " holds ids and no vectors");
    }
    if (row >= found->rows) {
        return Status::make_invalid(field, ": row ", row, " of blob ", blob, ", which has ",
                                    found->rows);
    }
    VectorData vector;
    vector.data = static_cast<const uint8_t*>(found->data) + row * found->stride_bytes;
    vector.type = static_cast<vector::Datatype>(found->type);
    vector.dim = found->dim;
    return vector;
}

Result<std::vector<base::PointId>> ids_of_blob(std::span<const RequestBlob> blobs, uint64_t blob,
                                               std::string_view field) {
    GRAPE_ASSIGN(const RequestBlob* found, find_blob(blobs, blob, field));
    if (found->type != BlobType::u64 || found->dim != 1) {
        return Status::make_invalid(field, ": blob ", blob, " must hold ids: type u64, dim 1");
    }
    GRAPE_TRY(check_count(found->rows, limits::points_per_request_max, field));
    std::vector<base::PointId> ids;
    ids.reserve(static_cast<size_t>(found->rows));
    const auto* first = static_cast<const uint8_t*>(found->data);
    for (uint64_t row = 0; row < found->rows; row++) {
        uint64_t value = 0;
        std::memcpy(&value, first + row * found->stride_bytes, sizeof(value));
        ids.push_back(base::PointId::number(value));
    }
    return ids;
}

Result<uint64_t> rows_of_blob(std::span<const RequestBlob> blobs, uint64_t blob,
                              std::string_view field) {
    GRAPE_ASSIGN(const RequestBlob* found, find_blob(blobs, blob, field));
    return found->rows;
}

}  // namespace grape::engine
