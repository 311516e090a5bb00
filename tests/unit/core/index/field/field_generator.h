// Random payloads and what is asked about them, from small sets, so that both often meet.
// Threads: one.
#pragma once

#include <random>
#include <string>

#include "core/base/json.h"
#include "core/index/field/field_lookup.h"

namespace grape::index::model {

using base::JsonValue;

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
