// Any bytes as JSON: refused with a Status, or read, written and read again as the same text; and
// taken apart into the same values.
#include <map>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/payload.h"
#include "fuzz/target.h"

namespace {

std::string written(const grape::base::JsonValue& value) {
    std::string out;
    grape::base::JsonWriter(out).value(value);
    return out;
}

std::string written_text(const grape::base::JsonText& text) {
    const auto value = grape::base::parse_json(text.text);
    fuzz_check(value.ok() && value->kind() == text.kind);
    return written(*value);
}

// The parts of a text are its value, its elements, or its members; of equal names the last counts.
void check_parts(const grape::base::JsonParts& parts, const grape::base::JsonValue& value) {
    fuzz_check(written_text(parts.value) == written(value));
    if (value.kind() == grape::base::JsonKind::array) {
        fuzz_check(parts.parts.size() == value.items().size());
        for (size_t i = 0; i < parts.parts.size(); ++i) {
            fuzz_check(written_text(parts.parts[i].value) == written(value.items()[i]));
        }
    } else if (value.kind() == grape::base::JsonKind::object) {
        std::map<std::string, std::string> last;
        for (const auto& part : parts.parts) last[part.name] = written_text(part.value);
        for (const auto& [name, text] : last) {
            const grape::base::JsonValue* member = value.find(name);
            fuzz_check(member != nullptr && written(*member) == text);
        }
    } else {
        fuzz_check(parts.parts.empty());
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto value = grape::base::parse_json(text);
    const auto parts = grape::base::split_json(text);
    fuzz_check(parts.ok() || !value.ok());
    const auto payload = grape::base::encode_payload_text(text, "payload");
    if (!value.ok()) {
        fuzz_check(!payload.ok());
        return 0;
    }
    const auto by_tree = grape::base::encode_payload(*value, "payload");
    fuzz_check(payload.ok() == by_tree.ok());
    fuzz_check(!payload.ok() || *payload == *by_tree);
    check_parts(*parts, *value);
    const std::string once = written(*value);
    const auto again = grape::base::parse_json(once);
    fuzz_check(again.ok());
    fuzz_check(written(*again) == once);
    return 0;
}
