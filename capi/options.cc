#include "capi/options.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "core/base/limits.h"

namespace grape::capi {
namespace {

using base::Status;

constexpr uint64_t kFlags = GRAPE_OPEN_MUST_EXIST | GRAPE_OPEN_IN_MEMORY |
                            GRAPE_OPEN_NO_BACKGROUND | GRAPE_OPEN_NO_AUTOMATIC_INDEXES;
// No caller has a struct of this size; it is what uninitialised memory looks like.
constexpr uint32_t kStructSizeMax = 4096;

// The part that a newer caller has and this library does not know must be zero.
Status check_size(const grape_open_options& given) {
    if (given.struct_size < offsetof(grape_open_options, flags) ||
        given.struct_size > kStructSizeMax) {
        return Status::make_invalid("options.struct_size: ", given.struct_size,
                                    " is no size of grape_open_options; use "
                                    "GRAPE_OPEN_OPTIONS_INIT");
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(&given);
    for (size_t i = sizeof(grape_open_options); i < given.struct_size; i++) {
        if (bytes[i] != 0) {
            return Status::make_unsupported(
                "options: a field is set that this version does not know");
        }
    }
    return {};
}

Status check_limit(uint32_t value, uint64_t max, std::string_view field) {
    if (value <= max) return {};
    return Status::make_limit("options.", field, ": ", value, " is over the limit of ", max);
}

}  // namespace

grape_open_options copy_options(const grape_open_options* options) noexcept {
    grape_open_options copy = {};
    if (options == nullptr || options->struct_size > kStructSizeMax) return copy;
    std::memcpy(&copy, options, std::min<size_t>(options->struct_size, sizeof(copy)));
    return copy;
}

Status check_options(const grape_open_options* given, const grape_open_options& copy) {
    if (given == nullptr) return {};
    GRAPE_TRY(check_size(*given));
    if (copy.api_version > GRAPE_API_VERSION) {
        return Status::make_unsupported("options.api_version: made for Grape ",
                                        copy.api_version >> 16, ".", copy.api_version & 0xFFFF,
                                        ", this is " GRAPE_VERSION_STRING);
    }
    if ((copy.flags & ~kFlags) != 0) {
        return Status::make_unsupported("options.flags: ", copy.flags & ~kFlags,
                                        " is not known to this version");
    }
    if (copy.durability < GRAPE_DURABILITY_FULL || copy.durability > GRAPE_DURABILITY_NONE) {
        return Status::make_invalid("options.durability: ", copy.durability,
                                    " is none of GRAPE_DURABILITY_...");
    }
    namespace limits = base::limits;
    GRAPE_TRY(check_limit(copy.group_delay_ms, limits::group_delay_ms_max, "group_delay_ms"));
    GRAPE_TRY(
        check_limit(copy.submit_threads_max, limits::submit_threads_max, "submit_threads_max"));
    return check_limit(copy.submit_waiting_max, limits::submit_waiting_max, "submit_waiting_max");
}

}  // namespace grape::capi
