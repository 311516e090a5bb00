// The files of files/: vector files and row files (blobs), and the vector log.
#include <algorithm>
#include <array>

#include "core/base/bytes.h"
#include "storage/blob_format.h"
#include "storage/file.h"
#include "storage/log_format.h"
#include "tools/grape/inspect/file_readers.h"

namespace grape::inspect {
namespace {

using base::Result;
using base::Status;
using storage::File;

Status read_blob(const storage::BlobName& name, const std::string& path, FileReport& report) {
    GRAPE_ASSIGN(const File file, File::open(path, File::Mode::read, nullptr));
    if (report.size_bytes < storage::kBlobPageBytes + storage::kBlobFooterBytes) {
        return Status::make_corrupt(path, ": has ", report.size_bytes, " bytes, too few");
    }
    storage::BlobPage header;
    GRAPE_TRY(file.read_at(0, header));
    if (Status status = check_blob_header(name, header); !status.ok()) {
        return status.with_context(path);
    }
    report.add("format", uint64_t{1});
    storage::BlobFooter footer;
    GRAPE_TRY(file.read_at(report.size_bytes - storage::kBlobFooterBytes, footer));
    const Result<storage::BlobLayout> layout = decode_blob_footer(name, footer);
    if (!layout.ok()) return layout.status().with_context(path);
    report.add("content_bytes", layout->content_bytes);
    report.add("pages", layout->page_count);
    if (layout->file_bytes != report.size_bytes) {
        return Status::make_corrupt(path, ": has ", report.size_bytes, " bytes, its footer says ",
                                    layout->file_bytes);
    }
    return {};
}

// What the headers of a log's frames add up to.
struct LogSums {
    uint64_t frames = 0;
    uint64_t vectors = 0;
    uint64_t first_commit = 0;
    uint64_t last_commit = 0;
    uint64_t end = storage::kLogPageBytes;
    uint64_t chain = 0;
};

Status add_frames(const storage::LogName& name, const File& file, uint64_t size, LogSums& sums) {
    std::array<uint8_t, storage::kFrameHeaderBytes> bytes;
    while (sums.end < size && size - sums.end >= bytes.size()) {
        GRAPE_TRY(file.read_at(sums.end, bytes));
        const Result<storage::FrameHeader> header = decode_frame_header(name, sums.end, bytes);
        const bool follows = header.ok() && header->previous_chain == sums.chain &&
                             header->frame_bytes() <= size - sums.end;
        if (!follows) return {};
        if (sums.frames == 0) sums.first_commit = header->commit;
        ++sums.frames;
        sums.vectors += header->row_count;
        sums.last_commit = header->commit;
        sums.chain = header->chain;
        sums.end = header->end();
    }
    return {};
}

Status read_log(const storage::LogName& name, const std::string& path, FileReport& report) {
    GRAPE_ASSIGN(const File file, File::open(path, File::Mode::read, nullptr));
    storage::LogHeaderPage page{};
    const size_t there = std::min<uint64_t>(page.size(), report.size_bytes);
    GRAPE_TRY(file.read_at(0, base::MutableBytes(page.data(), there)));
    if (there < page.size() || page != encode_log_header(name)) {
        return Status::make_corrupt(path, ": its header page is damaged");
    }
    report.add("format", uint64_t{1});
    LogSums sums;
    sums.chain = storage::first_chain(name);
    GRAPE_TRY(add_frames(name, file, report.size_bytes, sums));
    report.add("frames", sums.frames);
    report.add("vectors", sums.vectors);
    if (sums.frames > 0) {
        report.add("first_commit", sums.first_commit);
        report.add("last_commit", sums.last_commit);
    }
    // Never committed, or damaged: the store knows which.
    if (sums.end < report.size_bytes) report.add("bytes_behind", report.size_bytes - sums.end);
    return {};
}

const char* kind_name(storage::BlobKind kind) {
    switch (kind) {
        case storage::BlobKind::vectors:
            return "vectors";
        case storage::BlobKind::rows:
            return "rows";
        case storage::BlobKind::fields:
            return "fields";
        case storage::BlobKind::graph:
            return "graph";
    }
    return "unknown";
}

}  // namespace

void read_data_file(uint64_t database_id, std::string_view name, const std::string& path,
                    FileReport& report) {
    report.kind = "unknown";
    Status status;
    if (const uint64_t log = storage::number_of_name(name, ".vlog"); log != 0) {
        report.kind = "vector log";
        if (database_id != 0) status = read_log({database_id, log}, path, report);
    }
    for (const storage::BlobSuffix& each : storage::kBlobSuffixes) {
        const uint64_t number = storage::number_of_name(name, each.suffix);
        if (number == 0) continue;
        report.kind = kind_name(each.kind);
        if (database_id != 0) status = read_blob({database_id, number, each.kind}, path, report);
    }
    if (!status.ok()) report.problem = status.message();
}

}  // namespace grape::inspect
