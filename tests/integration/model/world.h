// World: the oracle of the model test. A plain picture of what a database holds (maps of points,
// each with its payload tree and its stored vectors) and of what each request must do to it.
//
// It knows nothing of rows, runs, views, files or commits in groups. Vectors are stored and scored
// with the conversions and the scalar kernels of core/vector, which have tests of their own; all
// else is written a second time, in the simplest way. A refused request leaves the world alone.
// Threads: a World is a value; copies share what did not change.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/request/reply.h"
#include "core/engine/request/request.h"

namespace grape::model {

struct ModelPoint {
    uint64_t version = 0;
    base::JsonValue payload = base::JsonValue::make_object();
    std::map<std::string, std::string> vectors;  // stored bytes by name
};

struct ModelCollection {
    uint64_t born = 0;  // the commit that made it
    uint64_t set = 0;   // the last one about its settings or indexes, even when all stayed the same
    engine::CollectionConfig config;
    std::map<base::PointId, std::shared_ptr<const ModelPoint>> points;
    std::map<std::string, index::FieldKind> fields;  // that have an index, by path

    const engine::VectorParams* vector(const std::string& name) const;
};

class ModelTransaction;

class World {
  public:
    using Collections = std::map<std::string, std::shared_ptr<const ModelCollection>>;

    explicit World(engine::Durability durability = engine::Durability::full)
        : durability_(durability) {}

    // What a write does when it becomes commit `commit`, or why it is refused.
    base::Result<engine::WriteReply> apply(const engine::Request& request, uint64_t commit);
    // What a read must answer. Nothing for requests whose answers depend on files.
    base::Result<engine::ReplyBody> read(const engine::RequestBody& body) const;

    uint64_t commit() const { return commit_; }
    const Collections& collections() const { return collections_; }
    const std::map<std::string, std::string>& aliases() const { return aliases_; }
    // By name or alias; null when there is none.
    const ModelCollection* find(const std::string& name) const;
    // Idempotency keys that are still good, in the order of their use.
    const std::vector<std::pair<std::string, uint64_t>>& keys() const { return keys_; }
    bool has_key(const std::string& key) const;
    // A day and an hour go by: keys end.
    void pass_a_day() {
        ++days_;
        keys_.clear();
    }
    uint64_t days() const { return days_; }

    // Transactions that are open, by the number that was given to each (transaction.cc). A copy of
    // the world shares them.
    const std::vector<std::shared_ptr<ModelTransaction>>& transactions() const {
        return transactions_;
    }
    ModelTransaction* transaction(uint64_t number) const;  // null: none
    World without_transactions() const;
    void begin_transaction(uint64_t number, uint64_t view);
    void end_transaction(uint64_t number);
    void end_transactions() { transactions_.clear(); }
    // Its writes as one commit.
    base::Result<engine::WriteReply> commit_transaction(uint64_t number,
                                                        const engine::WriteOptions& write,
                                                        uint64_t commit);

  private:
    using Points = std::map<base::PointId, std::shared_ptr<const ModelPoint>>;

    base::Status check_points(const engine::RequestBody& body) const;
    base::Status change(const engine::RequestBody& body, engine::WriteReply& reply);
    std::string resolve(const std::string& name) const;
    base::Result<const ModelCollection*> require(const std::string& name) const;
    ModelCollection& own(const std::string& name);

    base::Status change_one(const engine::CreateCollection& o);
    base::Status change_one(const engine::UpdateCollection& o);
    base::Status change_one(const engine::DeleteCollection& o, engine::WriteReply& reply);
    base::Status change_one(const engine::UpdateAliases& o);
    base::Status change_one(const engine::CreateFieldIndex& o);
    base::Status change_one(const engine::DeleteFieldIndex& o, engine::WriteReply& reply);
    base::Status change_points(const engine::PointOperation& o);
    base::Status alias_action(const engine::UpdateAliases::Create& a);
    base::Status alias_action(const engine::UpdateAliases::Delete& a);
    base::Status alias_action(const engine::UpdateAliases::Rename& a);

    Collections collections_;
    std::map<std::string, std::string> aliases_;
    std::vector<std::pair<std::string, uint64_t>> keys_;
    std::vector<std::shared_ptr<ModelTransaction>> transactions_;
    uint64_t commit_ = 0;
    uint64_t next_ = 0;  // the number of the commit that is being applied
    uint64_t days_ = 0;
    engine::Durability durability_;
};

// What one operation does to the points of its collection (world_points.cc).
base::Status change_points(ModelCollection& collection, const engine::PointOperation& operation,
                           uint64_t commit);
// Whether the operation's vectors fit the collection.
base::Status check_vectors(const ModelCollection& collection,
                           const engine::PointOperation& operation);
std::string collection_of(const engine::PointOperation& operation);
// The body as an operation on points, if it is one.
std::optional<engine::PointOperation> as_operation(const engine::RequestBody& body);

// Changes of payload trees (world_payload.cc).
using Path = std::vector<base::JsonPath::Step>;
void merge(base::JsonValue& object, const base::JsonValue& values);
void set_at(base::JsonValue& target, const Path& path, size_t step, const base::JsonValue& values);
void remove_at(base::JsonValue& target, const Path& path, size_t step);

// Filters (world_filter.cc).
bool matches(const base::PointId& id, const ModelPoint& point, const engine::FilterPtr& filter);
base::Result<engine::ReplyBody> facet(const ModelCollection& collection,
                                      const engine::FacetPoints& request);
// Each value of a point in the order of the request, with the point.
using Ordered = std::vector<std::pair<engine::OrderValue, base::PointId>>;
base::Result<Ordered> ordered(const ModelCollection& collection,
                              const engine::ScrollPoints& request);

// Answers (world_reads.cc).
base::Result<engine::ReplyBody> read(const ModelCollection& collection,
                                     const engine::GetPoints& request);
base::Result<engine::ReplyBody> read(const ModelCollection& collection,
                                     const engine::ScrollPoints& request);
base::Result<engine::QueryReply> query(const ModelCollection& collection,
                                       const engine::QueryPoints& request);
std::vector<float> floats_of(const engine::VectorData& data);
// The scores of all points that have the vector, best first.
struct Scored {
    base::PointId id;
    float score = 0;
};
std::vector<Scored> ranking(const ModelCollection& collection, const engine::VectorParams& vector,
                            const std::vector<float>& query);

}  // namespace grape::model
