// The keys of the store: one byte for the tree, then fixed-width big-endian fields, so that keys
// sort by their fields and each tree's part for a shard is one prefix. docs/formats/keys.md lists
// them. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/point_id.h"

namespace grape::storage {

// Index numbers in `runs`: vectors by their number, graphs, payload fields, and the row files.
inline constexpr uint32_t kGraphIndexBase = 0x4000'0000;  // + number of the vector
inline constexpr uint32_t kFieldIndexBase = 0x8000'0000;  // + number of the field
inline constexpr uint32_t kRowTableIndex = 0xFFFF'FFFF;
enum class IndexKind : uint8_t { vectors, graph, field, rows };
IndexKind index_kind(uint32_t index);

enum class Tree : char {
    catalogue = 'c',
    commits = 'h',
    ids = 'i',
    keys = 'k',
    logs = 'l',
    points = 'p',
    runs = 'r',
    pending = 'v',
    intent = 'x',
};

struct ShardKey {
    uint32_t collection = 0;
    uint32_t shard = 0;
    friend auto operator<=>(const ShardKey&, const ShardKey&) = default;
};

std::string tree_prefix(Tree tree);
// A shard's part of ids, points, pending or runs.
std::string shard_prefix(Tree tree, ShardKey shard);

std::string settings_key();
std::string collection_prefix();
std::string collection_key(uint32_t collection);
// A collection that was dropped and whose keys are still being removed.
std::string dropped_prefix();
std::string dropped_key(uint32_t collection);
// The collection number of a collection_key or dropped_key.
std::optional<uint32_t> parse_catalogue_number(std::string_view key);
std::string alias_prefix();
std::string alias_key(std::string_view alias);
// The alias of an alias_key.
std::string_view alias_of_key(std::string_view key);

std::string id_key(ShardKey shard, const base::PointId& id);
// The id part of an id_key.
std::string_view id_of_key(std::string_view key);

std::string point_row_prefix(ShardKey shard, uint32_t row);
std::string point_key(ShardKey shard, uint32_t row, uint64_t commit);
struct PointKey {
    uint32_t row;
    uint64_t commit;
};
std::optional<PointKey> parse_point_key(std::string_view key);

std::string pending_vector_prefix(ShardKey shard, uint32_t vector);
std::string pending_row_prefix(ShardKey shard, uint32_t vector, uint32_t row);
std::string pending_key(ShardKey shard, uint32_t vector, uint32_t row, uint64_t commit);
struct PendingKey {
    uint32_t vector;
    uint32_t row;
    uint64_t commit;
};
std::optional<PendingKey> parse_pending_key(std::string_view key);

std::string run_key(ShardKey shard, uint32_t index, uint64_t sequence);
struct RunKey {
    ShardKey shard;
    uint32_t index;
    uint64_t sequence;
};
std::optional<RunKey> parse_run_key(std::string_view key);

std::string commit_key(uint64_t commit);
std::optional<uint64_t> parse_commit_key(std::string_view key);
std::string idempotency_key(std::string_view key);
std::string log_key(uint64_t file_number);
std::optional<uint64_t> parse_log_key(std::string_view key);
std::string intent_key();

}  // namespace grape::storage
