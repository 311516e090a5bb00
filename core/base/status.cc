#include "core/base/status.h"

namespace grape::base {

std::string_view code_text(int32_t code) {
    switch (code) {
#define GRAPE_STATUS_TEXT(name, value, text, retry) \
    case value:                                     \
        return text;
        GRAPE_STATUS_MAP(GRAPE_STATUS_TEXT)
#undef GRAPE_STATUS_TEXT
        default:
            return "unknown status";
    }
}

std::string_view code_name(int32_t code) {
    switch (static_cast<Code>(code)) {
        case Code::ok:
            return "GRAPE_OK";
        case Code::end:
            return "GRAPE_END";
        case Code::invalid:
            return "GRAPE_E_INVALID";
        case Code::not_found:
            return "GRAPE_E_NOT_FOUND";
        case Code::exists:
            return "GRAPE_E_EXISTS";
        case Code::unsupported:
            return "GRAPE_E_UNSUPPORTED";
        case Code::limit:
            return "GRAPE_E_LIMIT";
        case Code::conflict:
            return "GRAPE_E_CONFLICT";
        case Code::io:
            return "GRAPE_E_IO";
        case Code::corrupt:
            return "GRAPE_E_CORRUPT";
        case Code::nomem:
            return "GRAPE_E_NOMEM";
        case Code::busy:
            return "GRAPE_E_BUSY";
        case Code::closed:
            return "GRAPE_E_CLOSED";
        case Code::forked:
            return "GRAPE_E_FORKED";
        case Code::readonly:
            return "GRAPE_E_READONLY";
        case Code::full:
            return "GRAPE_E_FULL";
        case Code::unknown_outcome:
            return "GRAPE_E_UNKNOWN_OUTCOME";
        case Code::cancelled:
            return "GRAPE_E_CANCELLED";
        case Code::internal:
            return "GRAPE_E_INTERNAL";
        case Code::retry:
            return "GRAPE_E_RETRY";
    }
    return "unknown status";
}

std::string Status::to_string() const {
    if (message_.empty()) return std::string(code_name(static_cast<int32_t>(code_)));
    return cat(code_name(static_cast<int32_t>(code_)), ": ", message_);
}

Status Status::with_context(std::string_view context) const {
    if (ok()) return *this;
    return Status(code_, cat(context, ": ", message_));
}

}  // namespace grape::base
