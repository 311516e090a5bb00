// Filters and payload indexes in FlatBuffers requests: the same meaning as in JSON, and hostile
// messages that share their parts.
#include <gtest/gtest.h>

#include <cmath>

#include "capi/flatbuffers/decode.h"
#include "core/base/limits.h"
#include "schema/request_generated.h"

namespace grape::capi {
namespace {

using base::Code;
using Builder = flatbuffers::FlatBufferBuilder;
template <typename T>
using Offset = flatbuffers::Offset<T>;
namespace limits = base::limits;

base::Result<engine::Request> decode(Builder& builder) {
    AlignedMessage message;
    EXPECT_TRUE(
        message.set({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()})
            .ok());
    return decode_request_flatbuffers(message.bytes(), {});
}

base::Result<engine::Request> count(Builder& builder, Offset<fb::Filter> filter) {
    const auto name = builder.CreateString("c");
    const auto body = fb::CreateCountPoints(builder, name, filter);
    fb::FinishRequestBuffer(builder,
                            fb::CreateRequest(builder, fb::RequestBody::CountPoints, body.Union()));
    return decode(builder);
}

template <typename T>
Offset<fb::Condition> condition(Builder& builder, fb::ConditionBody kind, Offset<T> body) {
    return fb::CreateCondition(builder, kind, body.Union());
}
template <typename T>
Offset<fb::Condition> field(Builder& builder, fb::Check kind, Offset<T> check) {
    const auto key = builder.CreateString("a.b");
    return condition(builder, fb::ConditionBody::FieldCondition,
                     fb::CreateFieldCondition(builder, key, kind, check.Union()));
}
Offset<fb::Filter> must(Builder& builder, const std::vector<Offset<fb::Condition>>& conditions) {
    return fb::CreateFilter(builder, builder.CreateVector(conditions));
}

// The one condition of a filter with one check.
template <typename T>
base::Result<query::Condition> checked(Builder& builder, fb::Check kind, Offset<T> check) {
    const auto filter = must(builder, {field(builder, kind, check)});
    const auto request = count(builder, filter);
    if (!request.ok()) return request.status();
    return std::get<engine::CountPoints>(request->body).filter->must.at(0);
}
template <typename T>
T check_of(const base::Result<query::Condition>& made) {
    EXPECT_TRUE(made.ok()) << made.status().to_string();
    return std::get<T>(std::get<query::FieldCondition>(*made).check);
}

TEST(DecodeFilter, reads_checks_of_fields) {
    Builder builder;
    const auto text = builder.CreateString("x");
    const auto scalar = fb::CreateScalar(builder, fb::ScalarKind::TEXT, text);
    const auto value = check_of<query::MatchValue>(
        checked(builder, fb::Check::MatchValue, fb::CreateMatchValue(builder, scalar)));
    EXPECT_EQ(std::get<std::string>(value.value), "x");

    builder.Clear();
    const auto range = check_of<query::Range>(checked(
        builder, fb::Check::Range, fb::CreateRange(builder, 2.0, flatbuffers::nullopt, 0.0)));
    EXPECT_EQ(range.lt, 2.0);
    EXPECT_EQ(range.lte, 0.0);
    EXPECT_FALSE(range.gt.has_value());

    builder.Clear();
    const fb::GeoPoint corner(170, 5);
    const fb::GeoPoint other(-170, -5);
    const auto box = check_of<index::GeoBox>(checked(
        builder, fb::Check::GeoBoundingBox, fb::CreateGeoBoundingBox(builder, &corner, &other)));
    EXPECT_EQ(box.top_left.lon, 170);

    builder.Clear();
    const auto empty = checked(builder, fb::Check::IsEmpty, fb::CreateIsEmpty(builder, true));
    ASSERT_TRUE(empty.ok());
    EXPECT_FALSE(std::get<query::IsEmpty>(*empty).wanted);

    builder.Clear();
    const auto word = builder.CreateString("w");
    const auto match = check_of<query::MatchText>(checked(
        builder, fb::Check::MatchText, fb::CreateMatchText(builder, fb::TextMatch::PHRASE, word)));
    EXPECT_EQ(match.kind, query::MatchText::Kind::phrase);
}

TEST(DecodeFilter, refuses_wrong_checks) {
    Builder builder;
    const auto expect_error = [&builder](const auto& made, Code code, std::string_view words) {
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(made.status().code(), code);
        EXPECT_NE(made.status().message().find(words), std::string::npos)
            << made.status().message();
        builder.Clear();
    };
    expect_error(checked(builder, fb::Check::Range, fb::CreateRange(builder, std::nan(""))),
                 Code::invalid, "filter.must[0].range: must be finite");
    expect_error(checked(builder, fb::Check::MatchValue, fb::CreateMatchValue(builder)),
                 Code::invalid, "filter.must[0].match.value: is missing");
    const auto bad = builder.CreateString("\xFF");
    expect_error(checked(builder, fb::Check::MatchText,
                         fb::CreateMatchText(builder, fb::TextMatch::TEXT, bad)),
                 Code::invalid, "not UTF-8");
    const fb::GeoPoint off(1, std::nan(""));
    expect_error(checked(builder, fb::Check::GeoRadius, fb::CreateGeoRadius(builder, &off, 5)),
                 Code::invalid, "geo_radius.center.lat");
    expect_error(checked(builder, fb::Check::GeoPolygon, fb::CreateGeoPolygon(builder)),
                 Code::invalid, "geo_polygon.exterior: is missing");
    const auto slice = condition(builder, fb::ConditionBody::Slice, fb::CreateSlice(builder, 2, 2));
    expect_error(count(builder, must(builder, {slice})), Code::invalid, "slice.index");
    const auto newer = fb::CreateCondition(builder, static_cast<fb::ConditionBody>(99),
                                           fb::CreateSlice(builder, 2, 1).Union());
    expect_error(count(builder, must(builder, {newer})), Code::unsupported, "99");
    expect_error(count(builder, must(builder, {fb::CreateCondition(builder)})), Code::invalid,
                 "filter.must[0]: is missing");
    const auto inner = must(
        builder, {condition(builder, fb::ConditionBody::HasVector, fb::CreateHasVector(builder))});
    const auto key = builder.CreateString("a");
    const auto nested =
        condition(builder, fb::ConditionBody::Nested, fb::CreateNested(builder, key, inner));
    expect_error(count(builder, must(builder, {nested})), Code::invalid, "nested filter");
    const auto least = fb::CreateFilter(builder, 0, 0, 0, fb::CreateMinShould(builder));
    expect_error(count(builder, least), Code::invalid, "min_count");
}

Offset<fb::Filter> deep(Builder& builder, size_t levels) {
    auto filter = fb::CreateFilter(builder);
    for (size_t i = 1; i < levels; ++i) {
        filter = must(builder, {condition(builder, fb::ConditionBody::Filter, filter)});
    }
    return filter;
}

TEST(DecodeFilter, bounds_the_depth) {
    Builder builder;
    EXPECT_TRUE(count(builder, deep(builder, limits::filter_depth_max)).ok());
    builder.Clear();
    const auto over = count(builder, deep(builder, limits::filter_depth_max + 1));
    EXPECT_EQ(over.status().code(), Code::limit);
    builder.Clear();
    // So deep that the verifier, which recurses, stops it.
    EXPECT_EQ(count(builder, deep(builder, 100'000)).status().code(), Code::invalid);
}

// Thirty filters, each of which has the next one twice: a billion conditions in two kilobytes.
TEST(DecodeFilter, bounds_conditions_that_are_shared) {
    Builder builder;
    auto filter = fb::CreateFilter(builder);
    for (int i = 0; i < 30; ++i) {
        const auto one = condition(builder, fb::ConditionBody::Filter, filter);
        filter = must(builder, {one, one});
    }
    const auto request = count(builder, filter);
    ASSERT_FALSE(request.ok());
    EXPECT_EQ(request.status().code(), Code::invalid);
    EXPECT_NE(request.status().message().find("malformed"), std::string::npos);
}

// One ring of fifty thousand points as a hole a thousand times.
TEST(DecodeFilter, bounds_rings_that_are_shared) {
    Builder builder;
    const std::vector<fb::GeoPoint> points(50'000, fb::GeoPoint(1, 1));
    const auto ring = fb::CreateGeoRing(builder, builder.CreateVectorOfStructs(points));
    const auto holes = builder.CreateVector(std::vector<Offset<fb::GeoRing>>(1'000, ring));
    const auto made =
        checked(builder, fb::Check::GeoPolygon, fb::CreateGeoPolygon(builder, ring, holes));
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.status().code(), Code::limit);
}

TEST(DecodeFilter, selects_points_by_a_filter) {
    Builder builder;
    const auto remove = [&builder](Offset<fb::PointSelection> selection) {
        const auto name = builder.CreateString("c");
        const auto body = fb::CreateDeletePoints(builder, name, selection);
        fb::FinishRequestBuffer(
            builder, fb::CreateRequest(builder, fb::RequestBody::DeletePoints, body.Union()));
        auto request = decode(builder);
        builder.Clear();
        return request;
    };
    // One without conditions is every point, and not none.
    const auto all = remove(fb::CreatePointSelection(builder, 0, fb::CreateFilter(builder)));
    ASSERT_TRUE(all.ok()) << all.status().to_string();
    EXPECT_NE(std::get<engine::DeletePoints>(all->body).selection.filter, nullptr);
    const uint64_t number = 1;
    const auto ids = fb::CreateIdColumn(builder, 0, builder.CreateVector(&number, 1));
    EXPECT_EQ(
        remove(fb::CreatePointSelection(builder, ids, fb::CreateFilter(builder))).status().code(),
        Code::invalid);
    EXPECT_EQ(
        remove(fb::CreatePointSelection(builder, 0, fb::CreateFilter(builder), 3)).status().code(),
        Code::invalid);
}

TEST(DecodeFilter, reads_payload_indexes) {
    Builder builder;
    const auto create = [&builder](Offset<fb::FieldSchema> schema) {
        const auto name = builder.CreateString("c");
        const auto path = builder.CreateString("a[].b");
        const auto body = fb::CreateCreateFieldIndex(builder, name, path, schema);
        fb::FinishRequestBuffer(
            builder, fb::CreateRequest(builder, fb::RequestBody::CreateFieldIndex, body.Union()));
        auto request = decode(builder);
        builder.Clear();
        return request;
    };
    const auto stemmer = builder.CreateString("english");
    const auto text = fb::CreateTextOptions(builder, fb::TokenizerKind::PREFIX, true, false, true,
                                            flatbuffers::nullopt, 9u, stemmer);
    const auto request = create(fb::CreateFieldSchema(builder, fb::FieldKind::TEXT, text));
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    const auto& made = std::get<engine::CreateFieldIndex>(request->body);
    EXPECT_EQ(made.field.to_string(), "a[].b");
    EXPECT_EQ(made.schema.text.tokenizer, index::TextOptions::Kind::prefix);
    EXPECT_FALSE(made.schema.text.lowercase);
    EXPECT_EQ(made.schema.text.max_token_len, 9u);
    EXPECT_EQ(create(fb::CreateFieldSchema(builder)).status().code(), Code::invalid);
    EXPECT_EQ(create(fb::CreateFieldSchema(builder, static_cast<fb::FieldKind>(9))).status().code(),
              Code::unsupported);
    const auto tenant =
        fb::CreateFieldSchema(builder, fb::FieldKind::BOOL, 0, fb::Placement::UNSET, true);
    EXPECT_EQ(create(tenant).status().code(), Code::invalid);
}

TEST(DecodeFilter, reads_facets_orders_and_parameters) {
    Builder builder;
    auto name = builder.CreateString("c");
    auto key = builder.CreateString("a");
    auto facet = fb::CreateFacetPoints(builder, name, key);
    fb::FinishRequestBuffer(
        builder, fb::CreateRequest(builder, fb::RequestBody::FacetPoints, facet.Union()));
    auto request = decode(builder);
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    EXPECT_EQ(std::get<engine::FacetPoints>(request->body).limit, 10u);

    builder.Clear();
    name = builder.CreateString("c");
    key = builder.CreateString("a");
    const auto order = fb::CreateOrderBy(builder, key, true, -5);
    const auto scroll = fb::CreateScrollPoints(builder, name, 0, 10, 0, 0, 0, order);
    fb::FinishRequestBuffer(
        builder, fb::CreateRequest(builder, fb::RequestBody::ScrollPoints, scroll.Union()));
    request = decode(builder);
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    const auto& order_by = *std::get<engine::ScrollPoints>(request->body).order_by;
    EXPECT_TRUE(order_by.descending);
    EXPECT_EQ(std::get<int64_t>(*order_by.start_from), -5);

    builder.Clear();
    name = builder.CreateString("c");
    const auto params = fb::CreateSearchParams(builder, false, 64);
    const auto id = fb::CreatePointId(builder, fb::IdKind::NUMBER, 1);
    const auto point = fb::CreatePointVector(builder, id);
    fb::QueryPointsBuilder query(builder);
    query.add_collection(name);
    query.add_query_type(fb::Query::PointVector);
    query.add_query(point.Union());
    query.add_params(params);
    const auto body = query.Finish();
    fb::FinishRequestBuffer(builder,
                            fb::CreateRequest(builder, fb::RequestBody::QueryPoints, body.Union()));
    request = decode(builder);
    ASSERT_TRUE(request.ok()) << request.status().to_string();
    EXPECT_FALSE(std::get<engine::QueryPoints>(request->body).exact);
    EXPECT_EQ(std::get<engine::QueryPoints>(request->body).hnsw_ef, 64u);
}

// As in JSON, a search is exact when it says so, and only then.
TEST(DecodeFilter, a_search_is_exact_when_it_says_so) {
    const auto exact_of = [](std::optional<bool> beside, std::optional<bool> in_params) {
        Builder builder;
        const auto name = builder.CreateString("c");
        const auto id = fb::CreatePointId(builder, fb::IdKind::NUMBER, 1);
        const auto point = fb::CreatePointVector(builder, id);
        flatbuffers::Offset<fb::SearchParams> params;
        if (in_params) params = fb::CreateSearchParams(builder, *in_params);
        fb::QueryPointsBuilder query(builder);
        query.add_collection(name);
        query.add_query_type(fb::Query::PointVector);
        query.add_query(point.Union());
        if (beside) query.add_exact(*beside);
        if (in_params) query.add_params(params);
        const auto body = query.Finish();
        fb::FinishRequestBuffer(
            builder, fb::CreateRequest(builder, fb::RequestBody::QueryPoints, body.Union()));
        const auto request = decode(builder);
        EXPECT_TRUE(request.ok());
        return std::get<engine::QueryPoints>(request->body).exact;
    };
    EXPECT_FALSE(exact_of(std::nullopt, std::nullopt));
    EXPECT_FALSE(exact_of(std::nullopt, false));
    EXPECT_FALSE(exact_of(false, false));
    EXPECT_TRUE(exact_of(true, std::nullopt));
    EXPECT_TRUE(exact_of(true, false));
    EXPECT_TRUE(exact_of(std::nullopt, true));
}

}  // namespace
}  // namespace grape::capi
