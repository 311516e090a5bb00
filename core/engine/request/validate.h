// The checks of a request that need no database, shared by its two decoders (JSON here, FlatBuffers
// in capi), so that both refuse the same things in the same words. `field` is how the message names
// what is wrong: "collection_name", "points[3].id".
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/engine/request/request.h"

namespace grape::engine {

// Names of collections and aliases: 1 to 255 bytes of UTF-8, without control characters and
// < > : " / \ | ? *, as Qdrant. Names of vectors: the same characters, 0 to 200 bytes.
base::Status check_collection_name(std::string_view name, std::string_view field);
base::Status check_vector_name(std::string_view name, std::string_view field);
// Code::limit: "points: 5000000 is over the limit of 4000000".
base::Status check_count(uint64_t count, uint64_t limit, std::string_view field);
// The length of a vector: 1 to limits::dim_max.
base::Status check_dim(uint64_t dim, std::string_view field);
base::Status check_window(uint64_t offset, uint64_t limit);
base::Status check_write_options(const WriteOptions& options);
// Whether the request may stand inside, or outside, of a transaction; `given` says that it names
// one. The options of a write belong to the transaction's commit.
base::Status check_transaction(const Request& request, bool given);
base::Status check_savepoint_name(std::string_view name);
base::Status check_timeout(uint64_t timeout_ms);

// Sorts by name; refuses two vectors of one name, more than 64, and a collection without any.
base::Status finish_config(CollectionConfig& config);
// Sorts by name; refuses two vectors of one name. `field` names the point.
base::Status finish_vectors(std::vector<NamedVector>& vectors, std::string_view field);

// A point with a condition on its version may stand in a request only once.
base::Status check_conditions(std::span<const PointInput> points, std::string_view field);

// Pointer, type, stride and size of what a caller passed; fills in a stride of zero.
base::Status check_blobs(std::span<RequestBlob> blobs);
// One row of a blob as a vector; `field` names the reference.
base::Result<VectorData> vector_of_blob(std::span<const RequestBlob> blobs, uint64_t blob,
                                        uint64_t row, std::string_view field);
// A blob of numbers (type u64, dim 1) as ids, and how many rows a blob has.
base::Result<std::vector<base::PointId>> ids_of_blob(std::span<const RequestBlob> blobs,
                                                     uint64_t blob, std::string_view field);
base::Result<uint64_t> rows_of_blob(std::span<const RequestBlob> blobs, uint64_t blob,
                                    std::string_view field);

}  // namespace grape::engine
