// The pages of write-once files (tables, CURRENT): 4096 bytes, of which the first 64 are a header
// that says which page of which file of which database this is and whether it is the last one, so
// that damage, a misplaced page and a cut file are all found. Layout: docs/formats/store_files.md.
//
// Offsets of the header, little-endian:
//    0 u32 magic            8 u64 file number       24 u32 key id (0: not encrypted)
//    4 u16 format version  16 u32 page number       28 nonce, 12 bytes of zeros
//    6 u8  file kind       20 u32 payload bytes     40 tag, 16 bytes of zeros
//    7 u8  flags (1: last)                          56 u64 checksum
// The checksum covers the first 56 bytes, seeded with the database's id, and then, seeded with
// that, all 4032 bytes behind the header (a last page is filled with zeros). Threads: free
// functions.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "storage/env/file_kind.h"

namespace grape::storage::env {

inline constexpr size_t page_bytes = 4096;
inline constexpr size_t page_header_bytes = 64;
inline constexpr size_t page_payload_bytes = page_bytes - page_header_bytes;

struct PageHeader {
    uint32_t page_number = 0;
    uint32_t payload_bytes = 0;
    bool last = false;
};

// Fills in the header of a page whose payload is in place, and zeros behind the payload.
void seal_page(uint8_t* page, const FileIdentity& file, const PageHeader& header);

// The header of a sound page; Code::corrupt with `path` and the page number when it is damaged, or
// is not this page of this file; Code::unsupported for a later format or an encrypted page.
base::Result<PageHeader> check_page(const uint8_t* page, const FileIdentity& file,
                                    uint64_t page_number, const std::string& path);

}  // namespace grape::storage::env
