#include "capi/flatbuffers/encode_points.h"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

namespace grape::capi {
namespace {

using base::IdKind;
using base::Result;
using base::Status;

static_assert(std::endian::native == std::endian::little, "vectors are copied as they lie");

const engine::ReplyPoint& point_of(const engine::ReplyPoint& point) {
    return point;
}
const engine::ReplyPoint& point_of(const engine::ScoredPoint& hit) {
    return hit.point;
}

uint64_t big_endian(const uint8_t* bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) value = value << 8 | bytes[i];
    return value;
}

Offset<fb::PointVectors> encode_vectors(Builder& builder, const engine::ReplyPoint& point) {
    std::vector<Offset<fb::ReplyVector>> vectors;
    if (point.vectors.has_value()) {
        for (const engine::ReplyVector& vector : *point.vectors) {
            const auto name = builder.CreateString(vector.name);
            const auto data =
                builder.CreateVector(reinterpret_cast<const uint8_t*>(vector.values.data()),
                                     vector.values.size() * sizeof(float));
            vectors.push_back(
                fb::CreateReplyVector(builder, name, encode_datatype(vector.datatype), data));
        }
    }
    return fb::CreatePointVectors(builder, builder.CreateVector(vectors));
}

Offset<flatbuffers::String> encode_payload(Builder& builder, const engine::ReplyPoint& point) {
    std::string json;
    if (point.payload.has_value() && !point.payload->empty()) {
        base::JsonWriter writer(json);
        base::write_payload_json(base::PayloadView(*point.payload), writer);
    } else if (point.payload.has_value()) {
        json = "{}";
    }
    return builder.CreateString(json);
}

// The columns of a table of points, made before the table itself.
struct Columns {
    Offset<flatbuffers::Vector<uint64_t>> numbers;
    Offset<flatbuffers::Vector<Offset<fb::PointId>>> ids;
    Offset<flatbuffers::Vector<uint64_t>> versions;
    Offset<flatbuffers::Vector<Offset<flatbuffers::String>>> payloads;
    Offset<flatbuffers::Vector<Offset<fb::PointVectors>>> vectors;
    Offset<flatbuffers::Vector<int64_t>> order_integers;
    Offset<flatbuffers::Vector<double>> order_reals;
};

template <typename Item>
void add_ids(Builder& builder, std::span<const Item> items, Columns& columns) {
    const bool numbers = std::all_of(items.begin(), items.end(), [](const Item& item) {
        return point_of(item).id.kind() == IdKind::number;
    });
    if (numbers) {
        std::vector<uint64_t> ids;
        ids.reserve(items.size());
        for (const Item& item : items) ids.push_back(point_of(item).id.as_number());
        columns.numbers = builder.CreateVector(ids);
        return;
    }
    std::vector<Offset<fb::PointId>> ids;
    ids.reserve(items.size());
    for (const Item& item : items) ids.push_back(encode_id(builder, point_of(item).id));
    columns.ids = builder.CreateVector(ids);
}

template <typename Item>
Status add_payloads(Builder& builder, size_t bytes_max, std::span<const Item> items,
                    Columns& columns) {
    const auto asked = [](const Item& item) { return point_of(item).payload.has_value(); };
    if (!std::any_of(items.begin(), items.end(), asked)) return {};
    std::vector<Offset<flatbuffers::String>> payloads;
    payloads.reserve(items.size());
    for (const Item& item : items) {
        payloads.push_back(encode_payload(builder, point_of(item)));
        GRAPE_TRY(check_size(builder, bytes_max));
    }
    columns.payloads = builder.CreateVector(payloads);
    return {};
}

template <typename Item>
Status add_vectors(Builder& builder, size_t bytes_max, std::span<const Item> items,
                   Columns& columns) {
    const auto asked = [](const Item& item) { return point_of(item).vectors.has_value(); };
    if (!std::any_of(items.begin(), items.end(), asked)) return {};
    std::vector<Offset<fb::PointVectors>> vectors;
    vectors.reserve(items.size());
    for (const Item& item : items) {
        vectors.push_back(encode_vectors(builder, point_of(item)));
        GRAPE_TRY(check_size(builder, bytes_max));
    }
    columns.vectors = builder.CreateVector(vectors);
    return {};
}

// Whole numbers stay so when all of them are.
void add_order_values(Builder& builder, std::span<const engine::ReplyPoint> points,
                      Columns& columns) {
    if (points.empty()) return;
    std::vector<int64_t> integers;
    std::vector<double> reals;
    for (const engine::ReplyPoint& point : points) {
        if (!point.order_value.has_value()) return;
        if (const auto* integer = std::get_if<int64_t>(&*point.order_value)) {
            integers.push_back(*integer);
            reals.push_back(static_cast<double>(*integer));
        } else {
            reals.push_back(std::get<double>(*point.order_value));
        }
    }
    if (integers.size() == points.size()) {
        columns.order_integers = builder.CreateVector(integers);
    } else {
        columns.order_reals = builder.CreateVector(reals);
    }
}

template <typename Item>
Result<Columns> encode_columns(Builder& builder, size_t bytes_max, std::span<const Item> items) {
    Columns columns;
    GRAPE_TRY(add_payloads(builder, bytes_max, items, columns));
    GRAPE_TRY(add_vectors(builder, bytes_max, items, columns));
    add_ids(builder, items, columns);
    std::vector<uint64_t> versions;
    versions.reserve(items.size());
    for (const Item& item : items) versions.push_back(point_of(item).version);
    columns.versions = builder.CreateVector(versions);
    GRAPE_TRY(check_size(builder, bytes_max));
    return columns;
}

}  // namespace

