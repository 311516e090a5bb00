#include "core/query/value_check.h"

#include <algorithm>

#include "core/base/datetime.h"
#include "core/query/text_check.h"

namespace grape::query {
namespace {

using base::JsonKind;
using base::PayloadView;

bool is_number(PayloadView value) {
    return value.kind() >= JsonKind::integer && value.kind() <= JsonKind::real;
}

// The scalars of a list, to be found in the time of a binary search.
class ScalarSet {
  public:
    explicit ScalarSet(const std::vector<MatchScalar>& values) {
        for (const MatchScalar& value : values) {
            if (const auto* flag = std::get_if<bool>(&value)) flags_[*flag ? 1 : 0] = true;
            if (const auto* number = std::get_if<int64_t>(&value)) numbers_.push_back(*number);
            if (const auto* text = std::get_if<std::string>(&value)) texts_.push_back(*text);
        }
        std::sort(numbers_.begin(), numbers_.end());
        std::sort(texts_.begin(), texts_.end());
    }
    bool contains(PayloadView value) const {
        switch (value.kind()) {
            case JsonKind::boolean:
                return flags_[value.as_bool() ? 1 : 0];
            case JsonKind::integer:
                return std::binary_search(numbers_.begin(), numbers_.end(), value.as_integer());
            case JsonKind::string:
                return std::binary_search(texts_.begin(), texts_.end(), value.as_string(),
                                          std::less<std::string_view>());
            default:
                return false;
        }
    }

  private:
    bool flags_[2] = {false, false};
    std::vector<int64_t> numbers_;
    std::vector<std::string> texts_;
};

struct InSet {
    ScalarSet set;
    bool operator()(PayloadView value) const { return set.contains(value); }
};
struct NotInSet {
    ScalarSet set;
    bool operator()(PayloadView value) const {
        return value.kind() != JsonKind::null && !set.contains(value);
    }
};
struct MeetsText {
    std::unique_ptr<const TextCheck> check;
    bool operator()(PayloadView value) const {
        return value.kind() == JsonKind::string && check->matches(value.as_string());
    }
};

// Of ranges, datetime ranges and counts: each bound that is there holds.
template <typename Bounds, typename Value>
bool within(const Bounds& bounds, Value value) {
    return (!bounds.lt || value < *bounds.lt) && (!bounds.gt || value > *bounds.gt) &&
           (!bounds.lte || value <= *bounds.lte) && (!bounds.gte || value >= *bounds.gte);
}

struct InRange {
    Range range;
    bool operator()(PayloadView value) const {
        return is_number(value) && within(range, value.as_real());
    }
};
struct InDatetimeRange {
    DatetimeRange range;
    bool operator()(PayloadView value) const {
        if (value.kind() != JsonKind::string) return false;
        const std::optional<int64_t> moment = base::parse_datetime_us(value.as_string());
        return moment && within(range, *moment);
    }
};
template <typename Area>
struct InArea {
    Area area;
    bool operator()(PayloadView value) const {
        const std::optional<index::GeoPoint> point = index::geo_point_of(value);
        return point && index::contains(area, *point);
    }
};

// Some element of the field meets the test.
template <typename Test>
class ElementCheck : public FieldCheck {
  public:
    ElementCheck(base::JsonPath key, Test test) : key_(std::move(key)), test_(std::move(test)) {}
    bool matches(PayloadView object) const override {
        return base::any_element_at(object, key_,
                                    [this](PayloadView value) { return test_(value); });
    }

  private:
    const base::JsonPath key_;
    const Test test_;
};

template <typename Test>
std::unique_ptr<const FieldCheck> some_element(const base::JsonPath& key, Test test) {
    return std::make_unique<ElementCheck<Test>>(key, std::move(test));
}

class CountCheck : public FieldCheck {
  public:
    CountCheck(base::JsonPath key, const ValuesCount& bounds)
        : key_(std::move(key)), bounds_(bounds) {}
    bool matches(PayloadView object) const override {
        bool missing = true;
        const bool found = base::any_value_at(object, key_, [&](PayloadView value) {
            missing = false;
            const bool array = value.kind() == JsonKind::array;
            const uint64_t count = array ? value.size() : value.kind() != JsonKind::null;
            return within(bounds_, count);
        });
        return missing ? within(bounds_, uint64_t{0}) : found;
    }

  private:
    const base::JsonPath key_;
    const ValuesCount bounds_;
};

// Empty: no value at all, or only null and arrays without elements.
class EmptyCheck : public FieldCheck {
  public:
    explicit EmptyCheck(const IsEmpty& condition) : condition_(condition) {}
    bool matches(PayloadView object) const override {
        const bool filled = base::any_value_at(object, condition_.key, [](PayloadView value) {
            if (value.kind() == JsonKind::array) return value.size() > 0;
            return value.kind() != JsonKind::null;
        });
        return filled != condition_.wanted;
    }

  private:
    const IsEmpty condition_;
};

// Null: null itself, or an array that has one. A field that is missing is not null.
class NullCheck : public FieldCheck {
  public:
    explicit NullCheck(const IsNull& condition) : condition_(condition) {}
    bool matches(PayloadView object) const override {
        const bool null = base::any_element_at(object, condition_.key, [](PayloadView value) {
            return value.kind() == JsonKind::null;
        });
        return null == condition_.wanted;
    }

  private:
    const IsNull condition_;
};

struct Compiler {
    const base::JsonPath& key;
    const std::optional<TextField>& text;

    std::unique_ptr<const FieldCheck> operator()(const MatchValue& match) const {
        return some_element(key, InSet{ScalarSet({match.value})});
    }
    std::unique_ptr<const FieldCheck> operator()(const MatchAny& match) const {
        return some_element(key, InSet{ScalarSet(match.values)});
    }
    std::unique_ptr<const FieldCheck> operator()(const MatchExcept& match) const {
        return some_element(key, NotInSet{ScalarSet(match.values)});
    }
    std::unique_ptr<const FieldCheck> operator()(const MatchText& match) const {
        return some_element(key, MeetsText{compile_text(match, text)});
    }
    std::unique_ptr<const FieldCheck> operator()(const Range& range) const {
        return some_element(key, InRange{range});
    }
    std::unique_ptr<const FieldCheck> operator()(const DatetimeRange& range) const {
        return some_element(key, InDatetimeRange{range});
    }
    std::unique_ptr<const FieldCheck> operator()(const ValuesCount& bounds) const {
        return std::make_unique<CountCheck>(key, bounds);
    }
    template <typename Area>
    std::unique_ptr<const FieldCheck> operator()(const Area& area) const {
        return some_element(key, InArea<Area>{area});
    }
};

}  // namespace

std::unique_ptr<const FieldCheck> compile(const FieldCondition& condition,
                                          const std::optional<TextField>& text) {
    return std::visit(Compiler{condition.key, text}, condition.check);
}

std::unique_ptr<const FieldCheck> compile(const IsEmpty& condition) {
    return std::make_unique<EmptyCheck>(condition);
}

std::unique_ptr<const FieldCheck> compile(const IsNull& condition) {
    return std::make_unique<NullCheck>(condition);
}

}  // namespace grape::query
