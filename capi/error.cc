// Errors and the table of statuses.
#include <algorithm>
#include <cstddef>
#include <cstring>

#include "capi/guard.h"

namespace grape::capi {
namespace {

static_assert(sizeof(grape_error) == 256);

// How many bytes of `text` fit into `room` without cutting a UTF-8 character.
size_t whole_characters(std::string_view text, size_t room) {
    if (text.size() <= room) return text.size();
    size_t size = room;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) size--;
    return size;
}

}  // namespace

void write_error(grape_error* error, base::Code code, std::string_view message) noexcept {
    if (error == nullptr) return;
    constexpr size_t kMessage = offsetof(grape_error, message);
    const size_t given = error->struct_size == 0 ? sizeof(grape_error) : error->struct_size;
    const size_t size = std::min(given, sizeof(grape_error));
    if (size <= kMessage) return;
    error->status = static_cast<grape_status>(code);
    error->detail = 0;
    // A name with a zero byte is quoted in a message: what C sees must not end there.
    const size_t length = whole_characters(message, size - kMessage - 1);
    std::replace_copy(message.begin(), message.begin() + static_cast<ptrdiff_t>(length),
                      error->message, '\0', '?');
    error->message[length] = '\0';
}

}  // namespace grape::capi

using grape::base::code_name;
using grape::base::code_text;

// The texts are literals, so they end with a zero byte and live for ever.
const char* grape_status_name(grape_status status) noexcept {
    return code_name(status).data();
}

const char* grape_status_text(grape_status status) noexcept {
    return code_text(status).data();
}

int32_t grape_status_retryable(grape_status status) noexcept {
    switch (status) {
#define GRAPE_STATUS_RETRY(name, value, text, retry) \
    case value:                                      \
        return (retry) ? 1 : 0;
        GRAPE_STATUS_MAP(GRAPE_STATUS_RETRY)
#undef GRAPE_STATUS_RETRY
        default:
            return 0;
    }
}
