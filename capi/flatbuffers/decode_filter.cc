// The tree of a filter. It is as deep as limits::filter_depth_max allows, whatever the verifier let
// through; parts that a hostile message shares are counted where they are used.
#include "capi/flatbuffers/decode_filter.h"

#include <utility>

#include "capi/flatbuffers/decode_checks.h"
#include "core/engine/request/filter_rules.h"
#include "core/engine/request/validate.h"

namespace grape::capi {
namespace {

using base::cat;
using base::Result;
using base::Status;
using engine::FilterBudget;
using query::Condition;

using Conditions = flatbuffers::Vector<flatbuffers::Offset<fb::Condition>>;

class FilterDecoder {
  public:
    explicit FilterDecoder(Context& context) : context_(context) {}

    Result<engine::FilterPtr> filter(const fb::Filter& in, const std::string& field) {
        GRAPE_TRY(check_depth(budget_, field));
        ++budget_.depth;
        auto out = std::make_shared<query::Filter>();
        GRAPE_ASSIGN(out->must, list(in.must(), cat(field, ".must")));
        GRAPE_ASSIGN(out->should, list(in.should(), cat(field, ".should")));
        GRAPE_ASSIGN(out->must_not, list(in.must_not(), cat(field, ".must_not")));
        if (in.min_should() != nullptr) {
            const std::string here = cat(field, ".min_should");
            query::MinShould part;
            GRAPE_ASSIGN(part.conditions, list(in.min_should()->conditions(), here));
            part.min_count = in.min_should()->min_count();
            if (part.min_count == 0) {
                return Status::make_invalid(here, ".min_count: must be at least 1");
            }
            out->min_should = std::move(part);
        }
        --budget_.depth;
        return engine::FilterPtr(std::move(out));
    }

  private:
    Result<std::vector<Condition>> list(const Conditions* in, const std::string& field) {
        std::vector<Condition> out;
        if (in == nullptr) return out;
        GRAPE_TRY(take_conditions(budget_, in->size(), field));
        out.reserve(in->size());
        for (uint32_t i = 0; i < in->size(); i++) {
            GRAPE_ASSIGN(Condition one, condition(*in->Get(i), cat(field, "[", i, "]")));
            out.push_back(std::move(one));
        }
        return out;
    }

    Result<Condition> condition(const fb::Condition& in, const std::string& field) {
        const auto kind = static_cast<uint32_t>(in.body_type());
        if (in.body() == nullptr) return Status::make_invalid(field, ": is missing");
        switch (in.body_type()) {
            case fb::ConditionBody::FieldCondition:
                return decode_field_condition(context_, budget_, *in.body_as_FieldCondition(),
                                              field);
            case fb::ConditionBody::HasId:
                return has_id(*in.body_as_HasId(), cat(field, ".has_id"));
            case fb::ConditionBody::HasVector:
                return has_vector(*in.body_as_HasVector(), cat(field, ".has_vector"));
            case fb::ConditionBody::Nested:
                return nested(*in.body_as_Nested(), cat(field, ".nested"));
            case fb::ConditionBody::Slice:
                return slice(*in.body_as_Slice(), cat(field, ".slice"));
            case fb::ConditionBody::Filter: {
                GRAPE_ASSIGN(engine::FilterPtr inner, filter(*in.body_as_Filter(), field));
                return Condition(query::SubFilter{std::move(inner)});
            }
            default:
                return unknown_member(kind, field);
        }
    }

    Result<Condition> has_id(const fb::HasId& in, const std::string& field) {
        GRAPE_TRY(check_not_nested(budget_, field));
        query::HasId out;
        GRAPE_ASSIGN(out.ids, decode_ids(context_, in.ids(), field));
        GRAPE_TRY(take_values(budget_, out.ids.size(), field));
        engine::finish_ids(out);
        return Condition(std::move(out));
    }
    Result<Condition> has_vector(const fb::HasVector& in, const std::string& field) {
        GRAPE_TRY(check_not_nested(budget_, field));
        GRAPE_TRY(engine::check_vector_name(view(in.name()), field));
        return Condition(query::HasVector{std::string(view(in.name()))});
    }
    Result<Condition> nested(const fb::Nested& in, const std::string& field) {
        query::Nested out;
        GRAPE_ASSIGN(out.key, decode_path(context_, in.key(), cat(field, ".key")));
        const std::string inner = cat(field, ".filter");
        if (in.filter() == nullptr) return Status::make_invalid(inner, ": is missing");
        const bool outer = std::exchange(budget_.in_nested, true);
        GRAPE_ASSIGN(out.filter, filter(*in.filter(), inner));
        budget_.in_nested = outer;
        return Condition(std::move(out));
    }
    Result<Condition> slice(const fb::Slice& in, const std::string& field) {
        GRAPE_TRY(check_not_nested(budget_, field));
        const query::Slice out{in.total(), in.index()};
        GRAPE_TRY(engine::check_slice(out, field));
        return Condition(out);
    }

    Context& context_;
    FilterBudget budget_;
};

}  // namespace

Result<engine::FilterPtr> decode_selecting_filter(Context& context, const fb::Filter& in,
                                                  std::string_view field) {
    return FilterDecoder(context).filter(in, std::string(field));
}

Result<engine::FilterPtr> decode_filter(Context& context, const fb::Filter* in,
                                        std::string_view field) {
    if (in == nullptr) return engine::FilterPtr();
    GRAPE_ASSIGN(engine::FilterPtr filter, decode_selecting_filter(context, *in, field));
    if (filter->empty()) return engine::FilterPtr();
    return filter;
}

Result<base::JsonPath> decode_path(Context& context, const Text* text, std::string_view field) {
    GRAPE_ASSIGN(const std::string path, copy_text(context, text, field));
    return base::JsonPath::parse(path, field);
}

}  // namespace grape::capi
