// Any bytes as a stored payload: refused by validate_payload(), or decoded, encoded to the very
// same bytes, and written as JSON that is JSON. A view never reads outside of its bytes, valid or
// not.
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/payload.h"
#include "fuzz/target.h"

namespace {

using grape::base::PayloadView;

// Touches a view as a filter would, without trusting it.
void touch(PayloadView view) {
    view.as_bool();
    view.as_real();
    view.as_string();
    view.find("a");
    if (view.size() > 0) {
        view.key(0);
        view.member(view.size() - 1).as_string();
        view.item(view.size() - 1).as_integer();
    }
    view.member(view.size()).kind();
    view.item(static_cast<size_t>(-1)).kind();
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const PayloadView view(bytes);
    touch(view);
    if (!grape::base::validate_payload(bytes).ok()) return 0;
    const grape::base::JsonValue tree = grape::base::decode_payload(view);
    fuzz_check(grape::base::encode_payload_value(tree) == bytes);
    std::string json;
    grape::base::JsonWriter writer(json);
    grape::base::write_payload_json(view, writer);
    fuzz_check(grape::base::parse_json(json).ok());
    return 0;
}
