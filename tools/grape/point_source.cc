#include "tools/grape/point_source.h"

#include <algorithm>
#include <charconv>

namespace grape::cli {
namespace {

// A whole number at the beginning of `text`, which then begins behind it.
bool take_number(std::string_view& text, uint64_t& number) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc()) return false;
    text.remove_prefix(static_cast<size_t>(end.ptr - text.data()));
    return true;
}

// "JSON: byte 4711: what": which line is it in?
std::string placed_byte(const PointSource& source, const PointBatch& batch, size_t body_offset,
                        const std::string& message) {
    std::string_view rest =
        std::string_view(message).substr(std::string_view("JSON: byte ").size());
    uint64_t byte = 0;
    if (!take_number(rest, byte) || byte < body_offset) return message;
    const auto behind =
        std::upper_bound(batch.starts.begin(), batch.starts.end(), byte - body_offset);
    if (behind == batch.starts.begin()) return message;
    const auto index = static_cast<size_t>(behind - batch.starts.begin()) - 1;
    return source.place(index, "batch.payloads") + std::string(rest);
}

}  // namespace

std::string placed_message(const PointSource& source, const PointBatch& batch, size_t body_offset,
                           const std::string& message) {
    if (message.starts_with("JSON: byte ")) {
        return placed_byte(source, batch, body_offset, message);
    }
    const size_t open = message.find('[');
    if (open == std::string::npos) return message;
    const std::string_view field = std::string_view(message).substr(0, open);
    if (field != "points" && field != "batch.ids" && field != "batch.payloads") return message;
    std::string_view rest = std::string_view(message).substr(open + 1);
    uint64_t index = 0;
    if (!take_number(rest, index) || !rest.starts_with("]") || index >= batch.count) return message;
    rest.remove_prefix(1);
    // "points[3].vector[1]: what" becomes "FILE: line 4: vector[1]: what".
    if (rest.starts_with(".")) rest.remove_prefix(1);
    const char* between = rest.starts_with(":") || rest.starts_with("[") ? "" : ": ";
    return source.place(index, field) + between + std::string(rest);
}

}  // namespace grape::cli
