// Collection: a collection's schema, immutable; a change of its settings makes a new one.
// Threads: immutable.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/engine/request/request.h"
#include "core/index/dense_file.h"
#include "core/index/flat_search.h"
#include "core/index/graph/graph_code.h"
#include "storage/record_codec.h"

namespace grape::engine {

class Collection {
  public:
    // An index of a payload field.
    struct Field {
        uint32_t number = 0;
        base::JsonPath path;
        FieldSchema schema;
        index::FieldType type;
        bool automatic = false;
    };

    // Code::corrupt when a field's path or schema cannot be read.
    static base::Result<std::shared_ptr<const Collection>> make(storage::CollectionRecord record);

    const storage::CollectionRecord& record() const { return record_; }
    uint32_t number() const { return record_.number; }
    const std::string& name() const { return record_.name; }
    storage::ShardKey shard() const { return {record_.number, 0}; }
    uint32_t vectors() const { return static_cast<uint32_t>(record_.vectors.size()); }
    const storage::VectorRecord& vector(uint32_t number) const { return record_.vectors[number]; }
    std::optional<uint32_t> find_vector(std::string_view name) const;
    // Code::not_found that names the vector and the ones there are.
    base::Result<uint32_t> require_vector(std::string_view name, std::string_view field) const;
    // Of what stands beside the vectors (rows, payload fields): cold, that is never mapped, where
    // all vectors are.
    storage::Placement side_placement() const;
    uint32_t row_bytes(uint32_t vector) const;
    index::SectionShape section_shape(uint32_t vector) const;
    index::FlatShape flat_shape(uint32_t vector) const;
    index::GraphShape graph_shape(uint32_t vector) const;
    CollectionConfig config() const;
    // By number.
    const std::vector<Field>& fields() const { return fields_; }
    // The index of exactly this path, or null.
    const Field* find_field(const base::JsonPath& path) const;
    const Field* field_of_number(uint32_t number) const;

  private:
    explicit Collection(storage::CollectionRecord record) : record_(std::move(record)) {}

    storage::CollectionRecord record_;
    std::vector<Field> fields_;
};

}  // namespace grape::engine
