#include "core/index/field/field_lookup.h"

#include <algorithm>
#include <bit>

#include "core/base/bytes.h"

namespace grape::index {
namespace {

template <typename Holds>
bool any_key(const KeyList& keys, Holds holds) {
    for (size_t i = 0; i < keys.size(); ++i) {
        if (holds(keys[i])) return true;
    }
    return false;
}

bool has_key(const KeyList& keys, std::string_view wanted) {
    return any_key(keys, [&](std::string_view key) { return key == wanted; });
}

bool has_phrase(const KeyList& keys, const std::vector<std::string>& tokens) {
    for (size_t first = 0; first + tokens.size() <= keys.size(); ++first) {
        size_t same = 0;
        while (same < tokens.size() && keys[first + same] == tokens[same]) ++same;
        if (same == tokens.size()) return true;
    }
    return false;
}

struct Matcher {
    const FieldFacts& facts;
    const KeyList& keys;

    bool operator()(const KeySet& set) const {
        return any_key(keys, [&](std::string_view key) { return set.contains(key) != set.except; });
    }
    bool operator()(const KeyRange& range) const {
        return any_key(keys, [&](std::string_view key) { return range.contains(key); });
    }
    bool operator()(const GeoArea& area) const {
        return any_key(keys, [&](std::string_view key) { return area.contains(geo_of_key(key)); });
    }
    bool operator()(const TokenMatch& match) const {
        const auto has = [&](const std::string& token) { return has_key(keys, token); };
        if (match.tokens.empty()) return false;
        switch (match.kind) {
            case TokenMatch::Kind::all:
                return std::all_of(match.tokens.begin(), match.tokens.end(), has);
            case TokenMatch::Kind::any:
                return std::any_of(match.tokens.begin(), match.tokens.end(), has);
            default:
                return has_phrase(keys, match.tokens);
        }
    }
    bool operator()(const CountRange& range) const {
        return !facts.has_several && facts.values_count >= range.first &&
               facts.values_count <= range.last;
    }
    bool operator()(const RowFact& fact) const { return fact.holds(facts); }
};

// Appends each part with its length, so that no two lists run together.
class Encoder {
  public:
    explicit Encoder(std::string& out) : out_(out) {}

    void operator()(const KeySet& set) {
        number(set.except ? 1 : 0);
        texts(set.keys);
    }
    void operator()(const KeyRange& range) {
        text(range.low);
        number(range.high.has_value() ? 1 : 0);
        if (range.high.has_value()) text(*range.high);
    }
    void operator()(const GeoArea& area) {
        number(area.shape.index());
        std::visit(*this, area.shape);
    }
    void operator()(const GeoBox& box) {
        point(box.top_left);
        point(box.bottom_right);
    }
    void operator()(const GeoRadius& circle) {
        point(circle.center);
        real(circle.radius_m);
    }
    void operator()(const GeoPolygon& polygon) {
        ring(polygon.exterior);
        number(polygon.interiors.size());
        for (const auto& each : polygon.interiors) ring(each);
    }
    void operator()(const TokenMatch& match) {
        number(static_cast<uint64_t>(match.kind));
        texts(match.tokens);
    }
    void operator()(const CountRange& range) {
        number(range.first);
        number(range.last);
    }
    void operator()(const RowFact& fact) { number(static_cast<uint64_t>(fact.kind)); }

  private:
    void number(uint64_t value) { base::append_varint(out_, value); }
    void real(double value) { base::append_le(out_, std::bit_cast<uint64_t>(value)); }
    void text(std::string_view value) {
        number(value.size());
        out_.append(value);
    }
    void texts(const std::vector<std::string>& values) {
        number(values.size());
        for (const std::string& each : values) text(each);
    }
    void point(const GeoPoint& value) {
        real(value.lon);
        real(value.lat);
    }
    void ring(const std::vector<GeoPoint>& points) {
        number(points.size());
        for (const GeoPoint& each : points) point(each);
    }

    std::string& out_;
};

}  // namespace

KeySet KeySet::of(std::vector<std::string> keys, bool except) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return {std::move(keys), except};
}

bool KeySet::contains(std::string_view key) const {
    if (keys.size() == 1) return keys[0] == key;
    return std::binary_search(keys.begin(), keys.end(), key, std::less<>());
}

bool GeoArea::contains(const GeoPoint& point) const {
    return std::visit([&](const auto& area) { return index::contains(area, point); }, shape);
}

std::vector<CodeRange> GeoArea::cover() const {
    if (const auto* box = std::get_if<GeoBox>(&shape)) return z_order_cover({*box});
    if (const auto* circle = std::get_if<GeoRadius>(&shape)) {
        return z_order_cover(bounding_boxes(*circle));
    }
    return z_order_cover(bounding_boxes(std::get<GeoPolygon>(shape)));
}

bool RowFact::holds(const FieldFacts& facts) const {
    switch (kind) {
        case Kind::empty:
            return facts.is_empty;
        case Kind::null:
            return facts.is_null;
        case Kind::other:
            return facts.has_other;
        case Kind::several:
            return facts.has_several;
        default:
            return true;
    }
}

bool matches(const FieldLookup& lookup, const FieldFacts& facts, const KeyList& keys) {
    return std::visit(Matcher{facts, keys}, lookup);
}

std::string lookup_bytes(const FieldLookup& lookup) {
    std::string out(1, static_cast<char>(lookup.index()));
    std::visit(Encoder(out), lookup);
    return out;
}

}  // namespace grape::index
