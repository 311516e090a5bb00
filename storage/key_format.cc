#include "storage/key_format.h"

#include "core/base/bytes.h"

namespace grape::storage {
namespace {

using base::append_be;
using base::ByteReader;

constexpr size_t kShardPrefixBytes = 9;  // tree, collection, shard

// A reader behind the tree byte, or one that has failed.
ByteReader reader(std::string_view key, Tree tree) {
    ByteReader in(key);
    if (in.le<char>() != static_cast<char>(tree)) in.fail();
    return in;
}

std::string catalogue_key(char kind) {
    std::string key = tree_prefix(Tree::catalogue);
    key.push_back(kind);
    return key;
}

}  // namespace

IndexKind index_kind(uint32_t index) {
    if (index == kRowTableIndex) return IndexKind::rows;
    if (index >= kFieldIndexBase) return IndexKind::field;
    return index >= kGraphIndexBase ? IndexKind::graph : IndexKind::vectors;
}

std::string tree_prefix(Tree tree) {
    return std::string(1, static_cast<char>(tree));
}

std::string shard_prefix(Tree tree, ShardKey shard) {
    std::string key = tree_prefix(tree);
    append_be(key, shard.collection);
    append_be(key, shard.shard);
    return key;
}

std::string settings_key() {
    return catalogue_key('s');
}
std::string collection_prefix() {
    return catalogue_key('c');
}
std::string collection_key(uint32_t collection) {
    std::string key = collection_prefix();
    append_be(key, collection);
    return key;
}
std::string dropped_prefix() {
    return catalogue_key('d');
}
std::string dropped_key(uint32_t collection) {
    std::string key = dropped_prefix();
    append_be(key, collection);
    return key;
}
std::optional<uint32_t> parse_catalogue_number(std::string_view key) {
    ByteReader in = reader(key, Tree::catalogue);
    in.bytes(1);
    const auto number = in.be<uint32_t>();
    if (!in.done()) return std::nullopt;
    return number;
}
std::string alias_prefix() {
    return catalogue_key('a');
}
std::string alias_key(std::string_view alias) {
    return alias_prefix().append(alias);
}
std::string_view alias_of_key(std::string_view key) {
    return key.substr(2);
}

std::string id_key(ShardKey shard, const base::PointId& id) {
    std::string key = shard_prefix(Tree::ids, shard);
    id.append_key(key);
    return key;
}
std::string_view id_of_key(std::string_view key) {
    return key.size() < kShardPrefixBytes ? std::string_view() : key.substr(kShardPrefixBytes);
}

std::string point_row_prefix(ShardKey shard, uint32_t row) {
    std::string key = shard_prefix(Tree::points, shard);
    append_be(key, row);
    return key;
}
std::string point_key(ShardKey shard, uint32_t row, uint64_t commit) {
    std::string key = point_row_prefix(shard, row);
    append_be(key, commit);
    return key;
}
std::optional<PointKey> parse_point_key(std::string_view key) {
    ByteReader in = reader(key, Tree::points);
    in.bytes(8);
    PointKey out{};
    out.row = in.be<uint32_t>();
    out.commit = in.be<uint64_t>();
    if (!in.done()) return std::nullopt;
    return out;
}

std::string pending_vector_prefix(ShardKey shard, uint32_t vector) {
    std::string key = shard_prefix(Tree::pending, shard);
    append_be(key, vector);
    return key;
}
std::string pending_row_prefix(ShardKey shard, uint32_t vector, uint32_t row) {
    std::string key = pending_vector_prefix(shard, vector);
    append_be(key, row);
    return key;
}
std::string pending_key(ShardKey shard, uint32_t vector, uint32_t row, uint64_t commit) {
    std::string key = pending_row_prefix(shard, vector, row);
    append_be(key, commit);
    return key;
}
std::optional<PendingKey> parse_pending_key(std::string_view key) {
    ByteReader in = reader(key, Tree::pending);
    in.bytes(8);
    PendingKey out{};
    out.vector = in.be<uint32_t>();
    out.row = in.be<uint32_t>();
    out.commit = in.be<uint64_t>();
    if (!in.done()) return std::nullopt;
    return out;
}

std::string run_key(ShardKey shard, uint32_t index, uint64_t sequence) {
    std::string key = shard_prefix(Tree::runs, shard);
    append_be(key, index);
    append_be(key, sequence);
    return key;
}
std::optional<RunKey> parse_run_key(std::string_view key) {
    ByteReader in = reader(key, Tree::runs);
    RunKey out{};
    out.shard.collection = in.be<uint32_t>();
    out.shard.shard = in.be<uint32_t>();
    out.index = in.be<uint32_t>();
    out.sequence = in.be<uint64_t>();
    if (!in.done()) return std::nullopt;
    return out;
}

std::string commit_key(uint64_t commit) {
    std::string key = tree_prefix(Tree::commits);
    append_be(key, commit);
    return key;
}
std::optional<uint64_t> parse_commit_key(std::string_view key) {
    ByteReader in = reader(key, Tree::commits);
    const auto commit = in.be<uint64_t>();
    if (!in.done()) return std::nullopt;
    return commit;
}
std::string idempotency_key(std::string_view key) {
    return tree_prefix(Tree::keys).append(key);
}
std::string log_key(uint64_t file_number) {
    std::string key = tree_prefix(Tree::logs);
    append_be(key, file_number);
    return key;
}
std::optional<uint64_t> parse_log_key(std::string_view key) {
    ByteReader in = reader(key, Tree::logs);
    const auto number = in.be<uint64_t>();
    if (!in.done()) return std::nullopt;
    return number;
}
std::string intent_key() {
    return tree_prefix(Tree::intent);
}

}  // namespace grape::storage
