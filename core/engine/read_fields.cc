#include "core/engine/read_fields.h"

#include <algorithm>
#include <cmath>

#include "core/engine/shard_reader.h"
#include "core/query/field_order.h"

namespace grape::engine {

using base::Result;
using base::Status;
using index::FieldKind;

namespace {

constexpr std::initializer_list<FieldKind> kOrderedKinds = {FieldKind::integer, FieldKind::floating,
                                                            FieldKind::datetime};
constexpr std::initializer_list<FieldKind> kFacetKinds = {FieldKind::keyword, FieldKind::integer,
                                                          FieldKind::boolean, FieldKind::uuid};

// The index of the field, which must be of one of the kinds.
Result<const query::FieldIndex*> require_field(const ShardReader& reader,
                                               const base::JsonPath& path, std::string_view place,
                                               std::initializer_list<FieldKind> kinds,
                                               std::string_view kind_names) {
    const query::FieldIndex* field = reader.rows().field(path);
    const Collection::Field* schema = reader.collection().find_field(path);
    // What is refused must not depend on indexes that the engine makes by itself.
    if (field != nullptr && schema != nullptr && !schema->automatic &&
        std::find(kinds.begin(), kinds.end(), field->type.kind) != kinds.end()) {
        return field;
    }
    return Status::make_invalid(place, ": field '", path.to_string(), "' has no ", kind_names,
                                " index; make one with create_field_index");
}

// The key at which a walk begins: of a number between two integers the next one in its direction.
std::string start_key(const OrderValue& value, FieldKind kind, bool descending) {
    if (kind == FieldKind::floating) {
        return index::floating_key(
            std::visit([](auto number) { return static_cast<double>(number); }, value));
    }
    if (const auto* whole = std::get_if<int64_t>(&value)) return index::integer_key(*whole);
    constexpr double kBeyond = 9223372036854775808.0;  // 2^63
    const double real = std::get<double>(value);
    const double rounded = descending ? std::floor(real) : std::ceil(real);
    if (rounded >= kBeyond) return index::integer_key(INT64_MAX);
    if (rounded < -kBeyond) return index::integer_key(INT64_MIN);
    return index::integer_key(static_cast<int64_t>(rounded));
}

OrderValue value_of_key(std::string_view key, FieldKind kind) {
    if (kind == FieldKind::floating) return index::floating_of_key(key);
    return index::integer_of_key(key);
}

query::MatchScalar facet_value(std::string_view key, FieldKind kind) {
    switch (kind) {
        case FieldKind::integer:
            return index::integer_of_key(key);
        case FieldKind::boolean:
            return index::boolean_of_key(key);
        case FieldKind::uuid:
            return index::uuid_of_key(key);
        default:
            return std::string(key);
    }
}

}  // namespace

Result<ScrollReply> scroll_in_order(const Services& services, const View& view,
                                    const ScrollPoints& request) {
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    GRAPE_TRY(reader->points().check(request.with_vectors));
    const OrderBy& order = *request.order_by;
    GRAPE_ASSIGN(const query::FieldIndex* field,
                 require_field(*reader, order.key, "order_by.key", kOrderedKinds,
                               "integer, float or datetime"));
    GRAPE_ASSIGN(const std::unique_ptr<query::RowFilter> filter, reader->filter(request.filter));
    if (filter != nullptr) GRAPE_TRY(filter->settle());
    std::optional<std::string> from;
    if (order.start_from) {
        from = start_key(*order.start_from, field->type.kind, order.descending);
    }
    ScrollReply out;
    const auto take = [&](uint32_t row, std::string_view key) -> Result<bool> {
        if (out.points.size() == request.limit) return false;
        GRAPE_ASSIGN(ReplyPoint point,
                     reader->points().read(row, request.with_payload, request.with_vectors));
        point.order_value = value_of_key(key, field->type.kind);
        out.points.push_back(std::move(point));
        return true;
    };
    GRAPE_TRY(query::visit_in_order({reader->rows(), order.key, *field, filter.get()},
                                    order.descending, std::move(from), take));
    out.payload_reads = filter == nullptr ? 0 : filter->payload_reads();
    out.memory = reader->points().memory();
    return out;
}

Result<FacetReply> facet_points(const Services& services, const View& view,
                                const FacetPoints& request) {
    GRAPE_ASSIGN(const std::unique_ptr<ShardReader> reader,
                 ShardReader::open(services, view, request.collection));
    GRAPE_ASSIGN(
        const query::FieldIndex* field,
        require_field(*reader, request.key, "key", kFacetKinds, "keyword, integer, bool or uuid"));
    GRAPE_ASSIGN(const std::unique_ptr<query::RowFilter> filter, reader->filter(request.filter));
    if (filter != nullptr) GRAPE_TRY(filter->settle());
    using Counts = std::vector<std::pair<std::string, uint64_t>>;
    GRAPE_ASSIGN(Counts counts,
                 query::count_values({reader->rows(), request.key, *field, filter.get()}));
    // Keys are in the order of the values, which decides between equal counts.
    const auto keep = std::min<uint64_t>(request.limit, counts.size());
    std::stable_sort(counts.begin(), counts.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    FacetReply out;
    for (uint64_t i = 0; i < keep; ++i) {
        out.hits.push_back({facet_value(counts[i].first, field->type.kind), counts[i].second});
    }
    if (filter != nullptr) out.payload_reads = filter->payload_reads();
    return out;
}

}  // namespace grape::engine
