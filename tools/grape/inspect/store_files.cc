// The files of store/: pages (tables, CURRENT) and frames (logs, manifests).
#include <array>

#include "storage/env/file_kind.h"
#include "storage/env/frame_reader.h"
#include "storage/env/page_codec.h"
#include "storage/file.h"
#include "tools/grape/inspect/file_readers.h"

namespace grape::inspect {
namespace {

using base::Result;
using base::Status;
namespace env = storage::env;
using Page = std::array<uint8_t, env::page_bytes>;

const char* kind_name(env::FileKind kind) {
    switch (kind) {
        case env::FileKind::table:
            return "table";
        case env::FileKind::current:
            return "current";
        case env::FileKind::log:
            return "log";
        case env::FileKind::manifest:
            return "manifest";
        case env::FileKind::other:
            break;
    }
    return "unknown";
}

Result<env::PageHeader> read_page(const storage::File& file, const env::FileIdentity& identity,
                                  uint64_t number, Page& page) {
    GRAPE_TRY(file.read_at(number * env::page_bytes, page));
    return env::check_page(page.data(), identity, number, file.path());
}

// What a background job that was cut off leaves, and the next opening removes; or a table that was
// cut. Only the manifest knows, and verify finds out.
Status note_unfinished(FileReport& report) {
    report.add("finished", "no");
    return {};
}

// The first and the last page; those between are verify's.
Status read_pages(const env::FileIdentity& identity, const std::string& path, FileReport& report) {
    GRAPE_ASSIGN(const storage::File file,
                 storage::File::open(path, storage::File::Mode::read, nullptr));
    const uint64_t pages = report.size_bytes / env::page_bytes;
    report.add("pages", pages);
    if (pages == 0 || report.size_bytes % env::page_bytes != 0) {
        if (identity.kind == env::FileKind::table) return note_unfinished(report);
        return Status::make_corrupt(path, ": has ", report.size_bytes,
                                    " bytes, no whole number of pages");
    }
    Page page;
    GRAPE_ASSIGN(const env::PageHeader first, read_page(file, identity, 0, page));
    report.add("format", uint64_t{1});
    if (identity.kind == env::FileKind::current) {
        const auto* text = reinterpret_cast<const char*>(page.data() + env::page_header_bytes);
        std::string manifest(text, first.payload_bytes);
        while (manifest.ends_with("\n")) manifest.pop_back();
        report.add("manifest", std::move(manifest));
    }
    GRAPE_ASSIGN(const env::PageHeader last, read_page(file, identity, pages - 1, page));
    if (last.last) return {};
    if (identity.kind == env::FileKind::table) return note_unfinished(report);
    return Status::make_corrupt(path, ": its last page is missing");
}

Status read_frames(const env::FileIdentity& identity, const std::string& path, FileReport& report) {
    GRAPE_ASSIGN(const env::FrameScan scan, env::scan_frames(path, identity, nullptr));
    if (scan.has_header) report.add("format", uint64_t{1});
    report.add("frames", uint64_t{scan.frames});
    report.add("closed", scan.sealed ? "yes" : "no");
    if (scan.good_bytes < scan.file_bytes) {
        report.add("torn_bytes", scan.torn_bytes);
    }
    return {};
}

}  // namespace

void read_store_file(uint64_t database_id, std::string_view name, const std::string& path,
                     FileReport& report) {
    const env::FileName parsed = env::parse_file_name(name);
    report.kind = kind_name(parsed.kind);
    const env::FileIdentity identity{database_id, parsed.number, parsed.kind};
    const bool frames = parsed.kind == env::FileKind::log || parsed.kind == env::FileKind::manifest;
    if (parsed.kind == env::FileKind::other || database_id == 0) return;
    const Status status =
        frames ? read_frames(identity, path, report) : read_pages(identity, path, report);
    if (!status.ok()) report.problem = status.message();
}

}  // namespace grape::inspect
