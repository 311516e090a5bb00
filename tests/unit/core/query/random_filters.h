// Random filters as JSON, over the fields of RandomPayloads. Threads: one.
#pragma once

#include "tests/unit/core/query/random_payloads.h"

namespace grape::query {

class RandomFilters : public RandomPayloads {
  public:
    using RandomPayloads::RandomPayloads;

    // `deep` more filters may lie in it.
    std::string filter(unsigned deep, bool nested = false) {
        std::string out = "{";
        const auto part = [&](std::string_view name, unsigned percent) {
            if (!chance(percent)) return;
            out += base::cat(out.size() == 1 ? "" : ",", "\"", name, "\":", list(deep, nested));
        };
        part("must", 45);
        part("should", 35);
        part("must_not", 35);
        if (chance(20)) {
            out += base::cat(out.size() == 1 ? "" : ",",
                             "\"min_should\":{\"conditions\":", list(deep, nested),
                             ",\"min_count\":", 1 + below(3), "}");
        }
        return out + "}";
    }

  private:
    std::string list(unsigned deep, bool nested) {
        std::string out = "[";
        for (uint64_t i = 0, end = below(4); i < end; ++i) {
            out += (i == 0 ? "" : ",") + condition(deep, nested);
        }
        return out + "]";
    }
    std::string condition(unsigned deep, bool nested) {
        const uint64_t draw = below(20);
        if (draw == 0 && deep > 0) return filter(deep - 1, nested);
        if (draw == 1 && deep > 0 && !nested) {
            return base::cat(R"({"nested":{"key":"p","filter":)", filter(deep - 1, true), "}}");
        }
        if (draw == 2 && !nested) return has_id();
        if (draw == 3 && !nested) {
            return base::cat(R"({"has_vector":")", chance(50) ? "a" : "nobody", "\"}");
        }
        if (draw == 4 && !nested) {
            return base::cat(R"({"slice":{"total":3,"index":)", below(3), "}}");
        }
        const std::string key =
            nested ? (chance(50) ? "k" : "x") : std::string(pick(random_fields()).path);
        if (draw == 5) return base::cat(R"({"is_empty":{"key":")", key, "\"}}");
        if (draw == 6)
            return base::cat(R"({"key":")", key, R"(","is_empty":)", chance(50) ? "true" : "false",
                             "}");
        if (draw == 7) return base::cat(R"({"is_null":{"key":")", key, "\"}}");
        if (draw == 8)
            return base::cat(R"({"key":")", key, R"(","is_null":)", chance(50) ? "true" : "false",
                             "}");
        return base::cat(R"({"key":")", key, "\",", check(kind_of(key)), "}");
    }
    std::string has_id() {
        std::string out = R"({"has_id":[)";
        for (uint64_t i = 0, end = below(12); i < end; ++i) {
            out += (i == 0 ? "" : ",") + std::to_string(below(60));
        }
        return out + "]}";
    }
    // Mostly one that the field's kind knows.
    std::string check(index::FieldKind kind) {
        using Kind = index::FieldKind;
        if (chance(12)) kind = pick(random_fields()).kind;
        if (chance(8))
            return R"("values_count":{")" + bound() + "\":" + std::to_string(below(4)) + "}";
        switch (kind) {
            case Kind::integer:
                return chance(50) ? match(kind) : range(Kind::floating);
            case Kind::floating:
            case Kind::datetime:
                return range(kind);
            case Kind::geo:
                return area();
            case Kind::text:
                return text();
            default:
                return chance(20) ? text() : match(kind);
        }
    }
    std::string bound() {
        static const std::vector<std::string> kNames = {"lt", "gt", "lte", "gte"};
        return pick(kNames);
    }
    std::string match(index::FieldKind kind) {
        const uint64_t draw = below(3);
        if (draw == 0) return base::cat(R"("match":{"value":)", value(kind), "}");
        std::string out = draw == 1 ? R"("match":{"any":[)" : R"("match":{"except":[)";
        if (kind == index::FieldKind::boolean) kind = index::FieldKind::integer;
        for (uint64_t i = 0, end = below(4); i < end; ++i) out += (i == 0 ? "" : ",") + value(kind);
        return out + "]}";
    }
    std::string range(index::FieldKind kind) {
        std::string moment = value(kind);
        if (moment == "\"no date\"") moment = "\"2024-01-01\"";
        std::string out = base::cat(R"("range":{")", bound(), "\":", moment);
        if (chance(30))
            out += kind == index::FieldKind::datetime ? "" : base::cat(",\"", bound(), "\":1");
        return out + "}";
    }
    std::string area() {
        const int64_t lon = static_cast<int64_t>(below(9)) * 40 - 160;
        if (chance(50)) {
            return base::cat(R"("geo_radius":{"center":{"lon":)", lon, R"(,"lat":0},"radius":)",
                             1 + below(9'000'000), "}");
        }
        const int64_t right = lon + 90 > 180 ? lon + 90 - 360 : lon + 90;
        return base::cat(R"("geo_bounding_box":{"top_left":{"lon":)", lon, R"(,"lat":50},)",
                         R"("bottom_right":{"lon":)", right, R"(,"lat":-50}})");
    }
    std::string text() {
        static const std::vector<std::string> kNames = {"text", "text_any", "phrase", "prefix",
                                                        "substring"};
        static const std::vector<std::string> kAsked = {
            "quick fox", "fox", "the quick", "zebra", "re", "", "quick brown fox"};
        return base::cat(R"("match":{")", pick(kNames), "\":\"", pick(kAsked), "\"}");
    }
};

}  // namespace grape::query
