// Every limit of Grape in one place; each is checked at the door and named in the error.
#pragma once

#include <cstddef>
#include <cstdint>

namespace grape::base::limits {

inline constexpr size_t name_bytes_max = 255;         // collection, alias
inline constexpr size_t vector_name_bytes_max = 200;  // as Qdrant
inline constexpr size_t vectors_per_collection_max = 64;
inline constexpr size_t fields_per_collection_max = 256;    // payload indexes
inline constexpr uint32_t field_number_max = 0x3FFF'FFFFu;  // they are never reused
inline constexpr size_t field_path_bytes_max = 1024;
inline constexpr uint32_t dim_max = 65536;  // as Qdrant
inline constexpr size_t string_id_bytes_max = 255;
inline constexpr size_t payload_bytes_max = 4u << 20;  // a point's payload, binary form
inline constexpr size_t json_depth_max = 64;
// Of a payload or metadata: a reply around it must stay within json_depth_max.
inline constexpr size_t payload_depth_max = 56;
inline constexpr size_t json_request_bytes_max = 256u << 20;
inline constexpr size_t message_bytes_max = 1u << 30;  // a FlatBuffers request
inline constexpr size_t points_per_request_max = 4'000'000;
inline constexpr size_t operations_per_batch_max = 100'000;
inline constexpr size_t queries_per_batch_max = 10'000;
inline constexpr uint64_t result_count_max = 1'000'000;         // offset + limit of one query
inline constexpr uint64_t batch_result_count_max = 10'000'000;  // of all queries of a batch
inline constexpr size_t idempotency_key_bytes_max = 64;
inline constexpr uint64_t idempotency_key_commits_max = 100'000;
inline constexpr uint64_t idempotency_key_age_ms_max = 24ull * 3600 * 1000;
inline constexpr uint32_t rows_per_shard_max = 0xFFFF'FF00u;
inline constexpr size_t blobs_per_request_max = 1024;
inline constexpr uint32_t hnsw_ef_max = 1'000'000;
inline constexpr size_t stopwords_max = 100'000;              // of one text index
inline constexpr size_t filter_depth_max = 32;                // filters in one another
inline constexpr size_t filter_conditions_max = 10'000;       // of one filter, at all depths
inline constexpr size_t filter_values_max = 1'000'000;        // in all lists of one filter
inline constexpr size_t field_answers_bytes = 16u << 20;      // kept answers of field indexes
inline constexpr uint64_t memory_bytes_min = 16u << 20;       // the smallest budget
inline constexpr uint64_t facet_limit_max = 100'000;          // values of one facet
inline constexpr size_t group_delay_ms_max = 10'000;          // durability group(ms)
inline constexpr uint64_t transaction_bytes_max = 64u << 20;  // of its writes
inline constexpr size_t transaction_operations_max = 100'000;
inline constexpr size_t savepoints_max = 1'000;    // of a transaction
inline constexpr size_t transactions_max = 1'024;  // open at once
inline constexpr uint64_t transaction_timeout_ms_max = 3'600'000;
inline constexpr uint64_t transaction_timeout_ms_default = 60'000;
inline constexpr uint32_t submit_threads_max = 1024;       // of one database
inline constexpr uint32_t submit_waiting_max = 1'000'000;  // submitted requests

}  // namespace grape::base::limits
