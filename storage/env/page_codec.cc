#include "storage/env/page_codec.h"

#include <cstring>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/checksum.h"

namespace grape::storage::env {
namespace {

using base::load_le;
using base::Result;
using base::Status;
using base::store_le;

constexpr uint32_t kMagic = 0x47505247u;  // "GRPG"
constexpr uint16_t kFormatVersion = 1;
constexpr uint8_t kFlagLast = 1;

constexpr size_t kVersionAt = 4;
constexpr size_t kKindAt = 6;
constexpr size_t kFlagsAt = 7;
constexpr size_t kFileNumberAt = 8;
constexpr size_t kPageNumberAt = 16;
constexpr size_t kPayloadBytesAt = 20;
constexpr size_t kKeyIdAt = 24;
constexpr size_t kChecksumAt = 56;

uint64_t page_checksum(const uint8_t* page, uint64_t database_id) {
    const uint64_t head = base::checksum(base::Bytes(page, kChecksumAt), database_id);
    return base::checksum(base::Bytes(page + page_header_bytes, page_payload_bytes), head);
}

Status damaged(const std::string& path, uint64_t page_number, std::string_view what) {
    return Status::make_corrupt(path, ": page ", page_number, ": ", what);
}

}  // namespace

void seal_page(uint8_t* page, const FileIdentity& file, const PageHeader& header) {
    GRAPE_DCHECK(header.payload_bytes <= page_payload_bytes);
    GRAPE_DCHECK(header.last || header.payload_bytes == page_payload_bytes);
    std::memset(page, 0, page_header_bytes);
    std::memset(page + page_header_bytes + header.payload_bytes, 0,
                page_payload_bytes - header.payload_bytes);
    store_le<uint32_t>(page, kMagic);
    store_le<uint16_t>(page + kVersionAt, kFormatVersion);
    store_le<uint8_t>(page + kKindAt, static_cast<uint8_t>(file.kind));
    store_le<uint8_t>(page + kFlagsAt, header.last ? kFlagLast : 0);
    store_le<uint64_t>(page + kFileNumberAt, file.number);
    store_le<uint32_t>(page + kPageNumberAt, header.page_number);
    store_le<uint32_t>(page + kPayloadBytesAt, header.payload_bytes);
    store_le<uint64_t>(page + kChecksumAt, page_checksum(page, file.database_id));
}

Result<PageHeader> check_page(const uint8_t* page, const FileIdentity& file, uint64_t page_number,
                              const std::string& path) {
    if (load_le<uint64_t>(page + kChecksumAt) != page_checksum(page, file.database_id)) {
        return damaged(path, page_number, "wrong checksum");
    }
    // Sound bytes from here on, but perhaps those of another page, file, or version of Grape.
    if (load_le<uint32_t>(page) != kMagic) return damaged(path, page_number, "not a page");
    if (load_le<uint16_t>(page + kVersionAt) != kFormatVersion) {
        return Status::make_unsupported(path, ": page format ",
                                        load_le<uint16_t>(page + kVersionAt),
                                        ", this library reads ", kFormatVersion);
    }
    if (load_le<uint32_t>(page + kKeyIdAt) != 0) {
        return Status::make_unsupported(path, ": the file is encrypted");
    }
    if (page[kKindAt] != static_cast<uint8_t>(file.kind) ||
        load_le<uint64_t>(page + kFileNumberAt) != file.number) {
        return damaged(path, page_number, "belongs to another file");
    }
    PageHeader header;
    header.page_number = load_le<uint32_t>(page + kPageNumberAt);
    header.payload_bytes = load_le<uint32_t>(page + kPayloadBytesAt);
    header.last = (page[kFlagsAt] & kFlagLast) != 0;
    if (header.page_number != page_number) return damaged(path, page_number, "is another page");
    if (header.payload_bytes > page_payload_bytes ||
        (!header.last && header.payload_bytes != page_payload_bytes)) {
        return damaged(path, page_number, "wrong payload size");
    }
    return header;
}

}  // namespace grape::storage::env
