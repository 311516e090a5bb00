// Random payloads and filters as JSON, over few fields with few values, so that conditions meet
// some of them. A field may be missing, null, a value, an array, an array in an array, or of
// another type than most. Threads: one.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cat.h"
#include "core/index/field/field_kind.h"

namespace grape::query {

struct RandomField {
    std::string_view path;
    index::FieldKind kind;
};
inline const std::vector<RandomField>& random_fields() {
    using Kind = index::FieldKind;
    static const std::vector<RandomField> kFields = {
        {"k", Kind::keyword},     {"n", Kind::integer},  {"f", Kind::floating},
        {"b", Kind::boolean},     {"t", Kind::datetime}, {"u", Kind::uuid},
        {"g", Kind::geo},         {"x", Kind::text},     {"o.v", Kind::integer},
        {"p[].k", Kind::keyword}, {"p[].x", Kind::text}};
    return kFields;
}

class RandomPayloads {
  public:
    explicit RandomPayloads(uint64_t seed) : random_(seed) {}

    uint64_t below(uint64_t end) { return random_() % end; }
    bool chance(unsigned percent) { return below(100) < percent; }

    std::string payload() {
        std::string out = "{\"z\":0";
        for (const char* name : {"k", "n", "f", "b", "t", "u", "g", "x"}) {
            out += member(name, kind_of(name));
        }
        if (chance(80))
            out += base::cat(",\"o\":{\"y\":1", member("v", index::FieldKind::integer), "}");
        if (chance(70)) {
            out += ",\"p\":[";
            const uint64_t parts = below(3);
            for (uint64_t i = 0; i < parts; ++i) {
                out +=
                    base::cat(i == 0 ? "" : ",", "{\"y\":1", member("k", index::FieldKind::keyword),
                              member("x", index::FieldKind::text), "}");
            }
            out += "]";
        }
        return out + "}";
    }

    std::string value(index::FieldKind kind) {
        using Kind = index::FieldKind;
        static const std::vector<std::string> kWords = {"\"red\"", "\"green\"", "\"re\"", "\"\"",
                                                        "\"blue\""};
        static const std::vector<std::string> kReals = {"0.5", "1", "2.25",
                                                        "-3",  "0", "18446744073709551615"};
        static const std::vector<std::string> kMoments = {
            "\"2024-01-01T00:00:00Z\"", "\"2024-01-01T01:00:00+01:00\"", "\"2023-06-01\"",
            "\"1969-12-31T23:59:59Z\"", "\"no date\""};
        static const std::vector<std::string> kUuids = {
            "\"10000000-0000-4000-8000-000000000001\"", "\"10000000-0000-4000-8000-000000000002\"",
            "\"10000000-0000-4000-8000-00000000000A\"", "\"10000000-0000-4000-8000-00000000000a\""};
        static const std::vector<std::string> kTexts = {
            "\"the quick fox\"", "\"quick brown\"", "\"fox\"", "\"The Fox jumps\"", "\"\"",
            "\"quick\""};
        switch (kind) {
            case Kind::keyword:
                return pick(kWords);
            case Kind::integer:
                return std::to_string(static_cast<int64_t>(below(7)) - 2);
            case Kind::floating:
                return pick(kReals);
            case Kind::boolean:
                return chance(50) ? "true" : "false";
            case Kind::datetime:
                return pick(kMoments);
            case Kind::uuid:
                return pick(kUuids);
            case Kind::geo:
                return base::cat("{\"lon\":", static_cast<int64_t>(below(9)) * 40 - 160,
                                 ",\"lat\":", static_cast<int64_t>(below(5)) * 40 - 80, "}");
            default:
                return pick(kTexts);
        }
    }

  protected:
    template <typename T>
    const T& pick(const std::vector<T>& from) {
        return from[below(from.size())];
    }
    static index::FieldKind kind_of(std::string_view path) {
        for (const RandomField& each : random_fields()) {
            if (each.path == path) return each.kind;
        }
        return index::FieldKind::keyword;
    }
    std::string any_value() {
        static const std::vector<std::string> kOthers = {"7",  "true", "\"red\"",   "1.5",
                                                         "{}", "[]",   "{\"v\":1}", "\"1\""};
        return pick(kOthers);
    }
    // ,"name":value, or nothing.
    std::string member(std::string_view name, index::FieldKind kind) {
        const uint64_t draw = below(20);
        if (draw < 3) return "";
        std::string out = base::cat(",\"", name, "\":");
        if (draw == 3) return out + "null";
        if (draw == 4) return out + any_value();
        if (draw == 5) return out + "[]";
        if (draw == 6) return base::cat(out, "[[", value(kind), "],", value(kind), "]");
        if (draw == 7) return out + "[null]";
        if (draw > 10) return out + value(kind);
        out += "[";
        for (uint64_t i = 0, end = 1 + below(3); i < end; ++i) {
            out += (i == 0 ? "" : ",") + (chance(8)   ? any_value()
                                          : chance(6) ? "null"
                                                      : value(kind));
        }
        return out + "]";
    }

  private:
    std::mt19937_64 random_;
};

}  // namespace grape::query
