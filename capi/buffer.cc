#include "capi/buffer.h"

#include <utility>

namespace grape::capi {

void clear_buffer(grape_buffer* out) noexcept {
    if (out != nullptr) *out = grape_buffer{};
}

void give_buffer(grape_buffer* out, std::string bytes) {
    // A short string lies inside its object, a long one on the heap: both are aligned to 8 bytes.
    auto* owner = new std::string(std::move(bytes));
    out->data = owner->c_str();
    out->size = owner->size();
    out->owner = owner;
}

}  // namespace grape::capi

void grape_buffer_release(grape_buffer* buffer) noexcept {
    if (buffer == nullptr) return;
    delete static_cast<std::string*>(buffer->owner);
    grape::capi::clear_buffer(buffer);
}