fb::Datatype encode_datatype(vector::Datatype datatype) {
    switch (datatype) {
        case vector::Datatype::f32:
            return fb::Datatype::F32;
        case vector::Datatype::f16:
            return fb::Datatype::F16;
        case vector::Datatype::u8:
            return fb::Datatype::U8;
    }
    return fb::Datatype::UNSET;
}

Offset<fb::PointId> encode_id(Builder& builder, const base::PointId& id) {
    if (id.kind() == IdKind::number) {
        return fb::CreatePointId(builder, fb::IdKind::NUMBER, id.as_number());
    }
    if (id.kind() == IdKind::uuid) {
        const base::UuidBytes bytes = id.as_uuid();
        const fb::Uuid uuid(big_endian(bytes.data()), big_endian(bytes.data() + 8));
        return fb::CreatePointId(builder, fb::IdKind::UUID, 0, &uuid);
    }
    const std::string_view text = id.as_string();
    const auto string = builder.CreateString(text.data(), text.size());
    return fb::CreatePointId(builder, fb::IdKind::TEXT, 0, nullptr, string);
}

Status check_size(const Builder& builder, size_t bytes_max) {
    if (builder.GetSize() <= bytes_max) return {};
    return Status::make_limit("reply: is over the limit of ", bytes_max,
                              " bytes; ask for fewer points");
}

Result<Offset<fb::Points>> encode_points(Builder& builder, size_t bytes_max,
                                         std::span<const engine::ReplyPoint> points) {
    GRAPE_ASSIGN(Columns columns, encode_columns(builder, bytes_max, points));
    add_order_values(builder, points, columns);
    return fb::CreatePoints(builder, points.size(), columns.numbers, columns.ids, columns.versions,
                            0, columns.payloads, columns.vectors, columns.order_integers,
                            columns.order_reals);
}

Result<Offset<fb::Points>> encode_hits(Builder& builder, size_t bytes_max,
                                       std::span<const engine::ScoredPoint> hits) {
    GRAPE_ASSIGN(const Columns columns, encode_columns(builder, bytes_max, hits));
    std::vector<float> scores;
    scores.reserve(hits.size());
    for (const engine::ScoredPoint& hit : hits) scores.push_back(hit.score);
    const auto column = builder.CreateVector(scores);
    return fb::CreatePoints(builder, hits.size(), columns.numbers, columns.ids, columns.versions,
                            column, columns.payloads, columns.vectors);
}

}  // namespace grape::capi
