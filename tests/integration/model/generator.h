// Makes the operations of the model test: random, but by the seed and the number of the operation
// alone, given the world that they meet. Threads: pure functions.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tests/integration/model/random.h"
#include "tests/integration/model/transaction.h"

namespace grape::model {

// Kinds of operations, each with how often it comes.
#define GRAPE_MODEL_KINDS(X)      \
    X(create_collection, 6)       \
    X(update_collection, 6)       \
    X(drop_collection, 3)         \
    X(create_alias, 6)            \
    X(rename_alias, 4)            \
    X(delete_alias, 4)            \
    X(upsert_list, 120)           \
    X(upsert_batch, 60)           \
    X(upsert_insert_only, 25)     \
    X(upsert_update_only, 25)     \
    X(upsert_if_version, 25)      \
    X(upsert_large, 8)            \
    X(delete_points, 60)          \
    X(delete_if_version, 15)      \
    X(delete_large, 4)            \
    X(set_payload, 30)            \
    X(set_payload_key, 30)        \
    X(overwrite_payload, 20)      \
    X(delete_payload, 25)         \
    X(clear_payload, 15)          \
    X(delete_filter, 6)           \
    X(set_payload_filter, 20)     \
    X(create_index, 14)           \
    X(drop_index, 5)              \
    X(update_vectors, 50)         \
    X(delete_vectors, 30)         \
    X(batch_update, 60)           \
    X(repeated_key, 20)           \
    X(rejected, 50)               \
    X(begin_transaction, 30)      \
    X(write_inside, 90)           \
    X(read_inside, 70)            \
    X(set_savepoint, 16)          \
    X(roll_back_to_savepoint, 10) \
    X(commit_transaction, 40)     \
    X(rollback_transaction, 5)    \
    X(get_points, 60)             \
    X(scroll_points, 40)          \
    X(count_points, 25)           \
    X(query_vector, 80)           \
    X(query_id, 40)               \
    X(query_batch, 25)            \
    X(count_filter, 50)           \
    X(scroll_filter, 40)          \
    X(query_filter, 50)           \
    X(facet, 20)                  \
    X(scroll_ordered, 25)         \
    X(collection_exists, 8)       \
    X(get_collections, 6)         \
    X(get_collection, 10)         \
    X(get_aliases, 8)             \
    X(database_info, 6)           \
    X(flush, 6)                   \
    X(optimize, 4)                \
    X(pause_background, 3)        \
    X(resume_background, 5)       \
    X(verify, 2)                  \
    X(check_everything, 4)        \
    X(pass_a_day, 1)

enum class Kind : uint8_t {
#define GRAPE_MODEL_ENUM(name, weight) name,
    GRAPE_MODEL_KINDS(GRAPE_MODEL_ENUM)
#undef GRAPE_MODEL_ENUM
        count
};
constexpr size_t kKinds = static_cast<size_t>(Kind::count);
const char* kind_name(Kind kind);

struct Operation {
    Kind kind = Kind::count;
    engine::Request request;
    uint64_t transaction = 0;  // the number of the world's transaction that it is a part of
    // The same request as a JSON message with blobs beside it, when it is to be sent so.
    std::string json;
    std::vector<engine::RequestBlob> blobs;
    std::vector<std::shared_ptr<std::vector<float>>> blob_data;
};

// Operation `number` of the run `seed`. `names` begins the names of the collections it may make.
Operation generate(const World& world, uint64_t seed, uint64_t number, const std::string& names);

// From rejected on: what is done with transactions.
constexpr bool is_of_transaction(Kind kind) {
    return kind >= Kind::begin_transaction && kind <= Kind::rollback_transaction;
}

// The parts below are shared by generate_*.cc.

const ModelTransaction& some_transaction(const World& world, Random& random);
// What an operation of the kind does in the transaction.
void generate_inside(const ModelTransaction& transaction, Random& random, Operation& out);

class Generator {
  public:
    Generator(const World& world, Random& random, std::string names)
        : world_(world), random_(random), names_(std::move(names)) {}

    void make(Kind kind, Operation& out);
    engine::RequestBody refused_write();

  private:
    // generate_catalogue.cc
    engine::Request create_collection();
    engine::Request update_collection();
    engine::Request alias(Kind kind);
    std::string new_name(bool alias);
    std::string any_collection();  // a name or an alias; now and then of none
    std::string some_alias();
    // generate_points.cc
    engine::UpsertPoints upsert(const std::string& name, size_t points, bool all_vectors);
    engine::UpsertPoints conditional_upsert(const std::string& name);
    void upsert_batch(Operation& out);
    engine::UpdateVectors update_vectors(const std::string& name);
    engine::DeleteVectors delete_vectors(const std::string& name);
    engine::PointSelection selection(const std::string& name, size_t size, bool must_exist);
    engine::PointOperation point_operation(Kind kind, const std::string& name);
    engine::BatchUpdate batch();
    engine::Request any_write();
    base::PointId id(const std::string& name);
    base::PointId present_id(const std::string& name);
    std::vector<engine::NamedVector> vectors(const ModelCollection& collection, bool all);
    engine::VectorData vector(const engine::VectorParams& params);
    // generate_payload.cc
    base::JsonValue payload_object(int depth);
    base::JsonValue payload_value(int depth);
    std::string key();
    base::JsonPath path();
    // generate_reads.cc
    engine::WithPayload with_payload();
    engine::WithVectors with_vectors(const std::string& name);
    engine::QueryPoints query(const std::string& name, bool by_id);
    engine::RequestBody read(Kind kind);
    // generate_filters.cc
    base::JsonPath field();
    base::JsonPath indexed_field(const std::string& name);
    base::JsonValue known_value(const std::string& name, const base::JsonPath& at);
    query::MatchScalar scalar(const std::string& name, const base::JsonPath& at);
    query::Condition condition(const std::string& name, int depth, bool nested);
    engine::FilterPtr filter(const std::string& name, int depth, bool nested);
    engine::PointSelection filtered_selection(const std::string& name);
    engine::RequestBody field_index(Kind kind);
    engine::RequestBody filtered_read(Kind kind);
    // generate_rejected.cc
    engine::RequestBody rejected();
    engine::UpsertPoints bad_upsert(const std::string& name);

    const ModelCollection* collection(const std::string& name) const { return world_.find(name); }

    const World& world_;
    Random& random_;
    const std::string names_;
};

}  // namespace grape::model
