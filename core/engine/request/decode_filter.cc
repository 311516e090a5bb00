// The tree of a filter: its parts, and the conditions that are no checks of a field. It is as deep
// as limits::filter_depth_max allows.
#include "core/engine/request/decode_filter.h"

#include <utility>

#include "core/engine/request/decode_checks.h"
#include "core/engine/request/validate.h"

namespace grape::engine {

using base::JsonKind;
using base::JsonValue;
using base::Result;
using base::Status;
using query::Condition;

namespace {

class FilterReader {
  public:
    explicit FilterReader(const Context& context) : context_(context) {}

    Result<FilterPtr> filter(const JsonValue& value, const Place& at) {
        GRAPE_TRY(check_depth(budget_, at.text()));
        GRAPE_TRY(check_members(value, at, {"must", "should", "must_not", "min_should"}));
        ++budget_.depth;
        auto out = std::make_shared<query::Filter>();
        GRAPE_ASSIGN(out->must, part(value, "must", at));
        GRAPE_ASSIGN(out->should, part(value, "should", at));
        GRAPE_ASSIGN(out->must_not, part(value, "must_not", at));
        GRAPE_ASSIGN(out->min_should, min_should(value, at));
        --budget_.depth;
        return FilterPtr(std::move(out));
    }

  private:
    // One condition or a list of them.
    Result<std::vector<Condition>> part(const JsonValue& parent, std::string_view name,
                                        const Place& at) {
        std::vector<Condition> out;
        const JsonValue* value = find_member(parent, name);
        if (value == nullptr) return out;
        const Place here(at, name);
        if (!value->is(JsonKind::array)) {
            GRAPE_TRY(take_conditions(budget_, 1, here.text()));
            GRAPE_ASSIGN(Condition one, condition(*value, here));
            out.push_back(std::move(one));
            return out;
        }
        const std::vector<JsonValue>& items = value->items();
        GRAPE_TRY(take_conditions(budget_, items.size(), here.text()));
        out.reserve(items.size());
        for (size_t i = 0; i < items.size(); ++i) {
            GRAPE_ASSIGN(Condition one, condition(items[i], Place(here, i)));
            out.push_back(std::move(one));
        }
        return out;
    }

    Result<std::optional<query::MinShould>> min_should(const JsonValue& parent, const Place& at) {
        using Out = std::optional<query::MinShould>;
        const JsonValue* value = find_member(parent, "min_should");
        if (value == nullptr) return Out();
        const Place here(at, "min_should");
        GRAPE_TRY(check_members(*value, here, {"conditions", "min_count"}));
        GRAPE_TRY(require_member(*value, "conditions", here).status());
        GRAPE_ASSIGN(const JsonValue* count, require_member(*value, "min_count", here));
        query::MinShould out;
        GRAPE_ASSIGN(out.conditions, part(*value, "conditions", here));
        GRAPE_ASSIGN(out.min_count, read_integer(*count, Place(here, "min_count"), 1));
        return Out(std::move(out));
    }

    Result<Condition> condition(const JsonValue& value, const Place& at) {
        GRAPE_TRY(expect_condition(value, at));
        if (value.find("key") != nullptr) return read_field_condition(value, at, budget_);
        struct Kind {
            std::string_view name;
            Result<Condition> (FilterReader::*read)(const JsonValue&, const Place&);
        };
        constexpr Kind kinds[] = {
            {"has_id", &FilterReader::has_id},     {"has_vector", &FilterReader::has_vector},
            {"is_empty", &FilterReader::is_empty}, {"is_null", &FilterReader::is_null},
            {"nested", &FilterReader::nested},     {"slice", &FilterReader::slice}};
        for (const Kind& kind : kinds) {
            const JsonValue* body = find_member(value, kind.name);
            if (body == nullptr) continue;
            GRAPE_TRY(check_members(value, at, {kind.name}));
            return (this->*kind.read)(*body, Place(at, kind.name));
        }
        for (const std::string_view check :
             {"match", "range", "geo_bounding_box", "geo_radius", "geo_polygon", "values_count"}) {
            if (value.find(check) != nullptr) return require_member(value, "key", at).status();
        }
        GRAPE_ASSIGN(FilterPtr inner, filter(value, at));
        return Condition(query::SubFilter{std::move(inner)});
    }

