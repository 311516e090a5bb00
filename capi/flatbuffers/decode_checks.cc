#include "capi/flatbuffers/decode_checks.h"

#include <cmath>
#include <utility>

#include "capi/flatbuffers/decode_filter.h"
#include "core/base/utf8.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
using engine::FilterBudget;
using query::Condition;
using query::FieldCondition;
using query::MatchScalar;

using Check = decltype(FieldCondition::check);
using Scalars = flatbuffers::Vector<flatbuffers::Offset<fb::Scalar>>;

// Text that is compared with texts of payloads, which are UTF-8.
Result<std::string> decode_text(Context& context, const Text* text, std::string_view field) {
    if (text == nullptr) return Status::make_invalid(field, ": is missing");
    if (!base::is_utf8(view(text))) return Status::make_invalid(field, ": not UTF-8");
    return copy_text(context, text, field);
}

Result<MatchScalar> decode_scalar(Context& context, const fb::Scalar* in,
                                  const std::string& field) {
    if (in == nullptr) return Status::make_invalid(field, ": is missing");
    switch (in->kind()) {
        case fb::ScalarKind::TEXT: {
            GRAPE_ASSIGN(std::string text, decode_text(context, in->text(), field));
            return MatchScalar(std::move(text));
        }
        case fb::ScalarKind::INTEGER:
            return MatchScalar(in->integer());
        case fb::ScalarKind::BOOLEAN:
            return MatchScalar(in->boolean());
        default:
            return unknown_member(static_cast<uint32_t>(in->kind()), cat(field, ".kind"));
    }
}

Result<std::vector<MatchScalar>> decode_scalars(Context& context, FilterBudget& budget,
                                                const Scalars* in, const std::string& field) {
    std::vector<MatchScalar> out;
    if (in == nullptr) return out;
    GRAPE_TRY(take_values(budget, in->size(), field));
    out.reserve(in->size());
    for (uint32_t i = 0; i < in->size(); i++) {
        const std::string here = cat(field, "[", i, "]");
        GRAPE_ASSIGN(MatchScalar scalar, decode_scalar(context, in->Get(i), here));
        if (std::holds_alternative<bool>(scalar)) {
            return Status::make_invalid(here, ": expected a string or an integer, got a boolean");
        }
        out.push_back(std::move(scalar));
    }
    return out;
}

Result<Check> decode_match_text(Context& context, const fb::MatchText& in,
                                const std::string& field) {
    using Kind = query::MatchText::Kind;
    query::MatchText out;
    switch (in.kind()) {
        case fb::TextMatch::TEXT:
            out.kind = Kind::text;
            break;
        case fb::TextMatch::TEXT_ANY:
            out.kind = Kind::text_any;
            break;
        case fb::TextMatch::PHRASE:
            out.kind = Kind::phrase;
            break;
        case fb::TextMatch::PREFIX:
            out.kind = Kind::prefix;
            break;
        case fb::TextMatch::SUBSTRING:
            out.kind = Kind::substring;
            break;
        default:
            return unknown_member(static_cast<uint32_t>(in.kind()), cat(field, ".kind"));
    }
    GRAPE_ASSIGN(out.text, decode_text(context, in.text(), cat(field, ".text")));
    return Check(std::move(out));
}

// The four bounds of ranges and counts.
template <typename Bounds, typename In>
Bounds bounds_of(const In& in) {
    Bounds out;
    if (in.lt().has_value()) out.lt = *in.lt();
    if (in.gt().has_value()) out.gt = *in.gt();
    if (in.lte().has_value()) out.lte = *in.lte();
    if (in.gte().has_value()) out.gte = *in.gte();
    return out;
}

Result<Check> decode_range(const fb::Range& in, const std::string& field) {
    const auto out = bounds_of<query::Range>(in);
    for (const std::optional<double>& bound : {out.lt, out.gt, out.lte, out.gte}) {
        if (bound && !std::isfinite(*bound)) return Status::make_invalid(field, ": must be finite");
    }
    return Check(out);
}

Result<index::GeoPoint> decode_point(const fb::GeoPoint* in, const std::string& field) {
    if (in == nullptr) return Status::make_invalid(field, ": is missing");
    const index::GeoPoint out{in->lon(), in->lat()};
    GRAPE_TRY(engine::check_geo_point(out, field));
    return out;
}

Result<Check> decode_box(const fb::GeoBoundingBox& in, const std::string& field) {
    index::GeoBox out;
    GRAPE_ASSIGN(out.top_left, decode_point(in.top_left(), cat(field, ".top_left")));
    GRAPE_ASSIGN(out.bottom_right, decode_point(in.bottom_right(), cat(field, ".bottom_right")));
    return Check(out);
}

