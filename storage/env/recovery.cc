#include "storage/env/recovery.h"

#include <algorithm>
#include <vector>

#include "storage/env/frame_file.h"
#include "storage/env/frame_reader.h"
#include "storage/env/page_file.h"

namespace grape::storage::env {
namespace {

using base::Code;
using base::Result;
using base::Status;

struct Scanned {
    std::string path;
    FileIdentity identity;
    FrameScan scan;

    bool has_rest() const { return scan.good_bytes < scan.file_bytes; }
    bool needs_seal() const { return identity.kind == FileKind::log && !scan.sealed; }
};

struct Listing {
    std::vector<uint64_t> logs;  // ascending
    bool has_current = false;
    bool has_tables = false;
};

std::string path_of(const EnvContext& context, const std::string& name) {
    return context.directory + "/" + name;
}

Result<Listing> list_files(const EnvContext& context) {
    GRAPE_ASSIGN(const std::vector<std::string> names,
                 list_directory(context.directory, context.faults));
    Listing listing;
    for (const std::string& name : names) {
        const FileName file = parse_file_name(name);
        if (file.kind == FileKind::log) listing.logs.push_back(file.number);
        if (file.kind == FileKind::table) listing.has_tables = true;
        if (name == "CURRENT") listing.has_current = true;
    }
    std::sort(listing.logs.begin(), listing.logs.end());
    return listing;
}

Result<Scanned> scan_one(const EnvContext& context, const std::string& name) {
    Scanned file;
    file.path = path_of(context, name);
    file.identity = context.identity(parse_file_name(name));
    GRAPE_ASSIGN(file.scan, scan_frames(file.path, file.identity, context.faults));
    return file;
}

Result<std::string> manifest_name(const EnvContext& context) {
    constexpr size_t kNameBytesMax = 64;
    const std::string path = path_of(context, "CURRENT");
    GRAPE_ASSIGN(const std::unique_ptr<PageReader> reader,
                 PageReader::open(path, context.identity({FileKind::current, 0}), context.faults));
    char name[kNameBytesMax];
    GRAPE_ASSIGN(const size_t size, reader->read(0, sizeof(name), name));
    if (size == 0 || size == sizeof(name) || name[size - 1] != '\n') {
        return Status::make_corrupt(path, ": does not name a manifest");
    }
    std::string result(name, size - 1);
    const bool plain = result.find('/') == std::string::npos;
    if (!plain || parse_file_name(result).kind != FileKind::manifest) {
        return Status::make_corrupt(path, ": does not name a manifest");
    }
    return result;
}

// Rule 1.
Status check_log_ends(const std::vector<Scanned>& files) {
    bool later_has_frames = false;
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        if (file->identity.kind != FileKind::log) continue;
        if (later_has_frames && !file->scan.sealed) {
            return Status::make_corrupt(file->path, ": its end is missing, at offset ",
                                        file->scan.good_bytes, "; a later log has data");
        }
        later_has_frames = later_has_frames || file->scan.frames > 0;
    }
    return {};
}

Status mend(EnvContext& context, const Scanned& scanned) {
    if (!scanned.has_rest() && !scanned.needs_seal()) return {};
    GRAPE_ASSIGN(File file, File::open(scanned.path, File::Mode::change, context.faults));
    if (scanned.has_rest()) {
        GRAPE_TRY(file.truncate(scanned.scan.good_bytes));
        GRAPE_TRY(file.sync());
    }
    if (!scanned.needs_seal()) return {};
    FrameWriter writer(context, std::move(file), scanned.identity);
    writer.resume(scanned.scan);
    return writer.seal();
}

Result<std::vector<Scanned>> scan_all(const EnvContext& context, const Listing& listing) {
    std::vector<Scanned> files;
    for (const uint64_t number : listing.logs) {
        GRAPE_ASSIGN(Scanned file, scan_one(context, numbered_name(number, ".log")));
        files.push_back(std::move(file));
    }
    if (!listing.has_current) return files;
    GRAPE_ASSIGN(const std::string manifest, manifest_name(context));
    Result<Scanned> file = scan_one(context, manifest);
    if (file.status().code() == Code::not_found) {
        return Status::make_corrupt(path_of(context, manifest), ": the manifest is missing");
    }
    if (!file.ok()) return file.status();
    files.push_back(std::move(file).value());
    return files;
}

}  // namespace

Result<uint64_t> recover_append_files(EnvContext& context) {
    GRAPE_ASSIGN(const Listing listing, list_files(context));
    // LevelDB would make a new, empty store and remove these files.
    if (!listing.has_current && (listing.has_tables || !listing.logs.empty())) {
        return Status::make_corrupt(path_of(context, "CURRENT"), ": missing");
    }
    GRAPE_ASSIGN(const std::vector<Scanned> files, scan_all(context, listing));
    GRAPE_TRY(check_log_ends(files));
    uint64_t cut = 0;
    for (const Scanned& file : files) {
        GRAPE_TRY(mend(context, file));
        if (file.scan.torn_bytes == 0) continue;
        cut += file.scan.torn_bytes;
        base::log(context.logger, base::LogLevel::warning,
                  base::cat(file.path, ": cut a torn tail of ", file.scan.torn_bytes,
                            " bytes at offset ", file.scan.good_bytes));
    }
    return cut;
}

}  // namespace grape::storage::env