    // A member that belongs to no kind of condition is named with all that do.
    static Status expect_condition(const JsonValue& value, const Place& at) {
        return check_members(
            value, at,
            {"key", "match", "range", "geo_bounding_box", "geo_radius", "geo_polygon",
             "values_count", "is_empty", "is_null", "has_id", "has_vector", "nested", "slice",
             "must", "should", "must_not", "min_should"});
    }

    Result<Condition> has_id(const JsonValue& value, const Place& at) {
        GRAPE_TRY(check_not_nested(budget_, at.text()));
        query::HasId out;
        GRAPE_ASSIGN(out.ids, read_ids(value, at, context_));
        GRAPE_TRY(take_values(budget_, out.ids.size(), at.text()));
        finish_ids(out);
        return Condition(std::move(out));
    }
    Result<Condition> has_vector(const JsonValue& value, const Place& at) {
        GRAPE_TRY(check_not_nested(budget_, at.text()));
        query::HasVector out;
        GRAPE_ASSIGN(out.name, read_string(value, at));
        GRAPE_TRY(check_vector_name(out.name, at.text()));
        return Condition(std::move(out));
    }
    Result<Condition> is_empty(const JsonValue& value, const Place& at) {
        GRAPE_ASSIGN(base::JsonPath key, key_of(value, at));
        return Condition(query::IsEmpty{std::move(key)});
    }
    Result<Condition> is_null(const JsonValue& value, const Place& at) {
        GRAPE_ASSIGN(base::JsonPath key, key_of(value, at));
        return Condition(query::IsNull{std::move(key)});
    }
    Result<Condition> nested(const JsonValue& value, const Place& at) {
        GRAPE_TRY(check_members(value, at, {"key", "filter"}));
        GRAPE_ASSIGN(const JsonValue* key, require_member(value, "key", at));
        GRAPE_ASSIGN(const JsonValue* inner, require_member(value, "filter", at));
        query::Nested out;
        GRAPE_ASSIGN(out.key, read_path(*key, Place(at, "key")));
        const bool outer = std::exchange(budget_.in_nested, true);
        GRAPE_ASSIGN(out.filter, filter(*inner, Place(at, "filter")));
        budget_.in_nested = outer;
        return Condition(std::move(out));
    }
    Result<Condition> slice(const JsonValue& value, const Place& at) {
        GRAPE_TRY(check_not_nested(budget_, at.text()));
        GRAPE_TRY(check_members(value, at, {"total", "index"}));
        GRAPE_ASSIGN(const JsonValue* total, require_member(value, "total", at));
        GRAPE_ASSIGN(const JsonValue* index, require_member(value, "index", at));
        query::Slice out;
        GRAPE_ASSIGN(out.total, read_integer(*total, Place(at, "total")));
        GRAPE_ASSIGN(out.index, read_integer(*index, Place(at, "index")));
        GRAPE_TRY(check_slice(out, at.text()));
        return Condition(out);
    }

    static Result<base::JsonPath> key_of(const JsonValue& value, const Place& at) {
        GRAPE_TRY(check_members(value, at, {"key"}));
        GRAPE_ASSIGN(const JsonValue* key, require_member(value, "key", at));
        return read_path(*key, Place(at, "key"));
    }

    const Context& context_;
    FilterBudget budget_;
};

}  // namespace

Result<FilterPtr> read_filter(const JsonValue& value, const Place& at, const Context& context) {
    return FilterReader(context).filter(value, at);
}

Result<FilterPtr> read_filter_member(const JsonValue& body, const Place& at,
                                     const Context& context) {
    const JsonValue* value = find_member(body, "filter");
    if (value == nullptr) return FilterPtr();
    GRAPE_ASSIGN(FilterPtr filter, read_filter(*value, Place(at, "filter"), context));
    if (filter->empty()) return FilterPtr();
    return filter;
}

}  // namespace grape::engine
