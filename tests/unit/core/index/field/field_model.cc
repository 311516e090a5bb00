#include "tests/unit/core/index/field/field_model.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/base/datetime.h"

namespace grape::index::model {
namespace {

void walk(const JsonValue& value, const std::vector<base::JsonPath::Step>& steps, size_t at,
          std::vector<const JsonValue*>& out) {
    using Kind = base::JsonPath::Step::Kind;
    if (at == steps.size()) {
        out.push_back(&value);
        return;
    }
    const base::JsonPath::Step& step = steps[at];
    if (step.kind == Kind::key) {
        if (!value.is(JsonKind::object)) return;
        const JsonValue* member = value.find(step.key);
        if (member != nullptr) walk(*member, steps, at + 1, out);
        return;
    }
    if (!value.is(JsonKind::array)) return;
    for (size_t i = 0; i < value.items().size(); ++i) {
        if (step.kind == Kind::index && i != step.index) continue;
        walk(value.items()[i], steps, at + 1, out);
    }
}

std::vector<const JsonValue*> values_at(const JsonValue& payload, const base::JsonPath& path) {
    std::vector<const JsonValue*> out;
    walk(payload, path.steps(), 0, out);
    return out;
}

std::vector<const JsonValue*> elements_at(const JsonValue& payload, const base::JsonPath& path) {
    std::vector<const JsonValue*> out;
    for (const JsonValue* value : values_at(payload, path)) {
        if (!value->is(JsonKind::array)) {
            out.push_back(value);
            continue;
        }
        for (const JsonValue& item : value->items()) out.push_back(&item);
    }
    return out;
}

bool is_empty(const JsonValue& payload, const base::JsonPath& path) {
    for (const JsonValue* value : values_at(payload, path)) {
        const bool empty =
            value->is(JsonKind::null) || (value->is(JsonKind::array) && value->items().empty());
        if (!empty) return false;
    }
    return true;
}

bool is_null(const JsonValue& payload, const base::JsonPath& path) {
    for (const JsonValue* value : values_at(payload, path)) {
        if (value->is(JsonKind::null)) return true;
        if (!value->is(JsonKind::array)) continue;
        for (const JsonValue& item : value->items()) {
            if (item.is(JsonKind::null)) return true;
        }
    }
    return false;
}

size_t count_of(const JsonValue& value) {
    if (value.is(JsonKind::null)) return 0;
    return value.is(JsonKind::array) ? value.items().size() : 1;
}

// Any of the values has such a count; without a value it is 0.
bool has_count(const JsonValue& payload, const base::JsonPath& path, uint64_t first,
               uint64_t last) {
    const auto values = values_at(payload, path);
    if (values.empty()) return first == 0;
    for (const JsonValue* value : values) {
        if (count_of(*value) >= first && count_of(*value) <= last) return true;
    }
    return false;
}

bool same(const JsonValue& a, const JsonValue& b) {
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case JsonKind::boolean:
            return a.as_bool() == b.as_bool();
        case JsonKind::string:
            return a.as_string() == b.as_string();
        case JsonKind::integer:
            return a.as_integer() == b.as_integer();
        default:
            return false;
    }
}

bool is_listed(const std::vector<JsonValue>& list, const JsonValue& value) {
    for (const JsonValue& each : list) {
        if (same(each, value)) return true;
    }
    return false;
}

template <typename Number>
bool is_inside(const Bounds<Number>& bounds, Number value) {
    return (!bounds.gt || value > *bounds.gt) && (!bounds.gte || value >= *bounds.gte) &&
           (!bounds.lt || value < *bounds.lt) && (!bounds.lte || value <= *bounds.lte);
}

bool is_in_area(const GeoArea& area, const JsonValue& value) {
    if (!value.is(JsonKind::object)) return false;
    const JsonValue* lon = value.find("lon");
    const JsonValue* lat = value.find("lat");
    if (lon == nullptr || lat == nullptr || !lon->is_number() || !lat->is_number()) return false;
    return area.contains({lon->as_real(), lat->as_real()});
}

// Words of ASCII letters and digits, lower case.
std::vector<std::string> words_of(const JsonValue& payload, const base::JsonPath& path) {
    std::vector<std::string> out;
    for (const JsonValue* value : elements_at(payload, path)) {
        std::string word;
        for (const char each : value->as_string() + " ") {
            if (std::isalnum(static_cast<unsigned char>(each)) != 0) {
                word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(each))));
            } else if (!word.empty()) {
                out.push_back(std::exchange(word, {}));
            }
        }
    }
    return out;
}

bool has_tokens(const std::vector<std::string>& words, const TokenMatch& match) {
    const auto has = [&](const std::string& token) {
        return std::find(words.begin(), words.end(), token) != words.end();
    };
    const auto& tokens = match.tokens;
    if (tokens.empty()) return false;
    if (match.kind == TokenMatch::Kind::all) return std::all_of(tokens.begin(), tokens.end(), has);
    if (match.kind == TokenMatch::Kind::any) return std::any_of(tokens.begin(), tokens.end(), has);
    return std::search(words.begin(), words.end(), tokens.begin(), tokens.end()) != words.end();
}

bool holds_for(const Condition& condition, const JsonValue& value) {
    using Kind = Condition::Kind;
    switch (condition.kind) {
        case Kind::any:
            return is_listed(condition.values, value);
        case Kind::except:
            return !value.is(JsonKind::null) && !is_listed(condition.values, value);
        case Kind::range:
            return value.is_number() && is_inside(condition.bounds, value.as_real());
        case Kind::datetimes: {
            const auto time = value.is(JsonKind::string)
                                  ? base::parse_datetime_us(value.as_string())
                                  : std::nullopt;
            return time.has_value() && is_inside(condition.times, *time);
        }
        case Kind::prefix:
            return value.is(JsonKind::string) && value.as_string().starts_with(condition.prefix);
        case Kind::place:
            return is_in_area(condition.area, value);
        default:
            return false;
    }
}

}  // namespace

bool holds(const Condition& condition, const JsonValue& payload, const base::JsonPath& path) {
    using Kind = Condition::Kind;
    switch (condition.kind) {
        case Kind::empty:
            return is_empty(payload, path);
        case Kind::null:
            return is_null(payload, path);
        case Kind::count:
            return has_count(payload, path, condition.first, condition.last);
        case Kind::text:
            return has_tokens(words_of(payload, path), condition.tokens);
        default:
            break;
    }
    for (const JsonValue* value : elements_at(payload, path)) {
        if (holds_for(condition, *value)) return true;
    }
    return false;
}

}  // namespace grape::index::model
