#include "core/query/field_condition.h"

#include <algorithm>

namespace grape::query {
namespace {

using index::FieldKind;
using index::KeySet;
using index::RowFact;

using Answer = std::optional<FieldQuestion>;

Answer question(index::FieldLookup lookup) {
    return FieldQuestion{std::move(lookup), std::nullopt, RowFact{RowFact::Kind::other}, false};
}
// The index has no value of the kind that is wanted: only its other values can match.
Answer only_others() {
    return question(KeySet{});
}
Answer no_help() {
    return std::nullopt;
}

// The key under which an index of the kind has the value; nothing when it has none like it.
std::optional<std::string> key_of(const MatchScalar& value, FieldKind kind) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (kind == FieldKind::keyword) return *text;
        if (kind == FieldKind::uuid) return index::uuid_key(*text);
    } else if (const auto* number = std::get_if<int64_t>(&value)) {
        if (kind == FieldKind::integer) return index::integer_key(*number);
    } else if (kind == FieldKind::boolean) {
        return index::boolean_key(std::get<bool>(value));
    }
    return std::nullopt;
}

// Kinds whose keys say all about the values that they stand for.
bool keys_are_exact(FieldKind kind) {
    return kind == FieldKind::keyword || kind == FieldKind::integer || kind == FieldKind::boolean ||
           kind == FieldKind::uuid;
}

// Kinds in which no string has a key.
bool strings_are_other(FieldKind kind) {
    return kind == FieldKind::integer || kind == FieldKind::floating ||
           kind == FieldKind::boolean || kind == FieldKind::geo;
}

class Asker {
  public:
    explicit Asker(const index::FieldType& type) : type_(type) {}

    Answer operator()(const MatchValue& match) const { return in_list({match.value}, false); }
    Answer operator()(const MatchAny& match) const { return in_list(match.values, false); }
    Answer operator()(const MatchExcept& match) const { return in_list(match.values, true); }

    Answer operator()(const MatchText& match) const {
        using Kind = MatchText::Kind;
        if (strings_are_other(type_.kind)) return only_others();
        if (match.kind == Kind::prefix && type_.kind == FieldKind::keyword) {
            return question(index::prefix_range(match.text));
        }
        const bool tokens =
            match.kind == Kind::text || match.kind == Kind::text_any || match.kind == Kind::phrase;
        return tokens && type_.kind == FieldKind::text ? by_tokens(match) : no_help();
    }

    Answer operator()(const Range& range) const {
        const index::Bounds<double> bounds{range.lt, range.gt, range.lte, range.gte};
        if (type_.kind == FieldKind::integer) return question(index::integer_range(bounds));
        if (type_.kind == FieldKind::floating) return question(index::floating_range(bounds));
        return only_others();
    }
    Answer operator()(const DatetimeRange& range) const {
        if (type_.kind == FieldKind::datetime) {
            return question(index::datetime_range({range.lt, range.gt, range.lte, range.gte}));
        }
        return strings_are_other(type_.kind) ? only_others() : no_help();
    }
    Answer operator()(const index::GeoBox& box) const { return in_area({box}); }
    Answer operator()(const index::GeoRadius& circle) const { return in_area({circle}); }
    Answer operator()(const index::GeoPolygon& polygon) const { return in_area({polygon}); }

    Answer operator()(const ValuesCount& count) const {
        index::CountRange range;
        if (count.gt == UINT64_MAX || count.lt == uint64_t{0}) return no_help();
        if (count.gt) range.first = *count.gt + 1;
        if (count.gte) range.first = std::max(range.first, *count.gte);
        if (count.lt) range.last = *count.lt - 1;
        if (count.lte) range.last = std::min(range.last, *count.lte);
        return FieldQuestion{range, std::nullopt, RowFact{RowFact::Kind::several}, false};
    }

  private:
    Answer in_list(const std::vector<MatchScalar>& values, bool except) const {
        if (!keys_are_exact(type_.kind)) return no_help();
        std::vector<std::string> keys;
        for (const MatchScalar& value : values) {
            if (auto key = key_of(value, type_.kind)) keys.push_back(std::move(*key));
        }
        return question(KeySet::of(std::move(keys), except));
    }
    Answer in_area(index::GeoArea area) const {
        return type_.kind == FieldKind::geo ? question(std::move(area)) : only_others();
    }
    // The index takes all strings of a row for one document; the condition wants one string that
    // has all tokens.
    Answer by_tokens(const MatchText& match) const {
        using Kind = index::TokenMatch::Kind;
        index::TokenMatch wanted;
        wanted.kind = match.kind == MatchText::Kind::text       ? Kind::all
                      : match.kind == MatchText::Kind::text_any ? Kind::any
                                                                : Kind::phrase;
        if (wanted.kind == Kind::phrase && !type_.ordered) return no_help();
        type_.tokenizer->query(match.text,
                               [&](std::string_view token) { wanted.tokens.emplace_back(token); });
        const bool one_is_enough = wanted.kind == Kind::any || wanted.tokens.size() <= 1;
        Answer out = question(std::move(wanted));
        if (!one_is_enough) out->sure_if = index::CountRange{0, 1};
        return out;
    }

    const index::FieldType& type_;
};

}  // namespace

std::optional<FieldQuestion> ask(const FieldCondition& condition, const index::FieldType& type) {
    return std::visit(Asker(type), condition.check);
}

FieldQuestion ask(const IsEmpty& condition) {
    return {RowFact{RowFact::Kind::empty}, std::nullopt, std::nullopt, !condition.wanted};
}

FieldQuestion ask(const IsNull& condition) {
    return {RowFact{RowFact::Kind::null}, std::nullopt, std::nullopt, !condition.wanted};
}

}  // namespace grape::query
