// The parts of requests that are about fields of payloads: indexes on them, filters, orders,
// facets. As all of request.h: what the user said, checked as far as that needs no database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/payload.h"
#include "core/index/field/field_kind.h"
#include "core/index/text/tokenizer.h"
#include "core/query/filter.h"
#include "storage/blob.h"

namespace grape::engine {

using FilterPtr = std::shared_ptr<const query::Filter>;  // null: every point

// What the user asked for. Members that another database would act on are checked, kept and shown
// again; only `kind` and `text` change what this one does.
struct FieldSchema {
    index::FieldKind kind = index::FieldKind::keyword;
    index::TextOptions text;  // of kind text
    std::optional<storage::Placement> memory;
    std::optional<bool> is_tenant, is_principal, on_disk, lookup, range, prefix, enable_hnsw;
};

struct CreateFieldIndex {
    std::string collection;
    base::JsonPath field;
    FieldSchema schema;
};
struct DeleteFieldIndex {
    std::string collection;
    base::JsonPath field;
};

// By the values of a payload field: numbers, or dates as microseconds since 1970.
using OrderValue = std::variant<int64_t, double>;
struct OrderBy {
    base::JsonPath key;
    bool descending = false;
    std::optional<OrderValue> start_from;  // the first value of the page
};
// The values of a field, by how many points have them.
struct FacetPoints {
    std::string collection;
    base::JsonPath key;
    uint64_t limit = 10;
    FilterPtr filter;
    bool exact = false;
};

// How a filter, and a search with it, would be answered.
struct ExplainQuery {
    std::string collection;
    FilterPtr filter = nullptr;
    std::string using_vector;
    uint64_t limit = 10;
    bool exact = false;
};

struct WithPayload {
    enum class Kind : uint8_t { none, all, include, exclude } kind = Kind::none;
    std::vector<base::JsonPath> paths;
};
struct WithVectors {
    enum class Kind : uint8_t { none, all, some } kind = Kind::none;
    std::vector<std::string> names;
};

}  // namespace grape::engine
