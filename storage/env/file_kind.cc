#include "storage/env/file_kind.h"

#include <charconv>

namespace grape::storage::env {
namespace {

// The number that is all of `digits`, or nothing.
bool parse_number(std::string_view digits, uint64_t& number) {
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, number);
    return !digits.empty() && parsed.ec == std::errc() && parsed.ptr == end;
}

}  // namespace

FileName parse_file_name(std::string_view path) {
    constexpr std::string_view kManifestPrefix = "MANIFEST-";
    const std::string_view name = path.substr(path.find_last_of('/') + 1);
    FileName result;
    if (name == "CURRENT") return {FileKind::current, 0};
    if (name.starts_with(kManifestPrefix)) {
        if (!parse_number(name.substr(kManifestPrefix.size()), result.number)) return {};
        result.kind = FileKind::manifest;
        return result;
    }
    const size_t dot = name.find('.');
    if (dot == std::string_view::npos) return {};
    if (!parse_number(name.substr(0, dot), result.number)) return {};
    const std::string_view suffix = name.substr(dot);
    if (suffix == ".log") result.kind = FileKind::log;
    if (suffix == ".ldb" || suffix == ".sst") result.kind = FileKind::table;
    if (suffix == ".dbtmp") result = {FileKind::current, 0};
    return result.kind == FileKind::other ? FileName() : result;
}

}  // namespace grape::storage::env
