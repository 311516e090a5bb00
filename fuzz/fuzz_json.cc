// Any bytes as JSON: refused with a Status, or read, written and read again as the same text.
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "fuzz/target.h"

namespace {

std::string written(const grape::base::JsonValue& value) {
    std::string out;
    grape::base::JsonWriter(out).value(value);
    return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto value = grape::base::parse_json({reinterpret_cast<const char*>(data), size});
    if (!value.ok()) return 0;
    const std::string once = written(*value);
    const auto again = grape::base::parse_json(once);
    fuzz_check(again.ok());
    fuzz_check(written(*again) == once);
    return 0;
}
