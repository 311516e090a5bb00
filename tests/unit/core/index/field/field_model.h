// The model of a field index: the payloads as trees, and conditions tested on them without any code
// of the index. Threads: one.
#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/datetime.h"
#include "core/base/json.h"
#include "core/index/field/field_lookup.h"

namespace grape::index::model {

using base::JsonKind;
using base::JsonValue;

inline void walk(const JsonValue& value, const std::vector<base::JsonPath::Step>& steps, size_t at,
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

inline std::vector<const JsonValue*> values_at(const JsonValue& payload,
                                               const base::JsonPath& path) {
    std::vector<const JsonValue*> out;
    walk(payload, path.steps(), 0, out);
    return out;
}

inline std::vector<const JsonValue*> elements_at(const JsonValue& payload,
                                                 const base::JsonPath& path) {
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

inline bool is_empty(const JsonValue& payload, const base::JsonPath& path) {
    for (const JsonValue* value : values_at(payload, path)) {
        const bool empty =
            value->is(JsonKind::null) || (value->is(JsonKind::array) && value->items().empty());
        if (!empty) return false;
    }
    return true;
}

inline bool is_null(const JsonValue& payload, const base::JsonPath& path) {
    for (const JsonValue* value : values_at(payload, path)) {
        if (value->is(JsonKind::null)) return true;
        if (!value->is(JsonKind::array)) continue;
        for (const JsonValue& item : value->items()) {
            if (item.is(JsonKind::null)) return true;
        }
    }
    return false;
}

inline size_t count_of(const JsonValue& value) {
    if (value.is(JsonKind::null)) return 0;
    return value.is(JsonKind::array) ? value.items().size() : 1;
}

// Any of the values has such a count; without a value it is 0.
inline bool has_count(const JsonValue& payload, const base::JsonPath& path, uint64_t first,
                      uint64_t last) {
    const auto values = values_at(payload, path);
    if (values.empty()) return first == 0;
    for (const JsonValue* value : values) {
        if (count_of(*value) >= first && count_of(*value) <= last) return true;
    }
    return false;
}

// The kinds of conditions, as they are asked of payloads.
struct Condition {
    enum class Kind { any, except, range, datetimes, prefix, place, text, count, empty, null } kind;
    std::vector<JsonValue> values;
    Bounds<double> bounds = {};
    Bounds<int64_t> times = {};
    std::string prefix = {};
    GeoArea area = {};
    TokenMatch tokens = {};
    uint64_t first = 0, last = 0;
};

inline bool same(const JsonValue& a, const JsonValue& b) {
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

inline bool is_listed(const std::vector<JsonValue>& list, const JsonValue& value) {
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

inline bool is_in_area(const GeoArea& area, const JsonValue& value) {
    if (!value.is(JsonKind::object)) return false;
    const JsonValue* lon = value.find("lon");
    const JsonValue* lat = value.find("lat");
    if (lon == nullptr || lat == nullptr || !lon->is_number() || !lat->is_number()) return false;
    return area.contains({lon->as_real(), lat->as_real()});
}

// Words of ASCII letters and digits, lower case.
inline std::vector<std::string> words_of(const JsonValue& payload, const base::JsonPath& path) {
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

inline bool has_tokens(const std::vector<std::string>& words, const TokenMatch& match) {
    const auto has = [&](const std::string& token) {
        return std::find(words.begin(), words.end(), token) != words.end();
    };
    const auto& tokens = match.tokens;
    if (tokens.empty()) return false;
    if (match.kind == TokenMatch::Kind::all) return std::all_of(tokens.begin(), tokens.end(), has);
    if (match.kind == TokenMatch::Kind::any) return std::any_of(tokens.begin(), tokens.end(), has);
    return std::search(words.begin(), words.end(), tokens.begin(), tokens.end()) != words.end();
}

inline bool holds_for(const Condition& condition, const JsonValue& value) {
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

inline bool holds(const Condition& condition, const JsonValue& payload,
                  const base::JsonPath& path) {
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

// Payloads and what is asked about them, from small sets, so that both often meet.
class Generator {
  public:
    explicit Generator(uint64_t seed) : random_(seed) {}

    size_t below(size_t end) { return static_cast<size_t>(random_() % end); }
    bool chance(size_t percent) { return below(100) < percent; }

    JsonValue payload() {
        JsonValue out = JsonValue::make_object();
        if (chance(10)) return out;
        out.members().emplace_back("f", field(2));
        JsonValue list = JsonValue::make_array();
        for (size_t i = below(4); i > 0; --i) {
            JsonValue item = JsonValue::make_object();
            if (chance(80)) item.members().emplace_back("g", field(1));
            list.items().push_back(std::move(item));
        }
        out.members().emplace_back("l", std::move(list));
        return out;
    }

    JsonValue scalar() {
        switch (below(9)) {
            case 0:
                return {};
            case 1:
                return JsonValue::of(chance(50));
            case 2:
                return JsonValue::of_real(number());
            case 3:
                return JsonValue::of_string(time());
            case 4:
                return JsonValue::of_string(uuid());
            case 5:
                return place();
            case 6:
                return JsonValue::of_string(text());
            case 7:
                return chance(10) ? JsonValue::of_unsigned(uint64_t{1} << 63) : integer();
            default:
                return JsonValue::of_string(word());
        }
    }
    JsonValue integer() {
        static constexpr int64_t kLarge = int64_t{1} << 53;
        return JsonValue::of_integer(chance(20) ? kLarge + static_cast<int64_t>(below(4))
                                                : static_cast<int64_t>(below(12)) - 6);
    }
    double number() { return static_cast<double>(below(24)) / 2 - 6; }
    std::string word() {
        static constexpr const char* kWords[] = {"ash", "oak", "elm", "oaks", "Oak", "", "a"};
        return kWords[below(std::size(kWords))];
    }
    std::string time() { return "2024-01-0" + std::to_string(1 + below(9)); }
    std::string uuid() {
        const std::string digit = std::to_string(below(4));
        return (chance(20) ? "6F" : "6f") + std::string("9619ff-8b86-d011-b42d-00c04fc964f") +
               digit;
    }
    std::string text() {
        static constexpr const char* kTexts[] = {"the", "red", "fox", "Fox", "saw", "a"};
        std::string out;
        for (size_t i = 1 + below(5); i > 0; --i) {
            out += std::string(kTexts[below(std::size(kTexts))]) + (chance(20) ? ", " : " ");
        }
        return out;
    }
    GeoPoint point() {
        return {static_cast<double>(below(37)) * 10 - 180,
                static_cast<double>(below(17)) * 10 - 80};
    }
    JsonValue place() {
        const GeoPoint at = point();
        JsonValue out = JsonValue::make_object();
        out.members().emplace_back("lon", JsonValue::of_real(at.lon));
        if (chance(95)) out.members().emplace_back("lat", JsonValue::of_real(at.lat));
        return out;
    }
    GeoArea area() {
        const GeoPoint at = point();
        if (chance(30)) return {GeoRadius{at, static_cast<double>(below(6000)) * 1000 + 1}};
        const GeoPoint other{at.lon, at.lat - 5 - static_cast<double>(below(60))};
        const double width = 5 + static_cast<double>(below(120));
        const double right = at.lon + width;
        if (chance(50)) return {GeoBox{at, {right > 180 ? right - 360 : right, other.lat}}};
        return {GeoPolygon{{other, {right, other.lat}, {right, at.lat}, at, other}, {}}};
    }

  private:
    JsonValue field(size_t depth) {
        if (chance(60) || depth == 0) return scalar();
        JsonValue out = JsonValue::make_array();
        for (size_t i = below(5); i > 0; --i) out.items().push_back(field(depth - 1));
        return out;
    }
    std::mt19937_64 random_;
};

}  // namespace grape::index::model
