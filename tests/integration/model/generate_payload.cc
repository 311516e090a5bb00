// Payload trees and paths into them, over few keys, so that paths often lead somewhere.
#include "tests/integration/model/generator.h"

namespace grape::model {

using base::JsonValue;

std::string Generator::key() {
    static const std::vector<std::string> kKeys = {"a", "b", "c", "d", "longer_key", "k\xC3\xA4se"};
    return random_.pick(kKeys);
}

JsonValue Generator::payload_value(int depth) {
    switch (random_.below(depth > 0 ? 9 : 7)) {
        case 0:
            return JsonValue();
        case 1:
            return JsonValue::of(random_.chance(50));
        case 2:
            return JsonValue::of_integer(static_cast<int64_t>(random_.bits() >> random_.below(64)));
        case 3:
            return JsonValue::of_unsigned(random_.bits());
        case 4:
            return JsonValue::of_real(static_cast<double>(random_.below(1000)) / 8);
        case 5:
            return JsonValue::of_string("word " + std::to_string(random_.below(100)));
        case 6:
            return JsonValue::of_string(
                std::string(random_.chance(5) ? random_.below(3000) : random_.below(30), 'x'));
        case 7: {
            JsonValue out = JsonValue::make_array();
            for (uint64_t i = random_.below(4); i > 0; --i) {
                out.items().push_back(payload_value(depth - 1));
            }
            return out;
        }
        default:
            return payload_object(depth - 1);
    }
}

JsonValue Generator::payload_object(int depth) {
    JsonValue out = JsonValue::make_object();
    for (uint64_t i = random_.below(5); i > 0; --i) {
        const std::string name = key();
        if (out.find(name) != nullptr) continue;
        JsonValue value = payload_value(depth);
        out.members().emplace_back(name, std::move(value));
    }
    return out;
}

base::JsonPath Generator::path() {
    std::string text = random_.chance(10) ? "\"" + key() + "\"" : key();
    for (uint64_t i = random_.below(3); i > 0; --i) {
        const uint64_t step = random_.below(5);
        if (step < 3) text += "." + key();
        if (step == 3) text += "[]";
        if (step == 4) text += "[" + std::to_string(random_.below(3)) + "]";
    }
    return base::JsonPath::parse(text, "path").value();
}

}  // namespace grape::model
