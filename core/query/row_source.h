// RowSource: the rows of one shard as of one view, as filters and orders ask about them. The engine
// implements it over its views; tests over plain maps. Threads: as the caller's view; calls of one
// RowSource come from one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/index/field/bitset_cache.h"
#include "core/index/field/field_source.h"
#include "core/query/payload_check.h"

namespace grape::query {

// The index of one payload field in a view.
struct FieldIndex {
    index::FieldType type;
    // Rows whose payload was written at this commit or before are in no source: their payloads say.
    uint64_t covered_after = 0;
    // So are rows whose payload was written later than this: by a request that is still going on.
    uint64_t covered_until = UINT64_MAX;
    std::vector<std::shared_ptr<const index::FieldSource>> sources;
};

class RowSource {
  public:
    virtual ~RowSource() = default;

    // All rows are below.
    virtual uint32_t high() const = 0;
    virtual uint32_t live() const = 0;
    virtual bool alive(uint32_t row) const = 0;
    virtual base::PointId id(uint32_t row) const = 0;
    virtual base::Result<std::optional<uint32_t>> find_row(const base::PointId& id) const = 0;
    // An unknown name: no point has it.
    virtual bool has_vector(uint32_t row, std::string_view name) const = 0;
    // The payload in its binary form.
    virtual base::Result<std::string> payload(uint32_t row) const = 0;
    // Sets of high() bits: the live rows, and those of them whose payload was written in the
    // interval.
    virtual const index::RowBitset& live_rows() const = 0;
    virtual const index::RowBitset& written_in(index::CommitInterval interval) const = 0;
    // When the payload of a live row was written.
    virtual uint64_t written_at(uint32_t row) const = 0;
    // The index of the field, or null.
    virtual const FieldIndex* field(const base::JsonPath& path) const = 0;
    // Where answers of runs are kept; null: nowhere.
    virtual index::BitsetCache* answers() const { return nullptr; }
};

// The text index of the field, for PayloadCheck.
std::optional<TextField> text_field(const RowSource& rows, const base::JsonPath& path);

}  // namespace grape::query
