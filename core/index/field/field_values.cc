#include "core/index/field/field_values.h"

#include <algorithm>
#include <numeric>

#include "core/base/datetime.h"
#include "core/base/payload_values.h"
#include "core/index/field/field_key.h"
#include "core/index/field/geo.h"

namespace grape::index {
namespace {

using base::JsonKind;
using base::PayloadView;

// One bit more than this and a double may have to round an integer.
constexpr int64_t kExactIntegerMax = int64_t{1} << 53;

// Integers up to 2^53, and those beyond that happen to be exact.
bool is_exact(int64_t value) {
    if (value >= -kExactIntegerMax && value <= kExactIntegerMax) return true;
    const auto rounded = static_cast<double>(value);
    return rounded < 9223372036854775808.0 && static_cast<int64_t>(rounded) == value;
}

bool is_exact(uint64_t value) {
    const auto rounded = static_cast<double>(value);
    return rounded < 18446744073709551616.0 && static_cast<uint64_t>(rounded) == value;
}

bool add_floating(PayloadView value, FieldValues& out) {
    const JsonKind kind = value.kind();
    const bool fits = kind == JsonKind::real ||
                      (kind == JsonKind::integer && is_exact(value.as_integer())) ||
                      (kind == JsonKind::unsigned_integer && is_exact(value.as_unsigned()));
    if (fits) out.add(floating_key(value.as_real()));
    return fits;
}

bool add_datetime(PayloadView value, FieldValues& out) {
    if (value.kind() != JsonKind::string) return false;
    const std::optional<int64_t> datetime_us = base::parse_datetime_us(value.as_string());
    if (datetime_us.has_value()) out.add(integer_key(*datetime_us));
    return datetime_us.has_value();
}

bool add_uuid(PayloadView value, FieldValues& out) {
    if (value.kind() != JsonKind::string) return false;
    const std::optional<std::string> key = uuid_key(value.as_string());
    if (key.has_value()) out.add(*key);
    return key.has_value();
}

bool add_geo(PayloadView value, FieldValues& out) {
    const std::optional<GeoPoint> point = geo_point_of(value);
    if (point.has_value()) out.add(geo_key(*point));
    return point.has_value();
}

bool add_text(PayloadView value, const Tokenizer* tokenizer, FieldValues& out) {
    if (value.kind() != JsonKind::string || tokenizer == nullptr) return false;
    tokenizer->document(value.as_string(), [&](std::string_view token) { out.add(token); });
    return true;
}

// False when the value is none of the kind's.
bool add_value(PayloadView value, const FieldType& type, FieldValues& out) {
    switch (type.kind) {
        case FieldKind::keyword:
            if (value.kind() != JsonKind::string) return false;
            out.add(value.as_string());
            return true;
        case FieldKind::integer:
            if (value.kind() != JsonKind::integer) return false;
            out.add(integer_key(value.as_integer()));
            return true;
        case FieldKind::boolean:
            if (value.kind() != JsonKind::boolean) return false;
            out.add(boolean_key(value.as_bool()));
            return true;
        case FieldKind::floating:
            return add_floating(value, out);
        case FieldKind::datetime:
            return add_datetime(value, out);
        case FieldKind::uuid:
            return add_uuid(value, out);
        case FieldKind::geo:
            return add_geo(value, out);
        case FieldKind::text:
            return add_text(value, type.tokenizer.get(), out);
    }
    return false;
}

// `visited` values came before this one.
void note_value(PayloadView value, size_t visited, FieldFacts& facts) {
    size_t count = 1;
    switch (value.kind()) {
        case JsonKind::null:
            facts.is_null = true;
            count = 0;
            break;
        case JsonKind::array:
            count = value.size();
            for (size_t i = 0; i < count && !facts.is_null; ++i) {
                facts.is_null = value.item(i).kind() == JsonKind::null;
            }
            break;
        default:
            break;
    }
    facts.is_empty = facts.is_empty && count == 0;
    facts.has_several = visited > 0;
    facts.values_count = static_cast<uint32_t>(std::min<size_t>(count, FieldFacts::kCountMax));
}

}  // namespace

void FieldValues::clear() {
    facts = {};
    bytes_.clear();
    ends_.clear();
}

void FieldValues::add(std::string_view key) {
    bytes_.append(key);
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
}

void FieldValues::sort_unique() {
    if (ends_.size() < 2) return;
    const KeyList list = keys();
    order_.resize(ends_.size());
    std::iota(order_.begin(), order_.end(), 0u);
    std::sort(order_.begin(), order_.end(),
              [&](uint32_t a, uint32_t b) { return list[a] < list[b]; });
    sorted_bytes_.clear();
    sorted_ends_.clear();
    for (size_t i = 0; i < order_.size(); ++i) {
        if (i > 0 && list[order_[i]] == list[order_[i - 1]]) continue;
        sorted_bytes_.append(list[order_[i]]);
        sorted_ends_.push_back(static_cast<uint32_t>(sorted_bytes_.size()));
    }
    bytes_.swap(sorted_bytes_);
    ends_.swap(sorted_ends_);
}

void extract_field(PayloadView payload, const base::JsonPath& path, const FieldType& type,
                   FieldValues& out) {
    out.clear();
    size_t visited = 0;
    const auto take = [&](PayloadView value) {
        if (value.kind() == JsonKind::null) return;
        out.facts.has_other = !add_value(value, type, out) || out.facts.has_other;
    };
    base::for_each_value_at(payload, path, [&](PayloadView value) {
        note_value(value, visited++, out.facts);
        if (value.kind() != JsonKind::array) return take(value);
        for (size_t i = 0; i < value.size(); ++i) take(value.item(i));
    });
    if (!type.ordered) out.sort_unique();
}

FieldFacts extract_facts(PayloadView payload, const base::JsonPath& path) {
    FieldFacts facts;
    size_t visited = 0;
    base::for_each_value_at(payload, path,
                            [&](PayloadView value) { note_value(value, visited++, facts); });
    return facts;
}

}  // namespace grape::index
