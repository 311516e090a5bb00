// Any bytes as the text of an id, and as the key of one: what is accepted survives the way through
// key and text, and never more than one key stands for one id.
#include <string>
#include <string_view>

#include "core/base/point_id.h"
#include "fuzz/target.h"

namespace {

using grape::base::PointId;

std::string key_of(const PointId& id) {
    std::string key;
    id.append_key(key);
    return key;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto from_text = PointId::from_text(bytes);
    if (from_text.ok()) {
        const auto back = PointId::from_key(key_of(*from_text));
        fuzz_check(back.ok() && *back == *from_text);
        const auto again = PointId::from_text(from_text->to_string());
        fuzz_check(again.ok() && *again == *from_text);
    }
    const auto from_key = PointId::from_key(bytes);
    if (from_key.ok()) fuzz_check(key_of(*from_key) == bytes);
    return 0;
}
