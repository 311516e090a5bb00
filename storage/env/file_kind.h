// What a file of the store directory is, by its name: 000005.ldb, 000006.log, MANIFEST-000004,
// CURRENT, 000004.dbtmp (which is renamed to CURRENT). Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace grape::storage::env {

// Stored in pages and frames: values fixed.
enum class FileKind : uint8_t { other = 0, table = 1, current = 2, log = 3, manifest = 4 };

struct FileName {
    FileKind kind = FileKind::other;
    uint64_t number = 0;  // 0 for CURRENT and its temporary form, which change their name
};

// `path` may have directories before the name.
FileName parse_file_name(std::string_view path);

// What each page or frame of a file says about it.
struct FileIdentity {
    uint64_t database_id = 0;
    uint64_t number = 0;
    FileKind kind = FileKind::other;
};

}  // namespace grape::storage::env