Result<Check> decode_radius(const fb::GeoRadius& in, const std::string& field) {
    index::GeoRadius out;
    GRAPE_ASSIGN(out.center, decode_point(in.center(), cat(field, ".center")));
    out.radius_m = in.radius_m();
    GRAPE_TRY(engine::check_radius(out.radius_m, field));
    return Check(out);
}

Result<std::vector<index::GeoPoint>> decode_ring(Context& context, FilterBudget& budget,
                                                 const fb::GeoRing* in, const std::string& field) {
    if (in == nullptr || in->points() == nullptr) {
        return Status::make_invalid(field, ": is missing");
    }
    // One ring may be used in many places: it counts in each.
    GRAPE_TRY(take_values(budget, in->points()->size(), field));
    GRAPE_TRY(take_points(context, in->points()->size(), field));
    std::vector<index::GeoPoint> out;
    out.reserve(in->points()->size());
    for (const fb::GeoPoint* point : *in->points()) out.push_back({point->lon(), point->lat()});
    GRAPE_TRY(engine::check_ring(out, field));
    return out;
}

Result<Check> decode_polygon(Context& context, FilterBudget& budget, const fb::GeoPolygon& in,
                             const std::string& field) {
    index::GeoPolygon out;
    GRAPE_ASSIGN(out.exterior,
                 decode_ring(context, budget, in.exterior(), cat(field, ".exterior")));
    if (in.interiors() == nullptr) return Check(std::move(out));
    for (uint32_t i = 0; i < in.interiors()->size(); i++) {
        GRAPE_ASSIGN(auto ring, decode_ring(context, budget, in.interiors()->Get(i),
                                            cat(field, ".interiors[", i, "]")));
        out.interiors.push_back(std::move(ring));
    }
    return Check(std::move(out));
}

Result<Check> decode_check(Context& context, FilterBudget& budget, const fb::FieldCondition& in,
                           const std::string& field) {
    switch (in.check_type()) {
        case fb::Check::MatchValue: {
            const std::string here = cat(field, ".match.value");
            GRAPE_ASSIGN(MatchScalar value,
                         decode_scalar(context, in.check_as_MatchValue()->value(), here));
            return Check(query::MatchValue{std::move(value)});
        }
        case fb::Check::MatchAny: {
            GRAPE_ASSIGN(auto values,
                         decode_scalars(context, budget, in.check_as_MatchAny()->values(),
                                        cat(field, ".match.any")));
            return Check(query::MatchAny{std::move(values)});
        }
        case fb::Check::MatchExcept: {
            GRAPE_ASSIGN(auto values,
                         decode_scalars(context, budget, in.check_as_MatchExcept()->values(),
                                        cat(field, ".match.except")));
            return Check(query::MatchExcept{std::move(values)});
        }
        case fb::Check::MatchText:
            return decode_match_text(context, *in.check_as_MatchText(), cat(field, ".match"));
        case fb::Check::Range:
            return decode_range(*in.check_as_Range(), cat(field, ".range"));
        case fb::Check::DatetimeRange:
            return Check(bounds_of<query::DatetimeRange>(*in.check_as_DatetimeRange()));
        case fb::Check::GeoBoundingBox:
            return decode_box(*in.check_as_GeoBoundingBox(), cat(field, ".geo_bounding_box"));
        case fb::Check::GeoRadius:
            return decode_radius(*in.check_as_GeoRadius(), cat(field, ".geo_radius"));
        case fb::Check::GeoPolygon:
            return decode_polygon(context, budget, *in.check_as_GeoPolygon(),
                                  cat(field, ".geo_polygon"));
        case fb::Check::ValuesCount:
            return Check(bounds_of<query::ValuesCount>(*in.check_as_ValuesCount()));
        default:
            return unknown_member(static_cast<uint32_t>(in.check_type()), cat(field, ".check"));
    }
}

}  // namespace

Result<Condition> decode_field_condition(Context& context, FilterBudget& budget,
                                         const fb::FieldCondition& in, const std::string& field) {
    GRAPE_ASSIGN(base::JsonPath key, decode_path(context, in.key(), cat(field, ".key")));
    if (in.check() == nullptr) return Status::make_invalid(field, ".check: is missing");
    if (const fb::IsEmpty* empty = in.check_as_IsEmpty()) {
        return Condition(query::IsEmpty{std::move(key), !empty->no()});
    }
    if (const fb::IsNull* null = in.check_as_IsNull()) {
        return Condition(query::IsNull{std::move(key), !null->no()});
    }
    GRAPE_ASSIGN(Check check, decode_check(context, budget, in, field));
    return Condition(FieldCondition{std::move(key), std::move(check)});
}

}  // namespace grape::capi
